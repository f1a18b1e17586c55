"""Group commit on SQLite: one transaction made durable for many units at once.

Each unit is a savepoint in a shared BEGIN IMMEDIATE. Units have the connection one after another; as soon as
one gives it up the next may join the same group. The group's own commit queues for the connection like a unit
does, so it comes when those who were waiting have had their turn. If the commit fails, every unit of the
group fails.
"""

import asyncio
import sqlite3
import time

from storage.calls import Calls, make_calls
from storage.errors import Unavailable
from storage.sqlite_session import Session

LARGEST_GROUP = 256
RETRY_SECONDS = 0.002


class _Group:
    """Units that will be durable together."""

    def __init__(self) -> None:
        self.calls: list[Calls] = []
        self.ended: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        """None once durable, or why nothing of the group was kept."""


class GroupWriter:
    """The only connection of this process that writes, and whose turn it is."""

    def __init__(self, session: Session, *, busy_seconds: float) -> None:
        self.session = session
        self._connection = session.connection
        self._busy_seconds = busy_seconds
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._group: _Group | None = None
        self._committing: asyncio.Task[None] | None = None

    async def enter(self) -> Session:
        """Wait for a turn and begin a unit in the open group, or in a new one. Raises Unavailable."""
        await self._take_turn()
        try:
            if self._group is None:
                await self._begin()
            self._connection.execute("SAVEPOINT unit")
        except sqlite3.Error as fault:
            self._give_up(str(fault))
            raise Unavailable(str(fault)) from fault
        except BaseException:
            self._turn.release()
            raise
        return self.session

    async def leave(self, calls: Calls) -> None:
        """End a unit well. Returns when its group is durable and its calls are made, or raises
        Unavailable."""
        group = self._group
        assert group is not None
        try:
            self._connection.execute("RELEASE unit")
        except sqlite3.Error as fault:
            self._give_up(str(fault))
            raise Unavailable(str(fault)) from fault
        group.calls.append(calls)
        self._turn.release()
        reason = await asyncio.shield(group.ended)
        if reason is not None:
            raise Unavailable(reason)

    async def undo(self) -> None:
        """End a unit as if it had not been. Some faults (a full disk) have by then undone the whole group.

        What it read of its group may be why it ends: nobody is told before that is durable too. Raises
        Unavailable when nothing of it was kept.
        """
        group = self._group
        try:
            self._connection.execute("ROLLBACK TO unit")
            self._connection.execute("RELEASE unit")
        except sqlite3.Error as fault:
            self._give_up(str(fault))
            return
        self._turn.release()
        if group is None or not group.calls:
            return
        reason = await asyncio.shield(group.ended)
        if reason is not None:
            raise Unavailable(reason)

    async def close(self) -> None:
        """Make the open group durable and close the connection."""
        await self._take_turn()
        self._turn.release()
        if self._committing is not None:
            await asyncio.wait([self._committing])
        self._connection.close()

    async def _take_turn(self) -> None:
        if not self._turn.locked() and not self._waiting:
            await self._turn.acquire()
            return
        self._waiting += 1
        try:
            async with asyncio.timeout(self._busy_seconds):
                await self._turn.acquire()
        except TimeoutError:
            raise Unavailable("other units held the database for too long") from None
        finally:
            self._waiting -= 1

    async def _begin(self) -> None:
        """Another process may be writing; wait for it without stopping the loop."""
        until = time.monotonic() + self._busy_seconds
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            await asyncio.sleep(RETRY_SECONDS)
        self._group = _Group()
        self._committing = asyncio.get_running_loop().create_task(
            self._commit_when_all_had_a_turn(self._group)
        )

    async def _commit_when_all_had_a_turn(self, group: _Group) -> None:
        await self._turn.acquire()
        while self._waiting and len(group.calls) < LARGEST_GROUP and group is self._group:
            self._turn.release()
            await self._turn.acquire()
        try:
            if group is self._group:
                await self._commit(group)
        finally:
            self._turn.release()

    async def _commit(self, group: _Group) -> None:
        self._group = None
        try:
            await self.session.in_thread(lambda: self._connection.execute("COMMIT"))
        except sqlite3.Error as fault:
            self._roll_back()
            group.ended.set_result(str(fault))
            return
        for calls in group.calls:
            make_calls(calls)
        group.ended.set_result(None)

    def _give_up(self, reason: str) -> None:
        """The transaction is lost: every unit of the group fails, and the next one begins anew."""
        group, self._group = self._group, None
        self._roll_back()
        if group is not None:
            group.ended.set_result(reason)
        self._turn.release()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
