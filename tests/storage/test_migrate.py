"""The schema that the steps make is the one the features speak to, on both databases."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Boolean, LargeBinary, Text, text

from storage import migrate, tables
from storage.database import Database, Unavailable


def test_a_new_database_becomes_what_the_tables_say(database_url: str) -> None:
    assert migrate.current(database_url) is None
    migrate.upgrade(database_url)
    assert migrate.current(database_url) == migrate.newest()
    assert migrate.differences(database_url) == []


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    for _ in range(2):
        migrate.upgrade(database_url)
        assert migrate.current(database_url) == migrate.newest()


def test_processes_that_start_together_take_turns(database_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate.upgrade, [database_url] * 4))
    assert migrate.differences(database_url) == []


async def test_it_works_inside_a_running_loop(database_url: str) -> None:
    migrate.upgrade(database_url)
    database = await Database.open(database_url)
    async with database.read() as unit:
        assert await unit.value(text("SELECT count(*) FROM alembic_version")) in (0, 1)
    await database.close()


def test_a_database_that_is_not_there_is_unavailable() -> None:
    for url in ("sqlite:////nowhere/at/all.db", "postgresql://kith@/none?host=/nowhere"):
        with pytest.raises(Unavailable):
            migrate.upgrade(url)


def test_a_busy_file_is_waited_for(sqlite_url: str) -> None:
    other = sqlite3.connect(
        sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
    )
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as thread:
        upgrading = thread.submit(migrate.upgrade, sqlite_url)
        assert not upgrading.done()
        other.execute("COMMIT")
        other.close()
        upgrading.result(10)


def test_a_step_is_written_from_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("env.py", "script.py.mako"):
        (tmp_path / name).write_text((migrate.FOLDER / name).read_text())
    (tmp_path / "versions").mkdir()
    monkeypatch.setattr(migrate, "FOLDER", tmp_path)
    migrate.revision("lay the tables out")
    (step,) = (tmp_path / "versions").glob("*.py")
    assert step.read_text().startswith('"""Lay the tables out."""\n')
    url = f"sqlite:///{tmp_path / 'new.db'}"
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.newest()
    assert migrate.differences(url) == []


def test_tables_use_only_what_means_the_same_on_both_databases() -> None:
    plain = (BigInteger, LargeBinary, Text, Boolean)
    for table in tables.load().sorted_tables:
        for column in table.columns:
            assert type(column.type) in plain, f"{table.name}.{column.name}"
            assert column.default is None, f"{table.name}.{column.name}"
            assert column.onupdate is None, f"{table.name}.{column.name}"


def test_every_constraint_has_a_name() -> None:
    for table in tables.load().sorted_tables:
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"


async def test_it_does_not_need_the_loop_of_its_caller(sqlite_url: str) -> None:
    await asyncio.to_thread(migrate.upgrade, sqlite_url)
    assert await asyncio.to_thread(migrate.current, sqlite_url) == migrate.newest()
