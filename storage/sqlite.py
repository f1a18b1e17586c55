"""SQLite: one connection that writes, for which units take turns, and a few that read.

Other processes may have the same file open; SQLite's own lock decides between them, and waiting for it has an
end.
"""

import asyncio
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

from storage.calls import Calls
from storage.errors import Unavailable
from storage.group import GroupWriter
from storage.sqlite_session import Session, translated

BUSY_SECONDS = 10.0


def connect(path: str, *, read_only: bool = False) -> sqlite3.Connection:
    """One connection, prepared. The file is made readable by its owner alone."""
    if not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
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
    connection.execute(f"PRAGMA busy_timeout = {1000 if read_only else 0}")
    return connection


def lay_out(path: str) -> None:
    """Make the file if need be, and have it keep a write-ahead log. Blocks.

    The switch to the log does not wait for others by itself, and several processes may start at once.
    """
    until = time.monotonic() + BUSY_SECONDS
    connection = connect(path)
    try:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(0.005)
    finally:
        connection.close()


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
            await asyncio.to_thread(lay_out, path)
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
            await self._writer.undo()
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
