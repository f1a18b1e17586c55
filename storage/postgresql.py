"""PostgreSQL through asyncpg: a pool of connections, each statement prepared once on each of them.

Every wait has an end: for a free connection, for a lock and for a statement. A connection that fails in any
way in the middle of a unit is thrown away; the pool opens another when the server is back.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from storage.database import Calls, make_calls
from storage.errors import Conflict, Unavailable
from storage.statements import Prepared, Row, Values

CONNECT_SECONDS = 5.0
FREE_SECONDS = 10.0
STATEMENT_SECONDS = 30.0
WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
SETTINGS = {
    "application_name": "kith",
    "lock_timeout": "10s",
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


class Postgresql:
    """Keeps the connections to one database."""

    def __init__(self, pool: Any, size: int) -> None:
        self._pool = pool
        self._size = size

    @classmethod
    async def open(cls, url: str, *, pool_size: int) -> "Postgresql":
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=pool_size,
                init=_prepare,
                reset=_leave_as_it_is,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                statement_cache_size=1000,
                max_cached_statement_lifetime=0,
                server_settings=SETTINGS,
            )
        except Exception as fault:
            raise translated(fault) from fault
        return cls(pool, pool_size)

    async def begin(self, *, write: bool) -> Session:
        """A connection that died unseen is found here, before anything has happened; then take another."""
        for remaining in range(self._size, -1, -1):
            connection = await self._acquire()
            try:
                await connection.execute(WRITE if write else READ)
                return Session(connection)
            except BaseException as fault:
                await self._discard(connection)
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
            await self._discard(session.connection)
            if isinstance(fault, Exception):
                raise translated(fault) from fault
            raise
        await self._pool.release(session.connection)
        if answer != "COMMIT":
            raise Unavailable("the database undid the unit")
        make_calls(calls)

    async def rollback(self, session: Session) -> None:
        """Never raises: the server undoes what a lost connection had begun."""
        try:
            await session.connection.execute("ROLLBACK")
        except BaseException as fault:
            await self._discard(session.connection)
            if not isinstance(fault, Exception):
                raise
        else:
            await self._pool.release(session.connection)

    async def close(self) -> None:
        await self._pool.close()

    async def _acquire(self) -> Any:
        try:
            return await self._pool.acquire(timeout=FREE_SECONDS)
        except TimeoutError:
            raise Unavailable("every connection was busy for too long") from None
        except Exception as fault:
            raise translated(fault) from fault

    async def _discard(self, connection: Any) -> None:
        with suppress(asyncpg.InterfaceError):  # what broke by itself has left the pool already
            connection.terminate()
        await self._pool.release(connection)


async def _prepare(connection: Any) -> None:
    """Sums of whole numbers arrive as numeric; give them back whole, as SQLite does."""
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text"
    )


def _number(text: str) -> int | float:
    return float(text) if "." in text or text == "NaN" else int(text)


async def _leave_as_it_is(connection: Any) -> None:
    """No unit changes a connection's settings, so there is nothing to reset between two of them."""
