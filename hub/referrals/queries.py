"""The SQL of letters."""

from __future__ import annotations

from sqlalchemy import BigInteger, bindparam, func, select, tuple_, update

from storage.statements import insert_ignore
from storage.tables.referrals import letters

ADD = insert_ignore(letters)
"""Neither the same letter twice nor another one under an id that its receiver has."""
SAME = select(letters.c.received_at).where(letters.c.hash == bindparam("hash"))
_line = (
    select(letters.c.letter, letters.c.kind, letters.c.sender, letters.c.received_at, letters.c.fetched_at)
    .where(letters.c.receiver == bindparam("receiver"))
    .order_by(letters.c.received_at, letters.c.letter)
    .limit(bindparam("limit", type_=BigInteger))
)
LIST = _line
LIST_AFTER = _line.where(
    tuple_(letters.c.received_at, letters.c.letter) > tuple_(bindparam("moment"), bindparam("after"))
)
LETTER = select(letters).where(
    letters.c.receiver == bindparam("receiver"), letters.c.letter == bindparam("letter")
)
FETCHED = (
    update(letters)
    .where(letters.c.hash == bindparam("which"), letters.c.fetched_at.is_(None))
    .values(fetched_at=bindparam("fetched_at"))
)
WAITING = select(func.count()).where(
    letters.c.receiver == bindparam("receiver"), letters.c.sender.is_(None), letters.c.fetched_at.is_(None)
)
