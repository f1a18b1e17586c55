"""Verified headers kept on this device, sealed, in files of 256, so that a long circle opens quickly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from crypto.encoding import Signature, Struct, Time, Uint, Version, pack, unpack
from crypto.entries import MAX_HEADER
from crypto.errors import CryptoError
from crypto.log import Verified
from keyholder.answers import HeaderRow
from keyholder.state import LARGEST, LocalState

PIECE = 256
PIECES = 4096


class _Row(Struct, frozen=True):
    seq: Uint
    header: Annotated[bytes, Meta(max_length=MAX_HEADER)]
    signature: Signature
    received_at: Time


class _Piece(Struct, frozen=True):
    version: Version
    rows: Annotated[tuple[_Row, ...], Meta(max_length=PIECE)]


class HeaderCache:
    """The headers of one circle."""

    def __init__(self, state: LocalState, circle: bytes) -> None:
        self._state, self._prefix = state, f"headers-{circle.hex()}-"
        self._kept = 0

    def rows(self) -> tuple[HeaderRow, ...]:
        """What was kept, in order."""
        found: list[HeaderRow] = []
        for piece in range(PIECES):
            data = self._state.read(f"{self._prefix}{piece}")
            if data is None:
                break
            try:
                rows = unpack(_Piece, data, limit=LARGEST).rows
            except CryptoError:
                break
            found += [
                HeaderRow(seq=r.seq, header=r.header, signature=r.signature, received_at=r.received_at)
                for r in rows
            ]
        self._kept = len(found)
        return tuple(found)

    def keep(self, entries: Sequence[Verified]) -> None:
        """Write the pieces that changed."""
        if self._state.folder is None or len(entries) <= self._kept:
            return
        for piece in range(self._kept // PIECE, (len(entries) - 1) // PIECE + 1):
            part = entries[piece * PIECE : (piece + 1) * PIECE]
            rows = tuple(
                _Row(v.placed.seq, v.entry.header, v.entry.signature, v.placed.received_at) for v in part
            )
            self._state.write(f"{self._prefix}{piece}", pack(_Piece(1, rows)))
        self._kept = len(entries)
