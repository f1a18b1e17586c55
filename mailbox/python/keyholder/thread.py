"""Reading a circle and speaking in it. State it first, verify, open, then say that it was read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from crypto.encoding import Id, unpack
from crypto.entries import Accept, Decline, Details, Kind, Message, Plan, Receipt, Restricted
from crypto.errors import Forged
from crypto.log import Verified
from crypto.organisation import Organisation, box_hash
from crypto.private.bodies import About, Asked, CarePlan, Need, Said
from crypto.statements import (
    MAX_STATEMENT,
    Act,
    Object,
    ObjectKind,
    SignedStatement,
    Statement,
    read_statement,
)
from keyholder import answers
from keyholder.desk import BreakGlass
from keyholder.epochs import EpochKeys
from keyholder.errors import CannotSend, NotReady, UpdateNeeded
from keyholder.fetching import PAGE, Released, fetch
from keyholder.logbook import Logbook
from keyholder.membership import body_box
from keyholder.opening import BodyOpener, Item, Shown
from keyholder.sealing import Sealer
from keyholder.writing import Position, Writing


class Thread:
    """What is said in one circle."""

    def __init__(self, book: Logbook, keys: EpochKeys, sealer: Sealer, opener: BodyOpener) -> None:
        self._book, self._keys, self._sealer, self._opener = book, keys, sealer, opener
        self._opened = 0

    async def post(
        self, text: str, *, only: Sequence[bytes] | None = None, documents: Sequence[bytes] = ()
    ) -> Receipt:
        """Say something: to all members, or only to the organisations named (and one's own)."""

        async def write(position: Position) -> Writing:
            restricted, boxes, key = restrict(position, only)
            body = Said(1, position.desk.me.name, text, tuple(documents))
            return Writing(Kind.MESSAGE, Message(restricted), body, boxes, body_key=key)

        return await self._sealer.post(write)

    async def plan(self, summary: str, needs: Iterable[Need]) -> Receipt:
        """Write the care plan, whole."""

        async def write(position: Position) -> Writing:
            body = CarePlan(1, position.desk.me.name, summary, tuple(needs))
            return Writing(Kind.PLAN, Plan(None), body)

        return await self._sealer.post(write)

    async def describe(self, about: About) -> Receipt:
        """Say what the circle is called, and how to reach the victim safely."""

        async def write(position: Position) -> Writing:
            return Writing(Kind.DETAILS, Details(None), about)

        return await self._sealer.post(write)

    async def read(
        self, after: int = 0, limit: int = 50, *, reason: BreakGlass | None = None, receipt: bool = True
    ) -> list[Item]:
        """The entries after ``after``, at most ``limit`` (up to 100), oldest first.

        Raises:
            Alarm: the history does not hold; a body's fault is marked on its item instead.
        """
        await self._book.sync()
        start = after + 1
        stop = min(start + min(limit, PAGE), self._book.log.seq + 1)
        if stop <= start:
            return []
        items = await self.open_range(start, stop, reason)
        if receipt:
            await self.say_read(stop - 1)
        return items

    async def open_range(self, start: int, stop: int, reason: BreakGlass | None = None) -> list[Item]:
        """Fetch and open entries that were verified: ``start`` to ``stop``, excluded."""
        wanted = self._book.entries[start - 1 : stop - 1]
        epochs = {verified.header.epoch for verified in wanted}
        released = await fetch(self._book, self._keys, start=start, stop=stop, epochs=epochs, reason=reason)
        boxes = (*released.boxes, *await self._earlier_boxes(wanted, start, stop, reason))
        return [
            await self._opener.item(verified, released.bodies[verified.placed.seq], boxes)
            for verified in wanted
        ]

    async def open_one(self, seq: int) -> Item:
        """One entry."""
        return (await self.open_range(seq, seq + 1))[0]

    async def say_read(self, seq: int) -> None:
        """State that everything up to ``seq`` was verified and read: the read receipt."""
        if seq <= self._opened:
            return
        head = self._book.log.heads[seq]
        objects = [Object(ObjectKind.ENTRIES, head, seq, seq + 1)]
        signed = self._book.desk.state_that(Act.OPENED, objects, circle=self._book.id)
        body = {"statements": [{"payload": signed.payload, "signature": signed.signature}]}
        answer = await self._book.desk.connection.post("/v1/statements", body, answers.LogAnswer)
        self._book.desk.log.heard(answer, [signed])
        self._opened = seq

    async def about(self, reason: BreakGlass | None = None) -> About:
        """What the circle is called: the newest description. Older words never stand in for newer ones that
        do not open, for they say how a victim can be reached safely.

        Raises:
            Alarm: the newest was withheld or changed. UpdateNeeded, NotReady.
        """
        for verified in self._book.describing():
            seq = verified.placed.seq
            [item] = await self.open_range(seq, seq + 1, reason)
            if item.alarm is not None:
                raise item.alarm
            if item.state is Shown.NEWER:
                raise UpdateNeeded
            if isinstance(item.body, About):
                return item.body
            if item.state is not Shown.ERASED:
                break
        raise NotReady("The name of this circle has not been shared with your organisation.")

    async def _earlier_boxes(
        self, wanted: Sequence[Verified], start: int, stop: int, reason: BreakGlass | None
    ) -> tuple[bytes, ...]:
        """Boxes of invitations before this page that are answered on it."""
        found: tuple[bytes, ...] = ()
        for verified in wanted:
            if not isinstance(verified.facts, Accept | Decline):
                continue
            asked = self._book.by_hash(verified.facts.invite)
            if asked is None or start <= asked.placed.seq < stop or await self._opener.own_key(asked, ()):
                continue
            seq = asked.placed.seq
            released: Released = await fetch(self._book, self._keys, start=seq, stop=seq + 1, reason=reason)
            found += released.boxes
        return found


def restrict(
    position: Position, only: Sequence[Id] | None
) -> tuple[Restricted | None, tuple[bytes, ...], bytes | None]:
    """For a body meant for some members alone: its facts, its boxes, its key."""
    if only is None:
        return None, (), None
    chosen = sorted({*only, position.desk.me.organisation})
    if not set(chosen) <= set(position.circle.members):
        raise CannotSend("A note can be kept to members of this circle only.")
    nonce, key = os.urandom(16), os.urandom(32)
    boxes = tuple(sorted((body_box(position, o, nonce, key) for o in chosen), key=box_hash))
    return Restricted(nonce, tuple(box_hash(box) for box in boxes)), boxes, key


def said_by(chain: Organisation, signed: SignedStatement) -> Statement:
    """A statement, signed by a key that the worker of ``chain`` whom it names has or had. Raises crypto's
    errors."""
    named = unpack(Statement, signed.payload, limit=MAX_STATEMENT)
    for tenure in reversed(chain.tenures.get(named.worker, ())):
        try:
            return read_statement(signed, tenure.member.signing_key)
        except Forged:
            continue
    raise Forged("no such worker signed this")


def described(name: str, title: str, reference: str, safe_contact: str, contact_person: str) -> About:
    """The body that names a circle."""
    return About(1, name, title, reference, safe_contact, contact_person)


def asked_of(item: Item) -> Asked:
    """The words of an invitation. Raises NotReady when it could not be opened."""
    if not isinstance(item.body, Asked):
        raise NotReady("The invitation could not be opened here.")
    return item.body
