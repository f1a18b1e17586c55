"""The hashes of an object's segments, kept beside it: whoever reads one range can check that range alone.

The hub does not check them: a reader does, against the root that stands sealed in the document's entry.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from hub.kernel.context import Hub
from hub.kernel.refusals import Refused
from storage import blobs

LEAD = 8 + 24 + 32
SEGMENT = 64 * (16 * 1024 + 16)
"""The object's prefix and header, then 64 chunks at a time (`crypto.private.documents`, which
the hub may not import)."""
HASH = 32


class WrongSegments(Refused):
    """Carries how many hashes there must be."""

    code, status, title = "wrong-segments", 400, "These are not the hashes of the object's segments"


def count(size: int) -> int:
    """How many segments an object of that stored size has."""
    return 1 + max(0, -(-(size - LEAD) // SEGMENT))


def check(segments: bytes, size: int) -> None:
    """Raise WrongSegments unless there is one hash for each segment."""
    if len(segments) != HASH * count(size):
        detail = "Send the SHA-256 of each segment, 32 bytes each, in order."
        raise WrongSegments(detail, segments=count(size))


async def keep(hub: Hub, upload: bytes, segments: bytes) -> None:
    """Store them. Doing it again does no harm."""

    async def once() -> AsyncIterator[bytes]:
        yield segments

    await blobs.put(hub.blobs, key_of(upload), once())


async def read(hub: Hub, upload: bytes) -> bytes:
    """All of them. Raises storage's NotFound."""
    return b"".join([piece async for piece in hub.blobs.read(key_of(upload))])


def key_of(upload: bytes) -> str:
    """Where they lie in the store."""
    return f"5e/{upload.hex()}"
