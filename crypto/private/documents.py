"""Documents: a file sealed piece by piece with flat memory, and opened the same way.

The stored object is an 8-byte prefix, then Cobblestone-256 of the padded file. While sealing, its bytes
are hashed twice: the plaintext, for whoever holds the original beside it; and the object, as a tree over
its segments, which binds every stored byte and lets one range be checked before it is opened
(PROTOCOL, Documents).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cryptography.cobblestone import Cobblestone256Encryptor

from crypto.errors import Forged, Malformed
from crypto.private.beside import Beside
from crypto.private.bodies import Manifest
from crypto.private.content import FEED, document_context, open_stream, padme, sealed_size
from crypto.segments import PREFIX, SegmentTree

MIN_PADDED: Final = 1024
_ZEROS: Final = bytes(FEED)


def padded_size(size: int) -> int:
    """The Padmé length for a file of ``size`` bytes, at least 1 KiB."""
    return max(MIN_PADDED, padme(size))


def stored_size(size: int) -> int:
    """How long the stored object of a file of ``size`` bytes is."""
    return len(PREFIX) + sealed_size(padded_size(size))


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing found out: the manifest's numbers and hashes."""

    size: int
    padded: int
    stored: int
    plaintext_hash: bytes
    segments: bytes
    """The tree's root."""
    segment_hashes: bytes
    """What it stands on: for keeping beside the object."""


class DocumentSealer:
    """Seals one document version. Iterate ``seal`` to the end, then read ``sealed``."""

    def __init__(self, key: bytes, circle: bytes, document: bytes, number: int, size: int) -> None:
        self._encryptor = Cobblestone256Encryptor(key, document_context(circle, document, number))
        self._size = size
        self._plain = hashlib.sha256()
        self._tree = SegmentTree()
        self._stored = 0
        self.sealed: Sealed | None = None

    def seal(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the stored object for a file given in pieces of at most 64 KiB.

        Raises:
            Malformed: if the file is not ``size`` bytes long: it changed while it was read.
        """
        with Beside(self._plain.update) as plain, Beside(self._tree.update) as stored:
            yield self._took(stored, PREFIX)
            seen = 0
            for piece in pieces:
                seen += len(piece)
                plain.update(piece)
                yield self._took(stored, self._encryptor.update(piece))
            if seen != self._size:
                raise Malformed("the file changed while it was being read")
            for zeros in _padding(padded_size(seen) - seen):
                yield self._took(stored, self._encryptor.update(zeros))
            yield self._took(stored, self._encryptor.finalize())
        self.sealed = Sealed(
            seen,
            padded_size(seen),
            self._stored,
            self._plain.digest(),
            self._tree.root(),
            self._tree.hashes(),
        )

    def _took(self, hashes: Beside, data: bytes) -> bytes:
        hashes.update(data)
        self._stored += len(data)
        return data


def _padding(length: int) -> Iterator[bytes]:
    for _ in range(length // FEED):
        yield _ZEROS
    yield _ZEROS[: length % FEED]


def open_document(manifest: Manifest, circle: bytes, stored: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the file, checked piece by piece; only a finished iteration is the whole, true file.

    ``stored`` is the object in pieces of any size. Padding is removed and must be zero.

    Raises:
        NotForMe, Forged: the object or any part of it is not the one the manifest describes.
    """
    _check_sizes(manifest)
    context = document_context(circle, manifest.document, manifest.number)
    plain, tree = hashlib.sha256(), SegmentTree()
    left = manifest.size
    with Beside(plain.update) as beside_plain, Beside(tree.update) as beside_stored:
        sealed = _sealed_part(stored, beside_stored, manifest.stored)
        for piece in open_stream(manifest.key, context, sealed):
            real, padding = piece[:left], piece[left:]
            if padding.strip(b"\x00"):
                raise Forged("the document's padding is not empty")
            left -= len(real)
            beside_plain.update(real)
            yield real
    if left or plain.digest() != manifest.plaintext_hash or tree.root() != manifest.segments:
        raise Forged("the document is not the one that was shared")


def _check_sizes(manifest: Manifest) -> None:
    size = manifest.size
    if (manifest.padded, manifest.stored) != (padded_size(size), stored_size(size)):
        raise Forged("the document's sizes do not fit each other")


def _sealed_part(stored: Iterable[bytes], tree: Beside, limit: int) -> Iterator[bytes]:
    """The object without its prefix, each byte in the tree, never longer than promised."""
    prefix, total = b"", 0
    for piece in stored:
        tree.update(piece)
        total += len(piece)
        if total > limit:
            raise Forged("the document is longer than it should be")
        missing = len(PREFIX) - len(prefix)
        prefix += piece[:missing]
        if not PREFIX.startswith(prefix):
            raise Forged("this is not a sealed document")
        yield piece[missing:]
    if total != limit:
        raise Forged("the document is shorter than it should be")
