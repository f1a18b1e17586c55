"""The hashes of an object's segments, kept beside it: whoever reads one range can check that range alone.

The hub compares them with the bytes it stored, so it keeps nothing that was changed on its way. That they are
what the entry's author meant, only readers can check: against the root that stands sealed in that entry.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from crypto.segments import HASH, SegmentTree, count
from hub.kernel.context import Hub
from hub.kernel.refusals import Refused
from storage import blobs


class WrongSegments(Refused):
    """Carries how many hashes there must be."""

    code, status, title = "wrong-segments", 400, "These are not the hashes of the object's segments"


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


async def of_stored(hub: Hub, key: str) -> bytes:
    """Those of the object that lies at ``key``, read again."""
    tree = SegmentTree()
    async for chunk in hub.blobs.read(key):
        await asyncio.to_thread(tree.update, chunk)
    return tree.hashes()


async def read(hub: Hub, upload: bytes) -> bytes:
    """All of them. Raises storage's NotFound."""
    return b"".join([piece async for piece in hub.blobs.read(key_of(upload))])


def key_of(upload: bytes) -> str:
    """Where they lie in the store."""
    return f"5e/{upload.hex()}"
