"""What a unit promises, on both databases."""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import BigInteger, bindparam, case, delete, func, literal, select, text, update

from storage.database import Change, Conflict, Database, Row, Unavailable
from storage.statements import insert_ignore, upsert
from tests.storage.places import ADD, ADD_LID, COUNT, COUNT_LIDS, GET, IDS, LOCK, SET, box


def plain(rows: list[Row]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in rows]


async def count(database: Database) -> Any:
    async with database.read() as unit:
        return await unit.value(COUNT)


async def add(database: Database, number: int, **more: Any) -> None:
    async with database.write() as unit:
        await unit.run(ADD, id=number, count=number, **more)


async def test_what_a_unit_refused_for_can_be_read_once_it_has_refused(database: Database) -> None:
    """Units that become durable together see each other: who is told what was seen, and looks, finds it."""

    async def refused() -> None:
        async with database.write() as unit:
            raise LookupError(await unit.value(COUNT))

    async def refuse(first: int) -> None:
        with pytest.raises(LookupError) as caught:
            await refused()
        [seen] = caught.value.args
        assert await count(database) >= seen >= first

    for number in range(50):
        await asyncio.gather(add(database, 2 * number), refuse(2 * number), add(database, 2 * number + 1))


class TestOneUnit:
    async def test_what_was_written_is_there_when_the_block_has_ended(self, database: Database) -> None:
        await add(database, 1, data=b"\x00\xff", label="ä", full=True)
        async with database.read() as unit:
            row = await unit.one(GET, id=1)
        assert row is not None
        assert tuple(row) == (1, 1, True, b"\x00\xff", "ä")
        assert (row.count, row[4], len(row)) == (1, "ä", 5)

    async def test_changes_that_run_together_are_all_made_each_with_its_own_values(
        self, database: Database
    ) -> None:
        await add(database, 1)
        async with database.write() as unit:
            await unit.run_together([])
            await unit.run_together(
                [
                    Change(SET, {"id": 1, "count": 10}),
                    *(Change(ADD, {"id": number, "count": number}) for number in range(2, 31)),
                    Change(ADD_LID, {"id": 1, "box": 2}),
                ]
            )
        async with database.read() as unit:
            assert await unit.value(GET.with_only_columns(box.c.count), id=1) == 10
            assert plain(await unit.all(IDS)) == [(number,) for number in range(1, 31)]
            assert await unit.value(COUNT_LIDS) == 1

    async def test_of_changes_that_run_together_none_is_kept_if_one_fails(self, database: Database) -> None:
        both = [Change(ADD, {"id": 1, "count": 1}), Change(ADD, {"id": 1, "count": 2})]
        with pytest.raises(Conflict):
            async with database.write() as unit:
                await unit.run_together(both)
        assert await count(database) == 0

    async def test_an_exception_undoes_all_of_it(self, database: Database) -> None:
        async def fail() -> None:
            async with database.write() as unit:
                await unit.run(ADD, id=1, count=1)
                await unit.run(ADD_LID, id=1, box=1)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert await count(database) == 0

    async def test_it_sees_its_own_writing_and_no_reader_does_until_the_end(self, database: Database) -> None:
        async with database.write() as unit:
            await unit.run(ADD, id=1, count=1)
            assert await unit.value(COUNT) == 1
            assert await count(database) == 0
        assert await count(database) == 1

    async def test_it_cannot_be_used_after_its_block(self, database: Database) -> None:
        async with database.read() as unit:
            pass
        with pytest.raises(RuntimeError, match="over"):
            await unit.value(COUNT)

    async def test_a_failed_statement_leaves_nothing_to_commit(self, database: Database) -> None:
        async def pass_over() -> None:
            async with database.write() as unit:
                await unit.run(ADD, id=2, count=2)
                with pytest.raises(Conflict):
                    await unit.run(ADD, id=1, count=1)
                with pytest.raises(RuntimeError, match="failed"):
                    await unit.run(ADD, id=3, count=3)

        await add(database, 1)
        with pytest.raises(RuntimeError, match="undone"):
            await pass_over()
        assert await count(database) == 1

    async def test_no_row_is_none(self, database: Database) -> None:
        async with database.read() as unit:
            assert await unit.one(GET, id=9) is None
            assert await unit.value(GET, id=9) is None
            assert await unit.all(GET, id=9) == []


class TestReading:
    async def test_a_reader_sees_one_moment_throughout(self, database: Database) -> None:
        await add(database, 1)
        async with database.read() as unit:
            assert await unit.value(COUNT) == 1
            await add(database, 2)
            assert await unit.value(COUNT) == 1
        assert await count(database) == 2

    async def test_a_reader_cannot_write(self, database: Database) -> None:
        with pytest.raises(Exception, match=r"read-?only"):
            async with database.read() as unit:
                await unit.run(ADD, id=1, count=1)
        assert await count(database) == 0

    async def test_more_readers_than_connections_take_turns(self, database: Database) -> None:
        assert await asyncio.gather(*(count(database) for _ in range(100))) == [0] * 100


