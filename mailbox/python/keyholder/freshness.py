"""Does the epoch in force hold nothing that a joiner without history must not read?

Whoever is invited is given the key in force. Every body that this key opens counts, words of control entries
too: only what began the epoch without a word, and the circle's details said once under it, may stand there.
"""

from __future__ import annotations

from crypto.entries import Kind
from crypto.log import Verified
from crypto.private.bodies import Asked
from keyholder.errors import KeyholderError
from keyholder.logbook import Logbook
from keyholder.opening import BodyOpener
from keyholder.thread import Thread


class SpokenMeanwhile(KeyholderError):
    """Somebody said something under the key that was about to be given away."""

    code = "spoken-meanwhile"


class FreshEpoch:
    """The epoch in force, as a joiner will see it."""

    def __init__(self, book: Logbook, opener: BodyOpener, thread: Thread) -> None:
        self._book, self._opener, self._thread = book, opener, thread
        self._wordless: dict[bytes, bool] = {}

    async def holds(self) -> bool:
        """May the key in force be given to a joiner: the circle's details, and nothing else?"""
        kinds = [verified.header.kind for verified in self._under_the_key()]
        if kinds == [Kind.OPEN]:
            return True
        return kinds == [Kind.REKEY, Kind.DETAILS] and await self._began_without_words()

    async def is_unused(self) -> bool:
        """Is there nothing under it but a rekey without words?"""
        kinds = [verified.header.kind for verified in self._under_the_key()]
        return kinds == [Kind.REKEY] and await self._began_without_words()

    def _under_the_key(self) -> list[Verified]:
        """The entries whose bodies the key in force opens, oldest first."""
        number = self._book.circle.epoch.number
        return [
            verified
            for verified in self._book.entries
            if verified.header.epoch == number and not self._opener.has_own_key(verified)
        ]

    async def _began_without_words(self) -> bool:
        began = self._under_the_key()[0].placed
        if began.hash not in self._wordless:
            body = (await self._thread.open_one(began.seq)).body
            self._wordless[began.hash] = isinstance(body, Asked) and not (body.title or body.text)
        return self._wordless[began.hash]
