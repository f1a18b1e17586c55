"""SQLAlchemy Core statements, compiled once into what a driver takes: SQL text and the order of its values.

Build a statement once, at module level, with `bindparam()` for what changes: the compiled form is kept for as
long as the statement lives. `insert(table)` without values takes its columns from the names it is run with. A
bare bindparam in a result column or a function needs its type: `bindparam("n", type_=BigInteger)`.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Boolean, ColumnElement, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
DIALECTS: dict[str, Callable[[], Dialect]] = {"sqlite": sqlite.dialect, "postgresql": PGDialect_asyncpg}
_EXPANDING = re.compile(r"(NOT )?IN \(__\[POSTCOMPILE_(\w+)\]\)")


class Row(Protocol):
    """One row: a tuple whose columns are attributes as well (`row.seq`, `row[0]`)."""

    def __getattr__(self, name: str, /) -> Any: ...
    def __getitem__(self, index: int, /) -> Any: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...


class Either:
    """An insert whose words are special to each database, yet the same in both; see `insert_ignore` and
    `upsert`."""

    def __init__(self, build: Callable[[Any], Insert]) -> None:
        self.by_dialect: dict[str, Insert] = {
            "sqlite": build(sqlite.insert),
            "postgresql": build(postgresql.insert),
        }


Statement = Executable | Either


def insert_ignore(
    table: Table, *, on: Sequence[str] | None = None, returning: Sequence[ColumnElement[Any]] = ()
) -> Either:
    """INSERT ... ON CONFLICT (`on`, or anything unique) DO NOTHING. For a row that was there `run` gives 0,
    `one` None.

    The columns are those of the names it is run with.
    """

    def build(insert: Any) -> Insert:
        statement = insert(table).on_conflict_do_nothing(index_elements=on)
        return cast(Insert, statement.returning(*returning) if returning else statement)

    return Either(build)


def upsert(
    table: Table,
    *,
    on: Sequence[str],
    take: Sequence[str] = (),
    change: Values | None = None,
    where: ColumnElement[bool] | None = None,
    returning: Sequence[ColumnElement[Any]] = (),
) -> Either:
    """INSERT ... ON CONFLICT (`on`) DO UPDATE: the columns in `take` get the new row's values, and those in
    `change` the expression given, over the stored row (`{"count": table.c.count + 1}`). Only rows that meet
    `where` change."""

    def build(insert: Any) -> Insert:
        statement = insert(table)
        new = {name: statement.excluded[name] for name in take} | dict(change or {})
        statement = statement.on_conflict_do_update(index_elements=on, set_=new, where=where)
        return cast(Insert, statement.returning(*returning) if returning else statement)

    return Either(build)


class Prepared:
    """One statement for one database."""

    __slots__ = ("_defaults", "_make", "_truths", "asks", "lists", "needed", "order", "slow", "sql")

    def __init__(self, statement: Executable, compiled: SQLCompiler) -> None:
        if getattr(compiled, "insert_prefetch", ()) or getattr(compiled, "update_prefetch", ()):
            raise TypeError("columns have no defaults here: say every value")
        lists = {compiled.bind_names[bind] for bind in compiled.post_compile_params}
        order = list(compiled.positiontup or ())
        self.asks = bool(getattr(statement, "is_select", False))
        self.slow = False
        self.lists = tuple(name for name in order if name in lists)
        self.order = tuple(order)
        self.sql = str(compiled.string)
        fixed = {name for name in order if not compiled.binds[name].required}
        self._defaults = {name: compiled.binds[name].value for name in fixed}
        self.needed = frozenset(order) - fixed
        self._truths = [
            place
            for place, column in enumerate(getattr(statement, "exported_columns", ()))
            if isinstance(column.type, Boolean)
        ]
        self._make: Callable[[Iterable[Any]], Any] | None = None

    def values(self, given: Values) -> list[Any]:
        """The values in the order of the text. Raises TypeError for a name too many, KeyError for one too
        few."""
        if len(given) != len(self.needed) and not given.keys() <= self.needed | self._defaults.keys():
            raise TypeError(f"not in this statement: {sorted(given.keys() - self.needed)}")
        if self._defaults:
            given = {**self._defaults, **given}
        return [given[name] for name in self.order]

    def expanded(self, given: Values) -> tuple[str, list[Any]]:
        """Text and values with a mark for each member of each list: for a driver without arrays."""
        values: list[Any] = []
        size: dict[str, int] = {}
        for name, value in zip(self.order, self.values(given), strict=True):
            if name in self.lists:
                values.extend(value)
                size[name] = len(value)
            else:
                values.append(value)
        marks = {name: ", ".join("?" * count) for name, count in size.items()}
        return _EXPANDING.sub(lambda found: f"{found[1] or ''}IN ({marks[found[2]]})", self.sql), values

    def use_arrays(self) -> None:
        """Turn each IN over a list into a comparison with one array, numbered after the other values."""
        plain = [name for name in self.order if name not in self.lists]
        number = {name: len(plain) + place for place, name in enumerate(self.lists, 1)}
        self.sql = _EXPANDING.sub(
            lambda found: f"{'<> ALL' if found[1] else '= ANY'} (${number[found[2]]})", self.sql
        )
        self.order, self.lists = (*plain, *self.lists), ()

    def rows(self, names: Sequence[str], found: Iterable[Iterable[Any]], *, truths: bool) -> list[Row]:
        """Rows as named tuples; with `truths`, the numbers of Boolean columns become bool."""
        if self._make is None:
            self._make = namedtuple("Row", names, rename=True)._make  # type: ignore[attr-defined]  # names are data
        if truths and self._truths:
            found = (self._with_truths(row) for row in found)
        return list(map(self._make, found))

    def _with_truths(self, row: Iterable[Any]) -> list[Any]:
        values = list(row)
        for place in self._truths:
            if values[place] is not None:
                values[place] = bool(values[place])
        return values


_ByNames = dict[frozenset[str], Prepared]


class Statements:
    """The compiled statements of one dialect."""

    def __init__(self, dialect: str) -> None:
        self._name = dialect
        self._dialect = DIALECTS[dialect]()
        self._kept: WeakKeyDictionary[Statement, Prepared | _ByNames] = WeakKeyDictionary()

    def get(self, statement: Statement, given: Iterable[str]) -> Prepared:
        """`given` are the names it is run with; only an insert without values looks at them."""
        kept = self._kept.get(statement)
        if kept is None:
            kept = self._kept[statement] = {} if self._open(statement) else self._compile(statement, None)
        if isinstance(kept, Prepared):
            return kept
        columns = frozenset(given)
        if columns not in kept:
            kept[columns] = self._compile(statement, sorted(columns))
        return kept[columns]

    def _plain(self, statement: Statement) -> Executable:
        return statement.by_dialect[self._name] if isinstance(statement, Either) else statement

    def _open(self, statement: Statement) -> bool:
        plain = self._plain(statement)
        if not isinstance(plain, Insert):
            return False
        return not plain._values and not plain._multi_values and plain.select is None

    def _compile(self, statement: Statement, columns: list[str] | None) -> Prepared:
        plain = self._plain(statement)
        compiled = plain.compile(dialect=self._dialect, column_keys=columns)  # type: ignore[attr-defined]  # every Executable has it
        prepared = Prepared(plain, compiled)
        if self._name == "postgresql":
            prepared.use_arrays()
        return prepared


@cache
def statements_for(dialect: str) -> Statements:
    """Those of every database of that dialect in this process: a statement's text is the same in each."""
    return Statements(dialect)
