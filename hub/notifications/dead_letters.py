"""Mails that were given up: why, for how long they were tried, to which address. Never what they said."""

from __future__ import annotations

from typing import NamedTuple

from hub.notifications import queries
from storage.database import Unit


class DeadLetter(NamedTuple):
    """``code`` is policies' reason, a colon, and the mail server's. Times are UTC milliseconds."""

    mail: bytes
    enrolment: bool
    address: str | None
    code: str
    attempts: int
    made_at: int
    ended_at: int


async def listed(unit: Unit, limit: int) -> list[DeadLetter]:
    """The oldest first."""
    rows = await unit.all(queries.DEAD, p_limit=limit)
    return [
        DeadLetter(
            row.mail,
            row.invitation is not None,
            row.address or row.reached,
            row.code or "",
            row.attempts,
            row.made_at,
            row.ended_at,
        )
        for row in rows
    ]


async def retry(unit: Unit, mail: bytes | None, now: int) -> int:
    """Try one again, or all of them with None. How many there were."""
    return await unit.run(queries.REVIVE, **_which(mail), p_now=now)


async def drop(unit: Unit, mail: bytes | None) -> int:
    """Forget one, or all of them with None. How many there were."""
    return await unit.run(queries.BURY, **_which(mail))


def _which(mail: bytes | None) -> dict[str, object]:
    return {"p_every": int(mail is None), "p_mail": mail}