class TestAfterCommit:
    async def test_calls_are_made_in_order_and_only_once_durable(self, database: Database) -> None:
        made: list[str] = []
        async with database.write() as unit:
            unit.after_commit(lambda: made.append("first"))
            unit.after_commit(lambda: made.append("second"))
            await unit.run(ADD, id=1, count=1)
            assert made == []
        assert made == ["first", "second"]

    async def test_calls_of_an_undone_unit_are_never_made(self, database: Database) -> None:
        made: list[str] = []

        async def fail() -> None:
            async with database.write() as unit:
                unit.after_commit(lambda: made.append("never"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        await add(database, 1)
        assert made == []

    async def test_one_that_fails_hinders_neither_the_others_nor_the_unit(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        made: list[str] = []
        async with database.write() as unit:
            unit.after_commit(lambda: made.append(str(1 / 0)))
            unit.after_commit(lambda: made.append("second"))
            await unit.run(ADD, id=1, count=1)
        assert made == ["second"]
        assert "a call after commit failed" in caplog.text
        assert await count(database) == 1


class TestConflict:
    async def test_a_taken_key_is_named(self, database: Database) -> None:
        await add(database, 1, label="a")
        with pytest.raises(Conflict) as caught:
            await add(database, 1, label="b")
        assert caught.value.constraint == "pk_box"

    async def test_a_broken_unique_constraint_is_named(self, database: Database) -> None:
        await add(database, 1, label="a")
        async with database.write() as unit:
            await unit.run(ADD, id=2, count=2, label="a")
        with pytest.raises(Conflict) as caught:
            async with database.write() as unit:
                await unit.run(SET, id=2, count=1)
        assert caught.value.constraint == "uq_box_count_label"

    async def test_a_reference_to_nothing_is_refused(self, database: Database) -> None:
        with pytest.raises(Conflict) as caught:
            async with database.write() as unit:
                await unit.run(ADD_LID, id=1, box=99)
        assert caught.value.constraint in ("fk_lid_box_box", None)

    async def test_it_harms_no_unit_beside_it(self, database: Database) -> None:
        await add(database, 0)
        done = await asyncio.gather(*(add(database, n % 10) for n in range(40)), return_exceptions=True)
        assert sum(isinstance(one, Conflict) for one in done) == 31
        assert await count(database) == 10


class TestManyAtOnce:
    async def test_no_update_is_lost(self, database: Database) -> None:
        await add(database, 1)

        async def one_more() -> None:
            async with database.write() as unit:
                seen = await unit.value(LOCK, id=1)
                assert seen is not None
                await unit.run(SET, id=1, count=seen + 1)

        await asyncio.gather(*(one_more() for _ in range(60)))
        async with database.read() as unit:
            row = await unit.one(GET, id=1)
        assert row is not None
        assert row.count == 61

    async def test_those_that_fail_take_nobody_along(self, database: Database) -> None:
        async def one(number: int) -> None:
            async with database.write() as unit:
                await unit.run(ADD, id=number, count=number)
                if number % 3 == 0:
                    raise ZeroDivisionError

        await asyncio.gather(*(one(number) for number in range(60)), return_exceptions=True)
        async with database.read() as unit:
            assert [row.id for row in await unit.all(IDS)] == [n for n in range(60) if n % 3]

    async def test_work_that_another_has_locked_can_be_passed_over(self, database: Database) -> None:
        await add(database, 1)
        await add(database, 2)
        claim = select(box.c.id).order_by(box.c.id).limit(1).with_for_update(skip_locked=True)
        async with database.write() as unit:
            assert await unit.value(claim) == 1
            if (
                database.dialect == "postgresql"
            ):  # on SQLite writers take turns, so nobody else holds anything
                async with database.write() as other:
                    assert await other.value(claim) == 2


class TestCancellation:
    async def test_in_the_middle_it_leaves_nothing_half_done(self, database: Database) -> None:
        reached, forever = asyncio.Event(), asyncio.Event()

        async def unlucky() -> None:
            async with database.write() as unit:
                await unit.run(ADD, id=1, count=1)
                reached.set()
                await forever.wait()

        task = asyncio.create_task(unlucky())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await count(database) == 0
        await add(database, 1)

    async def test_of_a_waiting_unit_does_not_keep_the_lock(self, database: Database) -> None:
        async with database.write() as unit:
            await unit.run(ADD, id=1, count=1)
            waiting = [asyncio.create_task(add(database, 1)) for _ in range(20)]
            await asyncio.sleep(0.05)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        await add(database, 2)
        assert await count(database) == 2

    async def test_at_any_moment_is_all_or_nothing(self, database: Database) -> None:
        chance = random.Random(7)
        told: set[int] = set()

        async def one(number: int) -> None:
            async with database.write() as unit:
                unit.after_commit(lambda: told.add(number))
                await unit.run(ADD, id=number, count=number)
                await unit.run(ADD_LID, id=number, box=number)

        tasks = [asyncio.create_task(one(number)) for number in range(300)]
        for _ in tasks:
            await asyncio.sleep(chance.random() / 3000)
            if chance.random() < 0.7:
                chance.choice(tasks).cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await add(database, 1000)
        async with database.read() as unit:
            assert {row.id for row in await unit.all(IDS)} == told | {1000}
            assert await unit.value(COUNT_LIDS) == len(told)


class TestWaiting:
    async def test_for_another_unit_has_an_end(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("storage.sqlite.BUSY_SECONDS", 0.1)
        monkeypatch.setattr("storage.postgresql.FREE_SECONDS", 0.1)
        database = await Database.open(database_url, pool_size=1)
        async with database.write():
            with pytest.raises(Unavailable):
                async with database.write():
                    raise AssertionError("never begun")
        async with database.write() as unit:
            assert await unit.value(text("SELECT 1")) == 1
        await database.close()


class TestStatements:
    async def test_a_list_of_any_length_can_be_looked_for(self, database: Database) -> None:
        within = select(box.c.id).where(box.c.id.in_(bindparam("ids", expanding=True))).order_by(box.c.id)
        without = delete(box).where(
            box.c.id.not_in(bindparam("ids", expanding=True)), box.c.count > bindparam("least")
        )
        async with database.write() as unit:
            await unit.run_many(ADD, [{"id": n, "count": n} for n in range(200)])
            assert await unit.all(within, ids=[]) == []
            assert [row.id for row in await unit.all(within, ids=[5, 3, 999])] == [3, 5]
            assert len(await unit.all(within, ids=list(range(150)))) == 150
            assert await unit.run(without, ids=[100, 198], least=99) == 98
            assert plain(await unit.all(select(box.c.id).where(box.c.id.in_([1, 2])))) == [(1,), (2,)]

    async def test_a_row_that_is_there_can_be_left_alone(self, database: Database) -> None:
        ignore, telling = insert_ignore(box, on=["id"]), insert_ignore(box, returning=[box.c.id])
        async with database.write() as unit:
            assert await unit.run(ignore, id=1, count=1) == 1
            assert await unit.run(ignore, id=1, count=2) == 0
            assert await unit.one(telling, id=1, count=3) is None
            assert await unit.value(telling, id=2, count=3) == 2
            assert await unit.value(LOCK, id=1) == 1

    async def test_a_row_that_is_there_can_be_changed(self, database: Database) -> None:
        put = upsert(
            box,
            on=["id"],
            take=["label"],
            change={"count": box.c.count + 1},
            where=box.c.full.is_not(True),
            returning=[box.c.count, box.c.label, box.c.full],
        )
        async with database.write() as unit:
            assert plain(await unit.all(put, id=1, count=5, label="a", full=False)) == [(5, "a", False)]
            assert plain(await unit.all(put, id=1, count=5, label="b", full=True)) == [(6, "b", False)]
            await unit.run(update(box).values(full=True))
            assert await unit.one(put, id=1, count=5, label="c", full=True) is None

    async def test_values_come_back_as_the_kind_they_are(self, database: Database) -> None:
        await add(database, 2**62, full=False)
        await add(database, 1, full=None)
        kinds = select(box.c.full, (box.c.count > 1).label("more"), func.sum(box.c.id).over()).order_by(
            box.c.id
        )
        async with database.read() as unit:
            rows = await unit.all(kinds)
            assert plain(rows) == [(None, False, 2**62 + 1), (False, True, 2**62 + 1)]
            assert [type(value) for value in rows[1]] == [bool, bool, int]
            assert await unit.value(select(func.avg(box.c.count)).where(box.c.id == 1)) == 1
            weighed = select(func.sum(case((box.c.id > bindparam("n", type_=BigInteger), 1), else_=0)))
            assert await unit.value(weighed, n=1) == 1
            assert await unit.value(select(literal(7))) == 7

    async def test_a_mistyped_or_missing_name_is_noticed(self, database: Database) -> None:
        with pytest.raises(TypeError, match="ix"):
            async with database.read() as unit:
                await unit.one(GET, id=1, ix=2)
        with pytest.raises(KeyError, match="id"):
            async with database.read() as unit:
                await unit.one(GET, ix=2)

    async def test_many_rows_are_written_as_one(self, database: Database) -> None:
        rows = [{"id": n % 70, "count": n} for n in range(71)]
        with pytest.raises(Conflict):
            async with database.write() as unit:
                await unit.run_many(ADD, rows)
        assert await count(database) == 0
        async with database.write() as unit:
            await unit.run_many(ADD, [])
            await unit.run_many(ADD, rows[:70])
        assert await count(database) == 70


async def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="starts with"):
        await Database.open("mysql://host/name")


async def test_a_database_that_is_not_there_is_unavailable() -> None:
    for url in ("sqlite:////nowhere/at/all.db", "postgresql://kith@/none?host=/nowhere"):
        with pytest.raises(Unavailable):
            await Database.open(url)
