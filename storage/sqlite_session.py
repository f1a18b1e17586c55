"""Statements on one SQLite connection: on the event loop, or in a thread if they are long
(docs/decisions/0002).

Whatever may wait runs in a thread: a commit, and a statement that has once gone over its `BUDGET` of steps.
The first time that happens a query is stopped and started again in a thread; a change is left to finish where
it is.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from storage.errors import Conflict, Unavailable
from storage.statements import Prepared, Row, Values

T = TypeVar("T")
BUDGET = 25_000
"""Steps of SQLite's virtual machine, about two milliseconds. Steps, not time: a busy machine must not change
the path."""
MANY_ROWS = 50
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

    async def run_together(self, changes: Sequence[tuple[Prepared, Values]]) -> None:
        for prepared, given in changes:
            await self.run(prepared, given)

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
