"""The list of circles. Names come from sealed bodies of verified circles, and beside a name stands what the
verified history says; the order is the hub's. What it leaves out of a whole list is looked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from crypto.private.bodies import About
from crypto.statements import Act, Object, ObjectKind
from keyholder import answers, copies
from keyholder.alarms import Alarm, Kind
from keyholder.circle import CircleView
from keyholder.desk import Desk
from keyholder.errors import KeyholderError, Refused
from keyholder.histories import ask_together
from keyholder.opening import Shown
from keyholder.pins import CIRCLES

AT_ONCE = 4
FIRST = 100
LOOKED_FOR = 100
_GONE = "gone"
ViewOf = Callable[[bytes], CircleView]


@dataclass(frozen=True, slots=True)
class CircleRow:
    """One circle of the list. ``title`` is empty when it cannot be opened here; ``alarm`` says why, if it is
    for a reason to tell somebody. ``gone``: the hub no longer shows it, and nothing that was verified here
    says that the organisation left. It may have been removed, which nobody outside can verify: said once."""

    circle: bytes
    title: str
    reference: str
    owner: bytes
    standing: str
    seq: int
    unread: int
    assigned: bool
    closed: bool
    next_due: int | None
    received_at: int
    invite: answers.InviteRow | None
    alarm: Alarm | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class CirclePage:
    """One page; ``next`` is what to give as ``after``."""

    items: list[CircleRow]
    next: str | None


class NamesAnswer(answers.LogAnswer, frozen=True, kw_only=True):
    """What opens to names."""

    items: tuple[NameRow, ...]


class NameRow(answers.Answer, frozen=True, kw_only=True):
    """One circle's description as it stands sealed in its history."""

    circle: answers.Hash
    seq: answers.Number
    header: answers.Packed
    signature: answers.Signature
    body: answers.Body | None = None
    boxes: answers.Boxes = ()
    wraps: answers.Copies = ()


