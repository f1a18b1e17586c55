"""What was promised survives a process that is killed, a server that is killed, and a disk that is full."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager

import pytest
from sqlalchemy import text

from storage.database import Database, Unavailable
from tests.real import postgresql
from tests.storage.places import ADD, ADD_LID, COUNT, COUNT_LIDS, IDS, lay_out

Writer = subprocess.Popen[str]


@contextmanager
def writing(url: str, first: int = 0) -> Iterator[Writer]:
    command = [sys.executable, "-m", "tests.storage.endless_writer", url, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def listen(writer: Writer, lines: int) -> set[int]:
    assert writer.stdout is not None
    return {int(writer.stdout.readline()) for _ in range(lines)}


def killed(writer: Writer) -> set[int]:
    """Kill -9; what it still had said."""
    writer.kill()
    assert writer.stdout is not None
    return {int(line) for line in writer.stdout.read().split("\n")[:-1]}


async def kept(database: Database) -> set[int]:
    async with database.read() as unit:
        found = {row.id for row in await unit.all(IDS)}
        assert await unit.value(COUNT_LIDS) == len(found), "half a unit was kept"
        return found


async def test_a_killed_process_takes_no_promise_back(database_url: str) -> None:
    await (await lay_out(await Database.open(database_url))).close()
    told: set[int] = set()
    for turn in range(3):
        with writing(database_url, turn * 1_000_000) as writer:
            told |= await asyncio.to_thread(listen, writer, 200 + 77 * turn)
            told |= await asyncio.to_thread(killed, writer)
        database = await Database.open(database_url)
        assert told <= await kept(database)
        await database.close()


async def test_two_processes_share_one_database(database: Database, database_url: str) -> None:
    with writing(database_url, 0) as one, writing(database_url, 1_000_000) as other:
        heard = await asyncio.gather(*(asyncio.to_thread(listen, each, 300) for each in (one, other)))
        async with database.write() as unit:
            await unit.run(ADD, id=-1, count=-1)
            await unit.run(ADD_LID, id=-1, box=-1)
        told = heard[0] | heard[1] | killed(one) | killed(other) | {-1}
    assert told <= await kept(database)


@asynccontextmanager
async def own_server() -> AsyncIterator[tuple[postgresql.Server, Database]]:
    with postgresql.running() as server:
        database = await lay_out(await Database.open(server.create("one")))
        yield server, database
        await database.close()


@pytest.mark.parametrize("kill", [False, True], ids=["restarted", "killed"])
async def test_postgresql_may_go_and_come_back_under_load(kill: bool) -> None:
    async with own_server() as (server, database):
        with writing(server.url("one")) as writer:
            told = await asyncio.to_thread(listen, writer, 300)
            async with database.read() as unit:
                await unit.value(COUNT)
                server.stop(kill=kill)
                with pytest.raises(Unavailable):
                    await unit.value(COUNT)
            with pytest.raises(Unavailable):
                async with database.write():
                    raise AssertionError("never begun")
            server.start()
            told |= await asyncio.to_thread(listen, writer, 300)
            told |= await asyncio.to_thread(killed, writer)
        assert told <= await kept(database)


async def test_a_commit_that_the_server_never_answers_is_unavailable() -> None:
    async with own_server() as (server, database):
        made: list[int] = []

        async def write() -> None:
            async with database.write() as unit:
                unit.after_commit(lambda: made.append(1))
                await unit.run(ADD, id=1, count=1)
                server.stop(kill=True)

        with pytest.raises(Unavailable):
            await write()
        assert made == []
        server.start()
        assert await kept(database) == set()


async def test_a_full_disk_fails_every_unit_of_a_group_and_harms_nothing(
    sqlite_database: Database, disk_full: Callable[[int], AbstractContextManager[None]]
) -> None:
    async def write(number: int) -> None:
        async with sqlite_database.write() as unit:
            await unit.run(ADD, id=number, count=number, data=bytes(200_000))
            await unit.run(ADD_LID, id=number, box=number)

    await write(1)
    with disk_full(1_000_000):
        done = await asyncio.gather(*(write(number) for number in range(2, 30)), return_exceptions=True)
    told = {1} | {number for number, fault in enumerate(done, 2) if fault is None}
    assert {type(fault) for fault in done if fault is not None} == {Unavailable}
    assert await kept(sqlite_database) == told
    await write(100)
    assert await kept(sqlite_database) == told | {100}


async def test_sqlite_synchronises_every_commit(sqlite_database: Database) -> None:
    async with sqlite_database.write() as unit:
        assert await unit.value(text("PRAGMA synchronous")) == 2
        assert await unit.value(text("PRAGMA journal_mode")) == "wal"
        assert await unit.value(text("PRAGMA foreign_keys")) == 1
        assert await unit.value(COUNT) == 0


async def test_a_server_that_goes_silent_is_given_up(
    postgresql_server: postgresql.Server, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.postgresql.UNIT_SECONDS", 0.3)
    database = await lay_out(await Database.open(postgresql_url))
    async with database.read() as unit:
        await unit.value(COUNT)
        with postgresql_server.silent(), pytest.raises(Unavailable):
            await unit.value(COUNT)
    assert await kept(database) == set()
    await database.close()
