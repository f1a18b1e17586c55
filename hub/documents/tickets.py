"""Giving out bytes: a ticket for a stated range, bound to its session and circle, then ranged reads with
it."""

from __future__ import annotations

import hashlib
import os
import re
from typing import NamedTuple

from crypto.statements import Act, ObjectKind
from hub.accounts import service as accounts
from hub.circles import service as circles
from hub.circles.access import OtherWords, Stated
from hub.circles.rules import refuse_if_denied
from hub.documents import queries
from hub.documents.schemas import AskTicket, TicketOut
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import NotFound, Refused
from policies.access import may_read_circle
from policies.codes import reasons
from storage.database import Row, Unit

TICKET_MS = 15 * 60 * 1000
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class NoSuchRange(Refused):
    code, status, title = "no-such-range", 416, "That range is not on this ticket"


class Piece(NamedTuple):
    """What to send: bytes ``start`` up to, not including, ``stop`` of an object of ``size`` bytes."""

    upload: bytes
    start: int
    stop: int
    size: int

    @property
    def is_whole(self) -> bool:
        """Nothing is left out."""
        return self.start == 0 and self.stop == self.size


async def ask_ticket(
    hub: Hub, caller: Caller, circle: bytes, document: bytes, number: int, asked: AskTicket, now: int
) -> TicketOut:
    """A ticket for the stated bytes of one document version, once the statement is durable."""
    stated = circles.read_stated(asked.statement, Act.FETCHED, circle, frozenset({ObjectKind.DOCUMENT}))
    async with hub.database.read() as unit:
        place = await circles.place_of(unit, caller, circle)
        alert = circles.judge_reading(caller, place, stated, asked)
        stored = await unit.one(queries.STORED, circle=circle, document=document, number=number)
    if stored is None:
        raise NotFound
    start, stop = _stated_range(stated, document, stored)
    recorded = await circles.record(hub, caller, stated, asked.reason, now, circle=circle if alert else None)
    ticket, expires_at = os.urandom(32), now + TICKET_MS
    async with hub.database.write() as unit:
        await unit.run(
            queries.ADD_TICKET,
            ticket=hashlib.sha256(ticket).digest(),
            session=caller.session,
            circle=circle,
            upload=stored.upload,
            start=start,
            stop=stop,
            glass=alert,
            expires_at=expires_at,
        )
    return TicketOut(
        ticket=ticket, expires_at=expires_at, size=stored.size, note=recorded.note, logged=recorded.logged
    )


def _stated_range(stated: Stated, document: bytes, stored: Row) -> tuple[int, int]:
    looked = stated.statement.objects
    if len(looked) != 1 or looked[0].id != document:
        raise OtherWords("It must name this document and nothing else.")
    start, stop = looked[0].start, looked[0].stop
    if not 0 <= start < stop <= stored.size:
        raise OtherWords("It must name bytes that the stored object has.")
    return start, stop


async def redeem(unit: Unit, caller: Caller, ticket: bytes, wanted: str | None, now: int) -> Piece:
    """The bytes a ticket is good for, for its own session alone, and only while the caller may still read
    here: who was taken off the circle meanwhile gets no byte more. Raises NotFound, NotAllowed."""
    digest = hashlib.sha256(ticket).digest()
    row = await unit.one(queries.TICKET, ticket=digest, session=caller.session, now=now)
    if row is None:
        raise NotFound
    await _judge_again(unit, caller, row)
    start, stop = _requested(wanted, row.start, row.stop)
    return Piece(row.upload, start, stop, row.size)


async def _judge_again(unit: Unit, caller: Caller, ticket: Row) -> None:
    """As when it was asked for. Whoever had to break the glass gave a reason then, which is logged."""
    place = await circles.place_of(unit, caller, ticket.circle)
    given = reasons().break_glass.by_key("other") if ticket.glass else None
    link = place.link(given.code if given else None)
    refuse_if_denied(may_read_circle(accounts.person(caller), link))


def _requested(wanted: str | None, start: int, stop: int) -> tuple[int, int]:
    """One range of a Range header (RFC 9110 section 14), which must lie on the ticket."""
    if wanted is None:
        return start, stop
    match = _RANGE.fullmatch(wanted.strip())
    if match is None or not match[1]:
        raise NoSuchRange("Ask for one range, from a first byte on.")
    first = int(match[1])
    after = int(match[2]) + 1 if match[2] else stop
    if not start <= first < after <= stop:
        raise NoSuchRange(start=start, stop=stop)
    return first, after