class Circles:
    """The circles of the own organisation."""

    def __init__(self, desk: Desk, view: ViewOf) -> None:
        self._desk, self._view = desk, view
        self._listed: set[bytes] = set()
        self._gone: set[bytes] = set()

    async def page(self, after: str | None, limit: int, names: bool) -> CirclePage:
        """Newest activity first. With ``names``, the last page also has the circles that were left out."""
        page = await self._page(after, limit)
        rows = [_row(listed) for listed in page.items]
        self._listed = {row.circle for row in rows} | (self._listed if after else set())
        if names:
            rows = await self._named(rows)
            if page.next is None:
                rows += await self._hidden(again=after is not None)
        return CirclePage(rows, str(page.next) if page.next is not None else None)

    async def _page(self, after: str | None, limit: int) -> answers.Page[answers.CircleListed]:
        kind = answers.Page[answers.CircleListed]
        return await self._desk.connection.get("/v1/circles", kind, after=after, limit=limit)

    async def _hidden(self, *, again: bool) -> list[CircleRow]:
        """Circles that this worker verified, whose newest history still has the own organisation as a member,
        and that no page had. What moved to the front between two pages is on the first one now.

        A circle whose headers are refused too looks as one does that the organisation left: unless it is
        known to have left, that is told, once on each device.
        """
        missing = set(self._desk.pins.circles()) - self._listed - self._gone - _told(self._desk)
        if missing and again:
            missing -= {row.circle for row in (await self._page(None, FIRST)).items}
        found = []
        for circle in sorted(missing)[:LOOKED_FOR]:
            view = self._view(circle)
            try:
                await view.sync()
            except Alarm as alarm:
                found.append(_unlisted(view, alarm))
            except KeyholderError as error:
                self._gone.add(circle)
                if isinstance(error, Refused) and error.status in (403, 404) and not self._left(view):
                    found.append(_unlisted(view, None))
            else:
                if self._desk.me.organisation in view.book.circle.members:
                    found.append(_unlisted(view, view.book.alarm(Kind.CIRCLE_HIDDEN)))
                else:
                    self._gone.add(circle)
        _tell(self._desk, (row.circle for row in found if row.gone))
        return found

    def _left(self, view: CircleView) -> bool:
        """Whether the history that was verified here says that the own organisation is no member any more."""
        circle = view.book.log.circle
        return circle is not None and self._desk.me.organisation not in circle.members

    async def _named(self, rows: list[CircleRow]) -> list[CircleRow]:
        """With titles where they can be opened. One statement names them all before anything is released."""
        works = [row for row in rows if row.standing != "invited" and (row.assigned or self._everyone(row))]
        if not works:
            return rows
        circles = [row.circle for row in works]
        released, _ = await asyncio.gather(
            self._release(circles),
            ask_together(self._desk, [self._view(circle).book for circle in circles]),
        )
        slots = asyncio.Semaphore(AT_ONCE)

        async def name(row: CircleRow) -> CircleRow:
            found = released.get(row.circle)
            if found is None:
                return row if row not in works else replace(row, alarm=self._held_back(row.circle))
            async with slots:
                return await self._name(row, found)

        named = list(await asyncio.gather(*(name(row) for row in rows)))
        fresh = [each for row in works for each in self._view(row.circle).keys.unboxed()]
        await copies.keep(self._desk, fresh)
        return named

    def _held_back(self, circle: bytes) -> Alarm:
        return self._desk.keeper.alarm(Kind.CIRCLE_HIDDEN, circle=circle)

    def _everyone(self, row: CircleRow) -> bool:
        """Managers, and everyone of the owner, see names without being assigned."""
        return row.standing == "owner" or self._desk.member.role == 2

    async def _release(self, circles: list[bytes]) -> dict[bytes, NameRow]:
        objects = [Object(ObjectKind.CIRCLE, circle, 0, 0) for circle in circles]
        signed = self._desk.state_that(Act.LISTED, objects)
        body = {
            "statement": {"payload": signed.payload, "signature": signed.signature},
            "circles": circles,
        }
        answer = await self._desk.connection.post(
            "/v1/circles/names", body, NamesAnswer, most=64 * 1024 * 1024
        )
        self._desk.log.heard(answer, [signed])
        return {row.circle: row for row in answer.items}

    async def _name(self, row: CircleRow, released: NameRow) -> CircleRow:
        """The title, once the entry it stands in was verified in its place."""
        view = self._view(row.circle)
        try:
            await view.sync()
            row = _verified(row, view)
            described = [verified.placed.seq for verified in view.book.describing()]
            if released.seq not in described:
                raise view.book.alarm(Kind.CONTENT_CHANGED, header=released.header)
            epochs = [view.book.at(released.seq).header.epoch]
            good = await view.keys.take_copies(released.wraps, epochs)
            if released.seq != described[0] or not good:
                # said meanwhile, or an old name: the newest counts; or a copy that does not, and the box will
                about = await view.thread.about()
                return replace(row, title=about.title, reference=about.reference)
            await view.keys.take(released.boxes, epochs)
            item = await view.open_served(released.seq, released.body, released.boxes)
        except Alarm as alarm:
            return replace(row, alarm=alarm)
        except KeyholderError:
            return row
        if item.state is Shown.OPEN and isinstance(item.body, About):
            return replace(row, title=item.body.title, reference=item.body.reference)
        return replace(row, alarm=item.alarm)


def _row(listed: answers.CircleListed) -> CircleRow:
    return CircleRow(
        listed.circle,
        "",
        "",
        listed.owner,
        listed.standing,
        listed.seq,
        listed.unread,
        listed.assigned,
        listed.closed,
        listed.next_due,
        listed.received_at,
        listed.invite,
    )


def _verified(row: CircleRow, view: CircleView) -> CircleRow:
    """The row as the circle's verified history has it."""
    circle, own = view.book.circle, view.book.desk.me.organisation
    standing = "owner" if circle.owner == own else "member" if own in circle.members else row.standing
    return replace(row, owner=circle.owner, standing=standing, closed=circle.closed)


def _told(desk: Desk) -> set[bytes]:
    """The circles of which it was told on this device that the hub no longer shows them."""
    kept = desk.state.read(_GONE) or b""
    return {kept[start : start + 32] for start in range(0, len(kept), 32)}


def _tell(desk: Desk, circles: Iterable[bytes]) -> None:
    if new := list(circles):
        desk.state.write(_GONE, b"".join(sorted(_told(desk) | set(new))[:CIRCLES]))


def _unlisted(view: CircleView, alarm: Alarm | None) -> CircleRow:
    """A circle that the hub's list does not have; without an alarm, one that it does not show at all."""
    log = view.book.log
    circle = log.circle
    owner, closed = (b"", False) if circle is None else (circle.owner, circle.closed)
    return CircleRow(
        view.id,
        "",
        "",
        owner,
        "member",
        log.seq,
        0,
        False,
        closed,
        None,
        log.received_at,
        None,
        alarm,
        not alarm,
    )
