"""Writing in a circle: pay what is owed, seal, sign, post, and check the hub's promise.

Nothing is sealed under a key that somebody outside still holds, or that a lapsed organisation was given: a
new epoch comes first, made here when this worker may make it, or else the reason is said. When somebody
was quicker, everything is sealed again under the newer state. What was handed over once is looked for in the
history before it is sealed again: a hub that took it and says that it did not gets no second copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crypto.circle import Circle, debts
from crypto.entries import Entry, Receipt, read_header
from keyholder import answers
from keyholder.epochs import EpochKeys
from keyholder.errors import KeyholderError, Refused
from keyholder.fetching import fetch
from keyholder.logbook import Logbook
from keyholder.rekeying import new_epoch
from keyholder.writing import Position, Write, Writing, compose

TRIES = 5

Stands = tuple[bytes, frozenset[tuple[bytes, bytes, bytes | None]]]
"""What an entry is built on: the circle's head; each organisation's chain head and accreditation."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An entry that was handed over, whatever the hub said."""

    entry: Entry
    writing: Writing


class MayStillArrive(KeyholderError):
    """The hub said again and again that the circle has moved on. What you wrote was handed to it and may
    still arrive: look at the circle before you write it again."""

    code = "may-still-arrive"

    def __init__(self) -> None:
        super().__init__(" ".join((type(self).__doc__ or "").split()))


class Sealer:
    """Posts entries to one circle."""

    def __init__(self, book: Logbook, keys: EpochKeys) -> None:
        self._book, self._keys, self._desk = book, keys, book.desk

    async def post(self, write: Write, *, outside: bool = False, settle: bool = True) -> Receipt:
        """Post what ``write`` makes for the position it is given; sealed again as often as needed.

        ``outside``: the answer to an invitation, by an organisation without a key. ``settle``: pay what is
        owed first.

        Raises:
            CannotSend: something is owed that cannot be repaired here. MayStillArrive: the hub took it or
                not, nobody can tell. Refused, Alarm.
        """
        async with self._book.lock:
            handed: list[Attempt] = []
            built_on: Stands | None = None
            for _ in range(TRIES):
                await self._book.sync()
                taken = self._taken(handed)
                if taken is not None:
                    return taken
                stands = self._stands()
                if stands == built_on:
                    break  # nothing moved: the same again would be refused again
                built_on = stands
                try:
                    if settle and not outside:
                        await self._settle()
                    position = await self._position(outside)
                    return await self._send(position, await write(position), handed)
                except Refused as refused:
                    if refused.code != "stale":
                        raise
                    await self._desk.directory.know(_everyone(self._book.circle), 0)
        raise MayStillArrive

    def _taken(self, handed: Iterable[Attempt]) -> Receipt | None:
        """The receipt of an attempt that stands in the verified history after all."""
        for attempt in handed:
            found = self._book.by_hash(attempt.entry.hash)
            if found is not None:
                self._keep_key(attempt)
                placed = found.placed
                head = self._book.log.heads[placed.seq]
                return Receipt(1, self._book.id, placed.seq, placed.hash, head, placed.received_at)
        return None

    def _stands(self) -> Stands:
        directory, now = self._desk.directory, self._now()
        known = set()
        for organisation in _everyone(self._book.circle):
            standing = directory.standing(organisation, now)
            head = directory.organisation(organisation).head
            known.add((organisation, head, standing[0] if standing else None))
        return self._book.log.head, frozenset(known)

    async def _position(self, outside: bool) -> Position:
        key = None if outside else await self.current_key()
        return Position(self._book, self._keys, self._now(), key)

    async def current_key(self) -> bytes | None:
        """The key in force, fetched when it is not known; None when its box does not hold."""
        number = self._book.circle.epoch.number
        if self._keys.missing([number]):
            await fetch(self._book, self._keys, epochs=[number])
        return self._keys.get(number)

    async def _settle(self) -> None:
        """Pay what is owed, by a new epoch."""
        circle = self._book.circle
        await self._desk.directory.know(_everyone(circle))
        owed = debts(circle, self._desk.directory, self._now())
        await self.current_key()
        if owed or self._keys.is_bad(circle.epoch.number):
            position = Position(self._book, self._keys, self._now(), None)
            await self._send(position, new_epoch(position), [])

    def _now(self) -> int:
        return max(self._desk.clock(), self._book.log.received_at)

    async def _send(self, position: Position, writing: Writing, handed: list[Attempt]) -> Receipt:
        entry, sealed = compose(position, writing)
        attempt = Attempt(entry, writing)
        body = {
            "header": entry.header,
            "signature": entry.signature,
            "body": sealed,
            "boxes": list(writing.boxes),
        }
        path = f"/v1/circles/{self._book.id.hex()}/entries"
        handed.append(attempt)
        answer = await self._desk.connection.post(path, body, answers.Receipt, again=True)
        receipt = await self._book.took(entry, answer)
        self._keep_key(attempt)
        return receipt

    def _keep_key(self, attempt: Attempt) -> None:
        if attempt.writing.epoch_key is not None:
            self._keys.keep(read_header(attempt.entry).epoch, attempt.writing.epoch_key)


def _everyone(circle: Circle) -> set[bytes]:
    return {*circle.members, *circle.pending, *circle.epoch.holders}
