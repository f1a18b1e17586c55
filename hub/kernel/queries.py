"""The kernel's only SQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Text, column, literal, select, table

ONE = select(literal(1, BigInteger, literal_execute=True))
MIGRATED_TO = select(table("alembic_version", column("version_num", Text)).c.version_num)
