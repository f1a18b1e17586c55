"""What a store promises, in a folder and on an S3 server."""

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.blobs import PART, BlobStore, NotFound, Part, put

KEY = "0a/1b2c"
RANDOM = os.urandom(1024 * 1024)


def parts_of(size: int) -> list[bytes]:
    """Ciphertext for an object of so many bytes, as parts."""
    whole = (RANDOM * (size // len(RANDOM) + 1))[:size]
    return [whole[place : place + PART] for place in range(0, size, PART)]


async def upload(store: BlobStore, key: str, pieces: list[bytes]) -> list[Part]:
    parts: list[Part] = []
    for piece in pieces:
        parts.append(await store.put_part(key, piece, parts[-1] if parts else None))
    return parts


async def everything(store: BlobStore, key: str, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in store.read(key, start, stop)])


async def test_an_object_is_what_its_parts_were(blob_store: BlobStore) -> None:
    pieces = parts_of(2 * PART + 12_345)
    parts = await upload(blob_store, KEY, pieces)
    assert [part.size for part in parts] == [PART, PART, 12_345]
    assert all(len(part.token) < 300 for part in parts)
    assert await blob_store.finish(KEY, parts) == 2 * PART + 12_345
    assert await blob_store.size(KEY) == 2 * PART + 12_345
    assert await everything(blob_store, KEY) == b"".join(pieces)


@pytest.mark.parametrize("size", [1, PART, PART + 1])
async def test_any_size_but_nothing_at_all_will_do(blob_store: BlobStore, size: int) -> None:
    pieces = parts_of(size)
    assert await blob_store.finish(KEY, await upload(blob_store, KEY, pieces)) == size
    assert await everything(blob_store, KEY) == b"".join(pieces)


async def test_an_object_is_not_there_until_it_is_finished(blob_store: BlobStore) -> None:
    parts = await upload(blob_store, KEY, parts_of(10))
    assert await blob_store.size(KEY) is None
    with pytest.raises(NotFound):
        await everything(blob_store, KEY)
    await blob_store.finish(KEY, parts)
    assert await blob_store.size(KEY) == 10


async def test_a_range_is_exactly_what_was_asked_for(blob_store: BlobStore) -> None:
    whole = b"".join(parts_of(PART + 999))
    await blob_store.finish(KEY, await upload(blob_store, KEY, parts_of(PART + 999)))
    end = len(whole)
    for start, stop in [(0, 1), (5, 5), (PART - 3, PART + 3), (1, end - 1), (end - 1, end), (100, None)]:
        assert await everything(blob_store, KEY, start, stop) == whole[start:stop]
    assert await everything(blob_store, KEY, end - 5, end + 500) == whole[-5:]
    assert await everything(blob_store, KEY, end) == b""
    for start, stop in [(-1, 5), (6, 5)]:
        with pytest.raises(ValueError, match="range"):
            await everything(blob_store, KEY, start, stop)


async def test_a_reader_may_leave_early(blob_store: BlobStore) -> None:
    await blob_store.finish(KEY, await upload(blob_store, KEY, parts_of(PART)))
    for _ in range(20):
        pieces = blob_store.read(KEY)
        assert await anext(pieces)
        await pieces.aclose()  # type: ignore[attr-defined]  # both stores give generators
    assert len(await everything(blob_store, KEY)) == PART


async def test_the_same_part_sent_again_is_harmless(blob_store: BlobStore) -> None:
    first, last = parts_of(PART + 7)
    lost = await blob_store.put_part(KEY, first)  # stored, but nobody recorded it
    one = await blob_store.put_part(KEY, first)
    two = await blob_store.put_part(KEY, last, one)
    two = await blob_store.put_part(KEY, last, one)
    assert lost.size == one.size
    assert await blob_store.finish(KEY, [one, two]) == PART + 7
    assert await everything(blob_store, KEY) == first + last


async def test_finishing_again_gives_the_same_answer(blob_store: BlobStore) -> None:
    parts = await upload(blob_store, KEY, parts_of(50))
    assert await blob_store.finish(KEY, parts) == await blob_store.finish(KEY, parts) == 50
    assert len(await everything(blob_store, KEY)) == 50


async def test_an_upload_goes_on_in_another_process(blob_store: BlobStore) -> None:
    first, last = parts_of(PART + 7)
    recorded = await blob_store.put_part(KEY, first)
    other = Part(recorded.number, recorded.size, str(recorded.token))
    await blob_store.finish(KEY, [other, await blob_store.put_part(KEY, last, other)])
    assert await everything(blob_store, KEY) == first + last


async def test_an_abandoned_upload_can_be_dropped(blob_store: BlobStore) -> None:
    parts = await upload(blob_store, KEY, parts_of(PART + 7))
    await blob_store.delete(KEY)
    with pytest.raises(NotFound):
        await blob_store.finish(KEY, parts)
    with pytest.raises(NotFound):
        await blob_store.put_part(KEY, b"more", parts[0])
    assert await blob_store.size(KEY) is None


async def test_what_is_deleted_is_gone_and_may_be_deleted_again(blob_store: BlobStore) -> None:
    await blob_store.finish(KEY, await upload(blob_store, KEY, parts_of(10)))
    await blob_store.finish(KEY + "ff", await upload(blob_store, KEY + "ff", parts_of(11)))
    for _ in range(2):
        await blob_store.delete(KEY)
        assert await blob_store.size(KEY) is None
    with pytest.raises(NotFound):
        await everything(blob_store, KEY)
    assert await blob_store.size(KEY + "ff") == 11


async def test_parts_of_the_wrong_size_or_order_are_refused(blob_store: BlobStore) -> None:
    first, last = await upload(blob_store, KEY, parts_of(PART + 7))
    for data, after in [(b"", None), (bytes(PART + 1), None), (b"x", last)]:
        with pytest.raises(ValueError, match="part"):
            await blob_store.put_part(KEY, data, after)
    for parts in ([], [last], [last, first], [first._replace(size=5), last]):
        with pytest.raises(ValueError, match="parts"):
            await blob_store.finish(KEY, parts)
    with pytest.raises(NotFound):
        await blob_store.finish(KEY, [first, last._replace(size=8, token="other tag digest")])


WRONG_KEYS = [
    "",
    "/",
    "..",
    "../0a",
    "0a/../0b",
    "/0a",
    "0a/",
    "0a//0b",
    "0A",
    "0g",
    "0a\n",
    "0a\0",
    "0" * 129,
]


async def test_a_key_cannot_walk_about(blob_store: BlobStore) -> None:
    for key in WRONG_KEYS:
        for call in (
            blob_store.put_part(key, b"x"),
            everything(blob_store, key),
            blob_store.size(key),
            blob_store.delete(key),
        ):
            with pytest.raises(ValueError, match="key"):
                await call


class TestAWholeObject:
    async def test_is_stored_as_it_arrives(self, blob_store: BlobStore) -> None:
        async def arriving() -> AsyncIterator[bytes]:
            for _ in range(9):
                yield RANDOM

        assert await put(blob_store, KEY, arriving()) == 9 * len(RANDOM)
        assert await everything(blob_store, KEY) == RANDOM * 9

    async def test_leaves_nothing_if_it_breaks_off(self, blob_store: BlobStore) -> None:
        async def breaking() -> AsyncIterator[bytes]:
            for _ in range(9):
                yield RANDOM
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await put(blob_store, KEY, breaking())
        assert await blob_store.size(KEY) is None

    async def test_takes_little_memory_however_large_it_is(self, blob_store: BlobStore) -> None:
        size = 160
        given, got = hashlib.sha256(), hashlib.sha256()

        async def arriving() -> AsyncIterator[bytes]:
            for _ in range(size):
                given.update(RANDOM)
                yield RANDOM

        await upload(blob_store, "ff", parts_of(PART + 1))
        before = peak_after_reset()
        await put(blob_store, KEY, arriving())
        async for piece in blob_store.read(KEY):
            got.update(piece)
        assert given.digest() == got.digest()
        assert peak() - before < 64 * 1024 * 1024


def peak_after_reset() -> int:
    """Make the kernel forget how large this process has been; its size now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak() -> int:
    words = Path("/proc/self/status").read_text().split()
    return int(words[words.index("VmHWM:") + 1]) * 1024
