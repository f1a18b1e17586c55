"""The shape of what is stored: one file per feature, each adding its tables to `metadata`.

Column types are BigInteger, LargeBinary, Text and Boolean only: they mean the same on both databases.
Statements are built in a feature's `queries.py`; nothing here does I/O.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.ext.compiler import compiles

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names that can be foretold: a migration can change a constraint, and conflicts can be told apart."""

metadata = MetaData(naming_convention=NAMES)


@compiles(BigInteger, "sqlite")
def _as_integer(*_: Any, **__: Any) -> str:
    """SQLite's INTEGER holds 64 bits, and only under that name is a key the row's own number, made when not
    given."""
    return "INTEGER"


def load() -> MetaData:
    """Import every table file, so that `metadata` is complete; migrations compare the databases with it."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return metadata
