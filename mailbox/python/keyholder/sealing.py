"""Writing in a circle: pay what is owed, seal, sign, post, and check the hub's promise.

Nothing is sealed under a key that somebody outside still holds, or that a lapsed organisation was given: a
new epoch comes first, made here when this worker may make it, or else the reason is said. When somebody
was quicker, everything is sealed again under the newer state.
"""

from __future__ import annotations

from crypto.circle import Circle, debts
from crypto.entries import Receipt, read_header
from keyholder import answers
from keyholder.epochs import EpochKeys
from keyholder.errors import CannotSend, Refused
from keyholder.fetching import fetch
from keyholder.logbook import Logbook
from keyholder.rekeying import new_epoch
from keyholder.writing import Position, Write, Writing, compose

TRIES = 5


class Sealer:
    """Posts entries to one circle."""

    def __init__(self, book: Logbook, keys: EpochKeys) -> None:
        self._book, self._keys, self._desk = book, keys, book.desk

    async def post(self, write: Write, *, outside: bool = False, settle: bool = True) -> Receipt:
        """Post what ``write`` makes for the position it is given; sealed again as often as needed.

        ``outside``: the answer to an invitation, by an organisation without a key. ``settle``: pay what is
        owed first.

        Raises:
            CannotSend: something is owed that this worker cannot repair. Refused, Alarm.
        """
        async with self._book.lock:
            for _ in range(TRIES):
                await self._book.sync()
                try:
                    if settle and not outside:
                        await self._settle()
                    position = await self._position(outside)
                    return await self._send(position, await write(position))
                except Refused as refused:
                    if refused.code != "stale":
                        raise
                    await self._desk.directory.know(_everyone(self._book.circle), 0)
        raise CannotSend("Too many people are writing here at once. Try again in a moment.")

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
            await self._send(position, new_epoch(position))

    def _now(self) -> int:
        return max(self._desk.clock(), self._book.log.received_at)

    async def _send(self, position: Position, writing: Writing) -> Receipt:
        entry, sealed = compose(position, writing)
        body = {
            "header": entry.header,
            "signature": entry.signature,
            "body": sealed,
            "boxes": list(writing.boxes),
        }
        path = f"/v1/circles/{self._book.id.hex()}/entries"
        answer = await self._desk.connection.post(path, body, answers.Receipt, again=True)
        receipt = await self._book.took(entry, answer)
        if writing.epoch_key is not None:
            self._keys.keep(read_header(entry).epoch, writing.epoch_key)
        return receipt


def _everyone(circle: Circle) -> set[bytes]:
    return {*circle.members, *circle.pending, *circle.epoch.holders}
