"""The kernel's only SQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, literal, select

ONE = select(literal(1, BigInteger, literal_execute=True))
