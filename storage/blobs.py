"""Where sealed documents lie: five methods, kept by a folder (`storage.disk`) or an S3 server (`storage.s3`).

An object arrives in parts of exactly `PART` bytes, the last one shorter or equal, one after another. The
caller records each `Part` in its database once `put_part` returns, answers for a recorded part from that
record (never sends it down again), and in the end hands all of them to `finish`. A process that dies loses at
most the part in flight.

Durable: when `put_part` or `finish` returns, a sudden loss of power takes nothing back (on disk: file and
folder are synchronised; on S3: as the server promises for its answer). Atomic: an object is not there until
`finish`, then whole. Whoever asks for bytes is answered with those that were stored, or with an error;
nothing is ever stored in plain text, because nothing but ciphertext comes this far down. Memory: one part for
each call, whatever the size of the object.
"""

import re
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

PART = 8 * 1024 * 1024
"""S3 refuses parts under 5 MiB; with one size a part's place in the object is known from its number."""
MOST_PARTS = 10_000
CHUNK = 512 * 1024
_KEY = re.compile(r"[0-9a-f]+(/[0-9a-f]+)*")
_LONGEST_KEY = 128

Bytes = bytes | bytearray | memoryview


class Unavailable(Exception):
    """The store is away or failed; the same call may succeed later, and no harm is done by repeating it."""


class NoSpace(Unavailable):
    """The store is full."""


class NotFound(Exception):
    """No finished object under this key, or no unfinished upload that these parts belong to."""


class Part(NamedTuple):
    """What to record of a part that is stored. `token` is the store's own, under 300 characters."""

    number: int
    size: int
    token: str


class BlobStore(Protocol):
    """Errors: Unavailable, NoSpace, NotFound; ValueError for a key, part or range that no caller should have
    made."""

    async def put_part(self, key: str, data: Bytes, after: Part | None = None) -> Part:
        """Store the part that comes after `after` (None: the first). Sending the same part again is
        harmless."""
        ...

    async def finish(self, key: str, parts: Sequence[Part]) -> int:
        """Make the object of all its parts, in order; its size in bytes. Finishing again gives the same
        answer."""
        ...

    def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `stop` or the end, in pieces of up to CHUNK."""
        ...

    async def size(self, key: str) -> int | None:
        """The size in bytes, or None if there is no finished object."""
        ...

    async def delete(self, key: str) -> None:
        """Remove the object and whatever unfinished parts it has. Nothing there is well, too."""
        ...


def checked(key: str) -> str:
    """The key, if it is one: lower-case hex in segments. Nothing else can walk about in a folder or a
    bucket."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError("a key is up to 128 characters of lower-case hex, in segments parted by /")
    return key


def number_of(data: Bytes, after: Part | None) -> int:
    """The number of the part that follows."""
    number = 1 if after is None else after.number + 1
    if not 0 < len(data) <= PART or number > MOST_PARTS or (after is not None and after.size != PART):
        raise ValueError("every part but the last is exactly PART bytes, and none is empty")
    return number


def total(parts: Sequence[Part]) -> int:
    """The size of an object of these parts, which must be all of them."""
    complete = all(part.number == place for place, part in enumerate(parts, 1))
    if not parts or not complete or any(part.size != PART for part in parts[:-1]):
        raise ValueError("an object is finished from all of its parts, in order")
    return sum(part.size for part in parts)


async def put(store: BlobStore, key: str, chunks: AsyncIterator[bytes]) -> int:
    """Store a whole object as it arrives; its size. If `chunks` fails, nothing is kept."""
    parts: list[Part] = []
    waiting = bytearray()
    try:
        async for chunk in chunks:
            waiting += chunk
            while len(waiting) > PART:
                parts.append(await store.put_part(key, bytes(waiting[:PART]), parts[-1] if parts else None))
                del waiting[:PART]
        parts.append(await store.put_part(key, waiting, parts[-1] if parts else None))
        return await store.finish(key, parts)
    except BaseException:
        await store.delete(key)
        raise
