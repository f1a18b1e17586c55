"""The database: `Database.open(url)`, then one `Unit` for each transaction. SQLite and PostgreSQL behave
alike.

A write unit is durable when its block ends, and is undone as a whole by an exception, a failed statement or a
cancelled task. Do nothing slow inside it but statements: on SQLite it holds the only write lock. On
PostgreSQL units run at READ COMMITTED, so a caller locks what it is about to judge (`with_for_update()`, also
with `skip_locked=True`); on SQLite writers take turns and those words compile away. A read unit sees one
moment throughout.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Protocol

from storage.calls import Calls
from storage.errors import Conflict, Unavailable
from storage.statements import Prepared, Row, Statement, Statements, Values, statements_for
from storage.together import Change

__all__ = ["Change", "Conflict", "Database", "Row", "Unavailable", "Unit"]


class Session(Protocol):
    """One transaction on one connection, as a database keeper gives it to a unit."""

    async def fetch(self, prepared: Prepared, given: Values, *, first: bool) -> list[Row]: ...
    async def run(self, prepared: Prepared, given: Values) -> int: ...
    async def run_many(self, prepared: Prepared, rows: Sequence[Values]) -> None: ...
    async def run_together(self, changes: Sequence[tuple[Prepared, Values]]) -> None: ...


class Keeper(Protocol):
    """What `Database` needs of PostgreSQL or SQLite. `commit` returns once durable and has then made the
    calls."""

    async def begin(self, *, write: bool) -> Session: ...
    async def commit(self, session: Any, calls: Calls) -> None: ...
    async def rollback(self, session: Any) -> None: ...
    async def close(self) -> None: ...


class Unit:
    """One open transaction. One statement at a time; not to be used after its block."""

    __slots__ = ("_session", "_statements", "calls", "failed")

    def __init__(self, session: Session, statements: Statements) -> None:
        self._session: Session | None = session
        self._statements = statements
        self.calls: Calls = []
        self.failed = False

    async def all(self, statement: Statement, **params: Any) -> list[Row]:
        """Every row."""
        return await self._fetch(statement, params, first=False)

    async def one(self, statement: Statement, **params: Any) -> Row | None:
        """The first row, or None."""
        rows = await self._fetch(statement, params, first=True)
        return rows[0] if rows else None

    async def value(self, statement: Statement, **params: Any) -> Any | None:
        """The first column of the first row, or None."""
        rows = await self._fetch(statement, params, first=True)
        return rows[0][0] if rows else None

    async def run(self, statement: Statement, **params: Any) -> int:
        """The number of rows that were changed."""
        session = self._checked()
        prepared = self._statements.get(statement, params)
        try:
            return await session.run(prepared, params)
        except BaseException:
            self.failed = True
            raise

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run once for each row of values; all rows name the same values."""
        session = self._checked()
        if not rows:
            return
        prepared = self._statements.get(statement, rows[0])
        try:
            await session.run_many(prepared, rows)
        except BaseException:
            self.failed = True
            raise

    async def run_together(self, changes: Sequence[Change]) -> None:
        """Run changes of which none looks at what another writes, and no two change one row: on PostgreSQL in
        one journey, whatever their order."""
        session = self._checked()
        get = self._statements.get
        try:
            await session.run_together([(get(each.statement, each.values), each.values) for each in changes])
        except BaseException:
            self.failed = True
            raise

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the unit is durable, and never if it is not. Must be quick; what it raises is logged
        only."""
        self.calls.append(call)

    async def _fetch(self, statement: Statement, params: Values, *, first: bool) -> list[Row]:
        session = self._checked()
        prepared = self._statements.get(statement, params)
        try:
            return await session.fetch(prepared, params, first=first)
        except BaseException:
            self.failed = True
            raise

    def _checked(self) -> Session:
        if self._session is None:
            raise RuntimeError("this unit is over")
        if self.failed:
            raise RuntimeError("a statement of this unit failed, so it can only be undone")
        return self._session

    def end(self) -> None:
        self._session = None


class _Block(AbstractAsyncContextManager[Unit]):
    """`async with`: begin, then commit or undo."""

    __slots__ = ("_keeper", "_session", "_statements", "_unit", "_write")

    def __init__(self, keeper: Keeper, statements: Statements, *, write: bool) -> None:
        self._keeper, self._statements, self._write = keeper, statements, write

    async def __aenter__(self) -> Unit:
        self._session = await self._keeper.begin(write=self._write)
        self._unit = Unit(self._session, self._statements)
        return self._unit

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        unit = self._unit
        unit.end()
        if kind is None and not unit.failed and self._write:
            await self._keeper.commit(self._session, unit.calls)
            return
        try:
            await self._keeper.rollback(self._session)
        except Unavailable:
            if fault is None or isinstance(fault, Exception):
                raise
        if kind is None and self._write:
            raise RuntimeError("a statement of this unit failed and was passed over; the unit was undone")


class Database:
    """One database, opened once for each process."""

    def __init__(self, dialect: str, keeper: Keeper) -> None:
        self.dialect = dialect
        self._keeper = keeper
        self._statements = statements_for(dialect)

    @classmethod
    async def open(cls, url: str, *, pool_size: int = 8) -> "Database":
        """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user:password@host/name`.

        `pool_size` bounds the connections. Raises Unavailable, and ValueError for any other address.
        """
        if url.startswith("sqlite:///"):
            from storage.sqlite import Sqlite

            return cls("sqlite", await Sqlite.open(url.removeprefix("sqlite:///"), pool_size=pool_size))
        if url.startswith("postgresql://"):
            from storage.postgresql import Postgresql

            return cls("postgresql", await Postgresql.open(url, pool_size=pool_size))
        raise ValueError("a database address starts with sqlite:/// or postgresql://")

    def write(self) -> AbstractAsyncContextManager[Unit]:
        """One transaction: durable when the block ends. Raises Unavailable; statements also raise
        Conflict."""
        return _Block(self._keeper, self._statements, write=True)

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """One moment of the database; a statement that changes something is refused. Raises Unavailable."""
        return _Block(self._keeper, self._statements, write=False)

    async def close(self) -> None:
        """Wait for the units under way, then let go of every connection."""
        await self._keeper.close()
