"""SQLite: one connection that writes, for which units take turns, and a few that read.

Statements run on the event loop itself, because a thread costs more than most of them take
(docs/decisions/0002). Whatever may wait runs in a thread: a commit, and a statement that has once gone over
its `BUDGET` of steps. The first time that happens a query is stopped and started again in a thread; a change
is left to finish where it is.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from storage.database import Calls
from storage.errors import Conflict, Unavailable
from storage.group import GroupWriter
from storage.statements import Prepared, Row, Values

T = TypeVar("T")
BUDGET = 25_000
"""Steps of SQLite's virtual machine, about two milliseconds. Steps, not time: a busy machine must not change
the path."""
MANY_ROWS = 50
BUSY_SECONDS = 10.0
_KEYS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_ROWID,
}


def translated(fault: sqlite3.Error) -> Exception:
    """The fault as the callers of a unit know it, or itself if it is a mistake of ours."""
    code = getattr(fault, "sqlite_errorcode", 0)
    if code in _KEYS or code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return Conflict(_constraint(code, str(fault)))
    away = {
        "BUSY",
        "LOCKED",
        "FULL",
        "IOERR",
        "CANTOPEN",
        "NOMEM",
        "PROTOCOL",
        "INTERRUPT",
        "CORRUPT",
        "NOTADB",
    }
    if any(code & 0xFF == getattr(sqlite3, f"SQLITE_{name}") for name in away):
        return Unavailable(str(fault))
    return fault


def _constraint(code: int, message: str) -> str | None:
    """The name our naming convention gives it: SQLite tells columns only ("UNIQUE constraint failed: t.a,
    t.b")."""
    columns = message.rpartition(": ")[2].split(", ")
    table = columns[0].partition(".")[0]
    if code == sqlite3.SQLITE_CONSTRAINT_UNIQUE:
        return "_".join(["uq", table, *(column.partition(".")[2] for column in columns)])
    return None if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY else f"pk_{table}"


def connect(path: str, *, read_only: bool = False) -> sqlite3.Connection:
    """One connection, prepared. The file is made readable by its owner alone."""
    if not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(
        path,
        timeout=0 if not read_only else 1.0,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16384")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


class Session:
    """Statements on one connection, on the loop or in a thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        threads: ThreadPoolExecutor,
        *,
        inline: bool,
        read_only: bool,
    ) -> None:
        self.connection = connection
        self._read_only = read_only
        self._threads = threads
        self._inline = inline
        self._rounds, self._may_stop, self._stopped = 0, False, False
        connection.set_progress_handler(self._step, BUDGET)

    async def fetch(self, prepared: Prepared, given: Values, *, first: bool) -> list[Row]:
        sql, values = prepared.expanded(given) if prepared.lists else (prepared.sql, prepared.values(given))
        may_stop = prepared.asks or self._read_only
        first = first and may_stop
        try:
            return await self._placed(
                prepared, lambda: self._rows(prepared, sql, values, first=first), may_stop=may_stop
            )
        except Unavailable:
            if not self._stopped:
                raise
            return await self.in_thread(lambda: self._rows(prepared, sql, values, first=first))

    async def run(self, prepared: Prepared, given: Values) -> int:
        sql, values = prepared.expanded(given) if prepared.lists else (prepared.sql, prepared.values(given))
        return await self._placed(prepared, lambda: self._changed(sql, values))

    async def run_many(self, prepared: Prepared, rows: Sequence[Values]) -> None:
        if prepared.lists:
            raise TypeError("a list of values cannot be run many times")
        values = [prepared.values(row) for row in rows]
        if len(rows) > MANY_ROWS:
            await self.in_thread(lambda: self._execute_many(prepared.sql, values))
        else:
            self._execute_many(prepared.sql, values)

    async def _placed(self, prepared: Prepared, work: Callable[[], T], *, may_stop: bool = False) -> T:
        """Here or in a thread. To stop a change would undo the whole transaction, so only a query may be."""
        if prepared.slow or not self._inline:
            return await self.in_thread(work)
        self._rounds, self._may_stop, self._stopped = 0, may_stop, False
        try:
            return work()
        finally:
            prepared.slow = self._over()

    def _step(self) -> bool:
        self._rounds += 1
        self._stopped = self._may_stop and self._over()
        return self._stopped

    def _over(self) -> bool:
        """SQLite counts on from a statement's last run, so only the second round tells that this run took a
        budget."""
        return self._rounds > 1

    def _rows(self, prepared: Prepared, sql: str, values: list[Any], *, first: bool) -> list[Row]:
        try:
            cursor = self._execute(sql, values)
            if cursor.description is None:
                return []
            found = cursor.fetchmany(1) if first else cursor.fetchall()
            names = [column[0] for column in cursor.description]
            cursor.close()
        except sqlite3.Error as fault:
            raise translated(fault) from fault
        return prepared.rows(names, found, truths=True)

    def _changed(self, sql: str, values: list[Any]) -> int:
        count = self._execute(sql, values).rowcount
        if count < 0 and sql.startswith("WITH"):  # sqlite3 looks at the first word only
            count = self._execute("SELECT changes()", []).fetchone()[0]
        return max(count, 0)

    def _execute(self, sql: str, values: list[Any]) -> sqlite3.Cursor:
        try:
            return self.connection.execute(sql, values)
        except sqlite3.Error as fault:
            raise translated(fault) from fault

    def _execute_many(self, sql: str, values: list[list[Any]]) -> None:
        try:
            self.connection.executemany(sql, values)
        except sqlite3.Error as fault:
            raise translated(fault) from fault

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run in a thread and wait for its end even when cancelled: the connection must be left at rest."""
        self._rounds, self._may_stop, self._stopped = 0, False, False
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if self._read_only:
                self.connection.interrupt()
            while not running.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([running])
            if not running.cancelled():
                running.exception()
            raise


class Sqlite:
    """Keeps one database file. Other processes may have it open as well."""

    def __init__(self, path: str, *, readers: int, inline: bool) -> None:
        self._path = path
        self._inline = inline
        self._threads = ThreadPoolExecutor(readers + 1, thread_name_prefix="sqlite")
        self._writer = GroupWriter(self._session(read_only=False), busy_seconds=BUSY_SECONDS)
        self._free: list[Session] = []
        self._readers = asyncio.Semaphore(readers)

    @classmethod
    async def open(cls, path: str, *, pool_size: int, inline: bool = True) -> "Sqlite":
        """Open the file, making it if need be; its folder must exist."""
        try:
            await asyncio.to_thread(_make, path)
            return cls(path, readers=pool_size, inline=inline)
        except (sqlite3.Error, OSError) as fault:
            raise Unavailable(str(fault)) from fault

    def _session(self, *, read_only: bool) -> Session:
        connection = connect(self._path, read_only=read_only)
        return Session(connection, self._threads, inline=self._inline, read_only=read_only)

    async def begin(self, *, write: bool) -> Session:
        return await self._writer.enter() if write else await self._begin_read()

    async def commit(self, session: Session, calls: Calls) -> None:
        await self._writer.leave(calls)

    async def rollback(self, session: Session) -> None:
        if session is self._writer.session:
            self._writer.undo()
            return
        try:
            session.connection.execute("ROLLBACK")
            self._free.append(session)
        except sqlite3.Error:
            session.connection.close()
        finally:
            self._readers.release()

    async def _begin_read(self) -> Session:
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._readers.acquire()
        except TimeoutError:
            raise Unavailable("every reading connection was busy for too long") from None
        try:
            session = self._free.pop() if self._free else self._session(read_only=True)
            session.connection.execute("BEGIN")
        except sqlite3.Error as fault:
            self._readers.release()
            raise translated(fault) from fault
        return session

    async def close(self) -> None:
        await self._writer.close()
        for session in self._free:
            session.connection.close()
        self._threads.shutdown(wait=True)


def _make(path: str) -> None:
    connection = connect(path)
    try:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
