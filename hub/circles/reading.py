"""Giving out: lists and headers freely to who is in a circle; bodies and boxes only after a durable
statement.

The order is always the same: may the caller see it at all; does the statement name exactly this; is it in
the access log; and only then is anything read. What is read is bound to membership once more, so nobody
removed meanwhile gets it.
"""

from __future__ import annotations

import struct

from crypto.statements import Act, ObjectKind
from hub.audit import service as audit
from hub.circles import access, queries, state, wraps
from hub.circles.access import OtherWords, Place, Stated
from hub.circles.posting import receipt
from hub.circles.schemas import (
    PAGE,
    BodyOut,
    CircleOut,
    CirclesOut,
    Fetch,
    FetchedOut,
    HeaderOut,
    HeadersOut,
    InviteOut,
    ReadersOut,
    WrapOut,
)
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.cursors import read_cursor
from hub.kernel.refusals import NotFound
from hub.notifications import service as notifications
from hub.notifications.service import Notice
from policies.people import Membership
from policies.urgency import Urgency
from storage.database import Row, Unit

CURSOR = struct.Struct(">Q32s")
"""Where a page of the list ended: latest activity, then the circle."""
EPOCHS = 256


async def list_circles(unit: Unit, caller: Caller, after: bytes | None, limit: int) -> CirclesOut:
    """The circles of the caller's organisation, latest activity first. Raises NotAllowed."""
    access.require_casework(caller)
    words = {"organisation": caller.organisation, "worker": caller.worker, "limit": limit + 1}
    if after is None:
        rows = await unit.all(queries.LIST, **words)
    else:
        activity, circle = read_cursor(CURSOR, after)
        rows = await unit.all(queries.LIST_AFTER, **words, activity=activity, after=circle)
    page, more = rows[:limit], len(rows) > limit
    read = await audit.read_seqs(unit, caller.worker, [row.circle for row in page])
    last = CURSOR.pack(page[-1].activity, page[-1].circle).hex() if more else None
    return CirclesOut(items=[_line(row, read.get(row.circle, 0)) for row in page], next=last)


def _line(row: Row, read_seq: int) -> CircleOut:
    summary = state.unpack(row.summary)
    waiting = row.standing == "invited"
    return CircleOut(
        circle=row.circle,
        owner=summary.owner,
        standing=row.standing,
        seq=row.seq,
        head=row.head,
        control_head=row.control_head,
        epoch=row.epoch,
        received_at=row.received_at,
        read_seq=read_seq,
        unread=row.unread,
        assigned=row.assigned,
        closed=summary.closed,
        about_seq=row.about_seq,
        next_due=row.next_due,
        invite=InviteOut(hash=row.invite_hash, seq=row.invite_seq, answer_due=row.answer_due)
        if waiting
        else None,
    )


async def read_headers(
    unit: Unit, hub: Hub, caller: Caller, circle: bytes, after: int, limit: int
) -> HeadersOut:
    """Headers after a seq, with the receipt of the newest entry."""
    place = await access.place_of(unit, caller, circle)
    rows = await unit.all(queries.HEADERS, circle=circle, after=after, limit=limit)
    last = await unit.one(queries.LAST, circle=circle, seq=place.row.seq)
    if last is None:
        raise NotFound
    found = [
        HeaderOut(seq=row.seq, header=row.header, signature=row.signature, received_at=row.received_at)
        for row in rows
    ]
    return HeadersOut(
        entries=found, seq=place.row.seq, head=place.row.head, receipt=receipt(hub, circle, last)
    )


async def fetch(
    hub: Hub, caller: Caller, circle: bytes, asked: Fetch, now: int, *, all_boxes: bool = False
) -> FetchedOut:
    """Bodies, boxes and copies of keys of one range of entries and one of epochs, after the statement is
    durable. A copy of the present generation stands for its box, unless ``all_boxes``."""
    kinds = frozenset({ObjectKind.ENTRIES, ObjectKind.KEYS})
    stated = access.read_stated(asked.statement, Act.FETCHED, circle, kinds)
    seqs, epochs = _asked(stated, circle)
    async with hub.database.read() as unit:
        place = await access.place_of(unit, caller, circle)
        alert = access.judge_reading(caller, place, stated, asked)
    recorded = await record(hub, caller, stated, asked.reason, now, circle=circle if alert else None)
    async with hub.database.read() as unit:
        await access.place_of(unit, caller, circle)
        bodies = await unit.all(queries.BODIES, circle=circle, start=seqs.start, stop=seqs.stop)
        generation = wraps.NONE if all_boxes else await wraps.generation_of(unit, caller)
        boxes = await _boxes(unit, caller, circle, place, seqs, epochs, generation)
        copies = await _copies(unit, caller, circle, place, epochs)
    return FetchedOut(
        bodies=[BodyOut(seq=row.seq, body=row.body) for row in bodies],
        boxes=boxes,
        wraps=copies,
        **recorded._asdict(),
    )


def _asked(stated: Stated, circle: bytes) -> tuple[range, range]:
    """The one range of each kind that may be named, within bounds. Raises OtherWords."""
    found = []
    for kind, most in ((ObjectKind.ENTRIES, PAGE), (ObjectKind.KEYS, EPOCHS)):
        ranges = stated.ranges(kind)
        if len(ranges) > 1 or any(each.id != circle or each.stop - each.start > most for each in ranges):
            raise OtherWords("Ask for one range of entries (at most 100) and one of epochs, of this circle.")
        found.append(range(ranges[0].start, ranges[0].stop) if ranges else range(0))
    return found[0], found[1]


async def _boxes(
    unit: Unit, caller: Caller, circle: bytes, place: Place, seqs: range, epochs: range, generation: int
) -> list[bytes]:
    """Every box of that range which the caller's organisation may have, but those that a copy of that
    generation stands for. An invitee has only its invitation's."""
    words = {"circle": circle, "start": seqs.start, "stop": seqs.stop}
    if place.membership is Membership.PENDING:
        rows = await unit.all(queries.OPEN_BOXES, **words)
    else:
        mine = {"organisation": caller.organisation, "first": epochs.start, "after": epochs.stop}
        rows = await unit.all(queries.BOXES, **words, **mine, generation=generation)
    return [row.box for row in rows]


async def _copies(unit: Unit, caller: Caller, circle: bytes, place: Place, epochs: range) -> list[WrapOut]:
    if place.membership is Membership.PENDING or not epochs:
        return []
    mine = {"organisation": caller.organisation, "first": epochs.start, "after": epochs.stop}
    return [wraps.shown(row) for row in await unit.all(queries.WRAPS, circle=circle, **mine)]


async def record(
    hub: Hub, caller: Caller, stated: Stated, reason: bytes | None, now: int, *, circle: bytes | None
) -> audit.Recorded:
    """Make a statement durable; with ``circle``, the glass was broken there and the manager is told."""
    if circle is None:
        return await audit.record(hub, [stated.signed], caller, now)
    recorded = await audit.record(hub, [stated.signed], caller, now, alert="break-glass", reason_box=reason)
    notice = Notice("break-glass", caller.organisation, None, circle, None, Urgency.IMMEDIATE)
    async with hub.database.write() as unit:
        await notifications.notify(unit, hub, notice, now)
    return recorded


async def list_readers(unit: Unit, caller: Caller, circle: bytes) -> ReadersOut:
    """How far each worker has read, in their own signed words: for members alone."""
    place = await access.place_of(unit, caller, circle)
    access.require_inside(place)
    known = {each.organisation for each in state.unpack(place.row.summary).places}
    return ReadersOut(
        items=[each for each in await audit.readers(unit, circle) if each.organisation in known]
    )
