"""The kernel's only SQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Text, column, literal_column, select, table

ONE = select(literal_column("1", BigInteger))
MIGRATED_TO = select(table("alembic_version", column("version_num", Text)).c.version_num)
