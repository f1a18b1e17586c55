"""What only SQLite has: one writer, other processes at the same file, and an event loop that must go on."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import Executable, func, literal_column, select, text

from storage.database import Database, Unavailable
from tests.storage.places import ADD, COUNT

LONG: Executable = select(func.max(literal_column("x"))).select_from(
    text(
        "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000) SELECT x FROM n)"
    )
)
ENDLESS = text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n")
FILL = text(
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 30000) "
    "INSERT INTO box (id, count) SELECT x, x FROM n"
)


async def ticks(until: "asyncio.Task[object]") -> int:
    """How often the loop came round before the task ended."""
    rounds = 0
    while not until.done():
        await asyncio.sleep(0.001)
        rounds += 1
    return rounds


async def ask(database: Database) -> object:
    async with database.read() as unit:
        return await unit.value(LONG)


async def test_a_long_query_does_not_stop_the_loop(sqlite_database: Database) -> None:
    for _ in range(2):  # the first is stopped and started again; the second goes to a thread at once
        task = asyncio.create_task(ask(sqlite_database))
        assert await ticks(task) > 10
        assert await task == 2_000_000


async def test_a_short_query_may_be_run_for_ever_without_being_taken_for_a_long_one(
    sqlite_database: Database,
) -> None:
    one = text(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500) SELECT max(x) FROM n"
    )
    async with sqlite_database.read() as unit:
        for _ in range(100):
            assert await unit.value(one) == 500
    kept = sqlite_database._statements.get(one, ())
    assert not kept.slow


async def test_a_long_query_inside_a_write_unit_keeps_what_was_written(sqlite_database: Database) -> None:
    async with sqlite_database.write() as unit:
        await unit.run(ADD, id=1, count=1)
        assert await unit.value(LONG) == 2_000_000
        assert await unit.value(COUNT) == 1
    async with sqlite_database.read() as unit:
        assert await unit.value(COUNT) == 1


async def test_a_long_change_is_left_to_finish(sqlite_database: Database) -> None:
    for _ in range(2):
        async with sqlite_database.write() as unit:
            assert await unit.run(text("DELETE FROM box")) in (0, 30_000)
            assert await unit.run(FILL) == 30_000
            assert await unit.value(COUNT) == 30_000


async def test_a_cancelled_query_is_stopped(sqlite_database: Database) -> None:
    async def endless() -> None:
        async with sqlite_database.read() as unit:
            await unit.value(ENDLESS)

    task = asyncio.create_task(endless())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 30)
    async with sqlite_database.read() as unit:
        assert await unit.value(COUNT) == 0


async def test_another_process_that_writes_is_waited_for_without_stopping_the_loop(
    sqlite_database: Database, sqlite_url: str
) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with sqlite_database.write() as unit:
            await unit.run(ADD, id=1, count=1)

    task = asyncio.create_task(write())
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not task.done()
    other.execute("COMMIT")
    other.close()
    await task


async def test_waiting_for_another_process_has_an_end(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite.BUSY_SECONDS", 0.1)
    database = await Database.open(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        async with database.write():
            raise AssertionError("never begun")
    other.execute("ROLLBACK")
    other.close()
    async with database.write():
        pass
    await database.close()


async def test_units_that_come_together_share_a_commit(sqlite_database: Database) -> None:
    ends: list[int] = []
    seen: list[int] = []

    async def write(number: int) -> None:
        async with sqlite_database.write() as unit:
            await unit.run(ADD, id=number, count=number)
            unit.after_commit(lambda: ends.append(number))
        seen.append(len(ends))

    await asyncio.gather(*(write(number) for number in range(64)))
    assert len(set(seen)) < 10, "each unit waited for a commit of its own"


async def test_closing_waits_for_what_is_under_way(sqlite_url: str, sqlite_database: Database) -> None:
    database = await Database.open(sqlite_url)

    async def write() -> None:
        async with database.write() as unit:
            await unit.run(ADD, id=1, count=1)

    task = asyncio.create_task(write())
    await asyncio.sleep(0)
    await database.close()
    await task
    async with sqlite_database.read() as unit:
        assert await unit.value(COUNT) == 1


async def test_the_file_is_for_its_owner_alone(sqlite_database: Database, sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    for each in path.parent.glob(f"{path.name}*"):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
