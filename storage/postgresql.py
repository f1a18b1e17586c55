"""PostgreSQL through asyncpg: a bounded number of connections, each statement prepared once on each of them.

Every wait has an end: for a free connection, for a lock, for a statement and for a whole unit. A connection
that fails in any way in the middle of a unit is thrown away; another is opened when the server is back.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from storage.calls import Calls, make_calls
from storage.errors import Conflict, Unavailable
from storage.statements import Prepared, Row, Values
from storage.together import AT_ONCE, merged

CONNECT_SECONDS = 5.0
FREE_SECONDS = 10.0
UNIT_SECONDS = 60.0
WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
SETTINGS = {
    "application_name": "kith",
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "jit": "off",
}
_LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


def translated(fault: Exception) -> Exception:
    """The fault as the callers of a unit know it, or itself if it is a mistake of ours."""
    if isinstance(fault, asyncpg.UniqueViolationError | asyncpg.ForeignKeyViolationError):
        return Conflict(fault.constraint_name)
    if isinstance(fault, _LOST) and not isinstance(fault, asyncpg.DataError | ValueError):
        return Unavailable(f"{type(fault).__name__}: {fault}")
    return fault


class Session:
    """One transaction on one connection."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.limit = asyncio.get_running_loop().call_later(UNIT_SECONDS, connection.terminate)
        """Ends the unit of a server that has gone silent: one timer for each unit, not one for each
        statement."""

    async def fetch(self, prepared: Prepared, given: Values, *, first: bool) -> list[Row]:
        try:
            if first and prepared.asks:
                row = await self.connection.fetchrow(prepared.sql, *prepared.values(given))
                found = [] if row is None else [row]
            else:
                found = await self.connection.fetch(prepared.sql, *prepared.values(given))
        except Exception as fault:
            raise translated(fault) from fault
        return prepared.rows(list(found[0].keys()), found, truths=False) if found else []

    async def run(self, prepared: Prepared, given: Values) -> int:
        try:
            answer: str = await self.connection.execute(prepared.sql, *prepared.values(given))
        except Exception as fault:
            raise translated(fault) from fault
        count = answer.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def run_many(self, prepared: Prepared, rows: Sequence[Values]) -> None:
        try:
            await self.connection.executemany(prepared.sql, [prepared.values(row) for row in rows])
        except Exception as fault:
            raise translated(fault) from fault

    async def run_together(self, changes: Sequence[tuple[Prepared, Values]]) -> None:
        for at in range(0, len(changes), AT_ONCE):
            some = changes[at : at + AT_ONCE]
            text = merged(tuple(prepared.sql for prepared, _ in some))
            values = [value for prepared, given in some for value in prepared.values(given)]
            try:
                await self.connection.execute(text, *values)
            except Exception as fault:
                raise translated(fault) from fault


class Postgresql:
    """Keeps the connections to one database: asyncpg's own pool costs a task and a shield for each unit."""

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        self._size = size
        self._places = asyncio.Semaphore(size)
        self._free: list[Any] = []

    @classmethod
    async def open(cls, url: str, *, pool_size: int) -> "Postgresql":
        keeper = cls(url, pool_size)
        keeper._give_back(await keeper._acquire())
        return keeper

    async def begin(self, *, write: bool) -> Session:
        """A connection that died unseen is found here, before anything has happened; then take another."""
        for remaining in range(self._size, -1, -1):
            session = Session(await self._acquire())
            try:
                await session.connection.execute(WRITE if write else READ)
                return session
            except BaseException as fault:
                self._discard(session)
                if not isinstance(fault, Exception):
                    raise
                if not remaining or not isinstance(fault, _LOST):
                    raise translated(fault) from fault
        raise AssertionError("the last round returns or raises")

    async def commit(self, session: Session, calls: Calls) -> None:
        """Once begun a commit goes on, even if whoever asked for it is cancelled: half a commit cannot be
        told."""
        await asyncio.shield(asyncio.ensure_future(self._commit(session, calls)))

    async def _commit(self, session: Session, calls: Calls) -> None:
        try:
            answer = await session.connection.execute("COMMIT")
        except BaseException as fault:
            self._discard(session)
            if isinstance(fault, Exception):
                raise translated(fault) from fault
            raise
        self._end(session)
        if answer != "COMMIT":
            raise Unavailable("the database undid the unit")
        make_calls(calls)

    async def rollback(self, session: Session) -> None:
        """Never raises: the server undoes what a lost connection had begun."""
        try:
            await session.connection.execute("ROLLBACK")
        except BaseException as fault:
            self._discard(session)
            if not isinstance(fault, Exception):
                raise
        else:
            self._end(session)

    async def close(self) -> None:
        """Wait for the units under way; none can begin afterwards."""
        for _ in range(self._size):
            await self._take_place()
        for connection in self._free:
            await connection.close(timeout=CONNECT_SECONDS)

    async def _acquire(self) -> Any:
        await self._take_place()
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed():
                return connection
        try:
            return await _connect(self._url)
        except BaseException as fault:
            self._places.release()
            if isinstance(fault, Exception):
                raise translated(fault) from fault
            raise

    async def _take_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(FREE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable("every connection was busy for too long") from None

    def _end(self, session: Session) -> None:
        session.limit.cancel()
        self._give_back(session.connection)

    def _give_back(self, connection: Any) -> None:
        if not connection.is_closed():
            self._free.append(connection)
        self._places.release()

    def _discard(self, session: Session) -> None:
        session.limit.cancel()
        session.connection.terminate()
        self._places.release()


async def _connect(url: str) -> Any:
    connection = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        statement_cache_size=1000,
        max_cached_statement_lifetime=0,
        server_settings=SETTINGS,
    )
    await _prepare(connection)
    return connection


async def _prepare(connection: Any) -> None:
    """Sums of whole numbers arrive as numeric; give them back whole, as SQLite does."""
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text"
    )


def _number(text: str) -> int | float:
    return float(text) if "." in text or text == "NaN" else int(text)
