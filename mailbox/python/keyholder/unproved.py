"""What must still be found in the access log when keys are forgotten: kept sealed on this device, and proved
at the next sign-in. A hub that waits for the end of a program before it drops a statement is found out.

Each session has a piece of its own, and whoever comes in next takes up all pieces that lie there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import islice
from typing import Annotated

from msgspec import Meta

from crypto.checkpoints import Checkpoint
from crypto.encoding import Hash, ShortText, Struct, Uint, Version, pack, unpack
from crypto.errors import CryptoError
from keyholder.state import LocalState

PREFIX = "unproved-"
PIECES = 16
WAITING = 2000
UNPROVED = 64
"""Statements and notes in one piece."""
_LARGEST = 1024 * 1024


class Logged(Struct, frozen=True):
    """An own statement: its leaf must stand at ``index``."""

    index: Uint
    leaf: Hash


class Note(Struct, frozen=True):
    """What the hub signed of the log, which lies on no proved line yet."""

    origin: ShortText
    size: Uint
    root: Hash


class Waiting(Struct, frozen=True):
    """One session's piece."""

    version: Version
    own: Annotated[tuple[Logged, ...], Meta(max_length=WAITING)]
    notes: Annotated[tuple[Note, ...], Meta(max_length=UNPROVED)]


class Unproved:
    """One session's piece, and those it took up."""

    def __init__(self, state: LocalState) -> None:
        self._state = state
        self._name = PREFIX + os.urandom(8).hex()
        self._taken: list[str] = []

    def take_up(self) -> list[Waiting]:
        """What earlier sessions here could not prove any more."""
        self._taken = list(islice(self._state.names(PREFIX), PIECES))
        pieces = (self._state.read(name) for name in self._taken)
        return [waiting for piece in pieces if piece is not None for waiting in _read(piece)]

    def keep(self, own: Sequence[tuple[int, bytes]], notes: Sequence[Checkpoint]) -> None:
        """Keep what waits; with nothing waiting, nothing is kept, of what was taken up either."""
        if own or notes:
            waiting = Waiting(
                1,
                tuple(Logged(index, leaf) for index, leaf in own),
                tuple(Note(note.origin, note.size, note.root) for note in notes),
            )
            self._state.write(self._name, pack(waiting))
            return
        for name in (*self._taken, self._name):
            self._state.remove(name)
        self._taken = []


def _read(piece: bytes) -> list[Waiting]:
    try:
        return [unpack(Waiting, piece, limit=_LARGEST)]
    except CryptoError:
        return []  # of another version of this program
