"""Bring a database's schema up to date: `python -m storage.migrate upgrade|current URL`, `... revision
"message"`.

A whole upgrade is one transaction on both databases, and two processes that start at once take turns.
Everything here blocks, and works both inside and outside a running event loop.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage import sqlite, tables
from storage.errors import Unavailable

T = TypeVar("T")
FOLDER = Path(__file__).parent / "migrations"
TURN = 0x6B697468
"""The number of PostgreSQL's advisory lock that upgrades take turns with."""


def upgrade(url: str) -> None:
    """Run every step that the database has not seen; a new database gets them all. Raises Unavailable."""
    _through(url, lambda connection: command.upgrade(_config(connection), "head"))


def current(url: str) -> str | None:
    """The last step the database has seen."""
    return _through(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


def newest() -> str | None:
    """The last step there is: a database is up to date when `current` says the same."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def differences(url: str) -> list[Any]:
    """What would have to change for the database's schema to be that of `metadata`; empty is good."""
    options = {"compare_type": True, "render_as_batch": True}

    def compare(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.load()))

    return _through(url, compare)


def revision(message: str) -> None:
    """Write the step from the last one to today's `metadata` into `versions`."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/now.db"
        upgrade(url)
        _through(url, lambda connection: command.revision(_config(connection), message, autogenerate=True))


def _config(connection: Connection) -> Config:
    config = Config(stdout=sys.stderr)
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _through(url: str, work: Callable[[Connection], T]) -> T:
    """Do the work in one transaction, on a thread of its own: a loop may be running on this one."""
    with ThreadPoolExecutor(1) as thread:
        if url.startswith("sqlite:///"):
            return thread.submit(_on_sqlite, url.removeprefix("sqlite:///"), work).result()
        return thread.submit(asyncio.run, _on_postgresql(url, work)).result()


def _on_sqlite(path: str, work: Callable[[Connection], T]) -> T:
    def make() -> sqlite3.Connection:
        sqlite.lay_out(path)
        connection = sqlite.connect(path)
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("PRAGMA foreign_keys = OFF")  # a step may rebuild a table that others refer to
        return connection

    engine = create_engine("sqlite://", creator=make, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            done = work(connection)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the upgrade would leave rows that refer to nothing")
            connection.exec_driver_sql("COMMIT")
            return done
    except OperationalError as fault:
        raise Unavailable(str(fault.orig)) from fault
    except (sqlite3.OperationalError, OSError) as fault:
        raise Unavailable(str(fault)) from fault
    finally:
        engine.dispose()


async def _on_postgresql(url: str, work: Callable[[Connection], T]) -> T:
    from sqlalchemy.ext.asyncio import create_async_engine  # late: a start on SQLite need not wait for it

    async def make() -> Any:
        return await asyncpg.connect(url, timeout=10)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=make, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({TURN})"))
            return await connection.run_sync(work)
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as fault:
        raise Unavailable(str(fault)) from fault
    finally:
        await engine.dispose()


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("task", choices=["upgrade", "current", "revision"])
    words.add_argument("subject", help="the database's address, or what the new step does")
    given = words.parse_args()
    if given.task == "current":
        sys.stdout.write(f"{current(given.subject) or 'empty'}\n")
    else:
        {"upgrade": upgrade, "revision": revision}[given.task](given.subject)


if __name__ == "__main__":
    main()
