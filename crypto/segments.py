"""How a stored document is cut into segments, and the tree over them (SPEC, 11).

First prefix and header (64 bytes), then each 64 sealed chunks (1,049,600 bytes, the last shorter). It needs
no key: ends seal and check by it, and the hub compares what it stored with what was meant.
"""

from __future__ import annotations

import hashlib
from typing import Final

from crypto.merkle import root_of

PREFIX: Final = b"kithdoc1"
"""How every stored object begins."""
LEAD: Final = len(PREFIX) + 24 + 32
"""The first segment: the prefix, then Cobblestone's salt and commitment."""
SEGMENT: Final = 64 * (16 * 1024 + 16)
HASH: Final = 32


def count(size: int) -> int:
    """How many segments an object of ``size`` bytes has."""
    return 1 + max(0, -(-(size - LEAD) // SEGMENT))


def tree_root(hashes: bytes) -> bytes:
    """The RFC 6962 root over segments' hashes, 32 bytes each, one after another."""
    return root_of([hashes[at : at + HASH] for at in range(0, len(hashes), HASH)])


class SegmentTree:
    """The tree over an object's segments, fed with its bytes in order. It may be asked at any time."""

    def __init__(self) -> None:
        self._closed = bytearray()
        self._hash = hashlib.sha256()
        self._whole = self._left = LEAD

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next bytes of the object."""
        view = memoryview(data)
        while len(view) >= self._left:
            self._hash.update(view[: self._left])
            view = view[self._left :]
            self._closed += self._hash.digest()
            self._hash = hashlib.sha256()
            self._whole = self._left = SEGMENT
        self._hash.update(view)
        self._left -= len(view)

    def hashes(self) -> bytes:
        """SHA-256 of each segment, one after another; what was taken last may be a shorter one."""
        is_open = self._left != self._whole
        return bytes(self._closed) + (self._hash.digest() if is_open else b"")

    def root(self) -> bytes:
        """The root over everything taken."""
        return tree_root(self.hashes())
