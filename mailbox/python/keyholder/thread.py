"""Reading a circle and speaking in it. State it first, verify, open, then say that it was read.

Read receipts are the readers' own signed statements. Each is checked against the reader's organisation and
against our own history, so that two people who were shown different things find out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crypto.encoding import Id, unpack
from crypto.entries import Accept, Decline, Details, Kind, Message, Plan, Receipt, Restricted
from crypto.errors import CryptoError, Forged
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
from keyholder import alarms, answers
from keyholder.desk import BreakGlass
from keyholder.epochs import EpochKeys
from keyholder.errors import CannotSend, NotReady
from keyholder.fetching import PAGE, Released, fetch
from keyholder.logbook import Logbook
from keyholder.membership import body_box
from keyholder.opening import BodyOpener, Item
from keyholder.sealing import Sealer
from keyholder.writing import Position, Writing


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone who has read up to ``seq``, by their own signature."""

    organisation: bytes
    worker: bytes
    seq: int
    at: int


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

    async def readers(self) -> list[Reader]:
        """Who has read how far, each verified.

        Raises:
            Alarm: a receipt is not the reader's, or they were shown another history.
        """
        await self._book.sync()
        path = f"/v1/circles/{self._book.id.hex()}/readers"
        page = await self._book.desk.connection.get(path, answers.Page[answers.ReaderRow])
        await self._book.desk.directory.know(row.organisation for row in page.items)
        return [await self._reader(row) for row in page.items]

    async def about(self) -> About:
        """What the circle is called: the newest description that can be opened."""
        for verified in self._book.backwards(Kind.DETAILS, Kind.OPEN):
            item = await self.open_one(verified.placed.seq)
            if isinstance(item.body, About):
                return item.body
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

    async def _reader(self, row: answers.ReaderRow) -> Reader:
        chain = self._book.desk.directory.organisation(row.organisation)
        signed = SignedStatement(row.payload, row.signature)
        try:
            statement = _by(chain, row.worker, signed)
            if (statement.worker, statement.organisation) != (row.worker, row.organisation):
                raise Forged
            if statement.act != Act.OPENED or statement.circle != self._book.id:
                raise Forged
        except CryptoError as error:
            raise self._book.alarm(
                alarms.Kind.FORGED, statement=row.payload, signature=row.signature
            ) from error
        seen = statement.objects[0]
        if seen.start > self._book.log.seq:
            await self._book.sync()
        heads = self._book.log.heads
        if seen.start >= len(heads) or heads[seen.start] != seen.id:
            raise self._book.alarm(
                alarms.Kind.HISTORIES_DIFFER, statement=row.payload, signature=row.signature
            )
        return Reader(row.organisation, row.worker, seen.start, statement.at)


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
    """A statement, signed by the worker of ``chain`` whom it names. Raises crypto's errors."""
    named = unpack(Statement, signed.payload, limit=MAX_STATEMENT)
    return _by(chain, named.worker, signed)


def _by(chain: Organisation, worker: bytes, signed: SignedStatement) -> Statement:
    """The statement, signed by a key that this worker has or had. Raises crypto's errors."""
    for tenure in reversed(chain.tenures.get(worker, ())):
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
