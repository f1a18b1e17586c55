"""A file comes back exactly as it went in, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crypto.errors import CryptoError, Forged, Malformed
from crypto.merkle import root_of
from crypto.private import bodies, documents
from crypto.private.content import CHUNK, TAG
from crypto.segments import LEAD, SEGMENT, SegmentTree, count
from tests.crypto.build import seed, some_id

CIRCLE = seed("circle")
SEGMENT_PLAINTEXT = 64 * CHUNK


def sealed(data: bytes, piece: int = 60_000) -> tuple[bodies.Manifest, bytes]:
    """A file sealed in pieces, with its manifest."""
    key, document = seed("key"), some_id("document")
    maker = documents.DocumentSealer(key, CIRCLE, document, 1, len(data))
    stored = b"".join(maker.seal(data[at : at + piece] for at in range(0, len(data), piece)))
    found = maker.sealed
    assert found is not None
    return bodies.Manifest(
        1, "Ann", document, 1, "letter.pdf", "application/pdf", found.size, found.padded, found.stored,
        found.plaintext_hash, found.segments, key, 0, "",
    ), stored  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    some.sampled_from([0, 1, 1023, 1024, 16384, 70_000, 140_000]),
    some.integers(1, 70_000),
    some.integers(1, 90_000),
)
def test_a_file_comes_back_in_whatever_pieces_it_travelled(size: int, piece: int, travel: int) -> None:
    data = (seed("data") * (size // 32 + 1))[:size]
    manifest, stored = sealed(data, max(piece, 3000))
    travel = max(travel, 3000)
    pieces = [stored[at : at + travel] for at in range(0, len(stored), travel)]
    assert b"".join(documents.open_document(manifest, CIRCLE, pieces)) == data
    assert len(stored) == documents.stored_size(size)


@settings(max_examples=40)
@given(some.integers(0, 1159), some.integers(1, 255))
def test_any_changed_byte_of_the_object_is_noticed(at: int, change: int) -> None:
    manifest, stored = sealed(b"x" * 900)
    changed = bytearray(stored)
    changed[at % len(changed)] ^= change
    with pytest.raises(CryptoError):
        list(documents.open_document(manifest, CIRCLE, [bytes(changed)]))


def test_a_file_that_changed_while_it_was_read_is_not_sealed() -> None:
    for size in (2, 4):
        maker = documents.DocumentSealer(seed("key"), CIRCLE, some_id("document"), 1, size)
        with pytest.raises(Malformed, match="changed"):
            list(maker.seal([b"abc"]))
        assert maker.sealed is None


def test_padding_that_is_not_empty_is_refused() -> None:
    """An insider who knows the key hides something where readers do not look."""
    whole, stored = sealed(b"x" * 900 + b"hidden")
    assert documents.padded_size(900) == documents.padded_size(906)
    values = {"size": 900, "plaintext_hash": hashlib.sha256(b"x" * 900).digest()}
    manifest = bodies.Manifest(**{**{f: getattr(whole, f) for f in whole.__struct_fields__}, **values})
    with pytest.raises(CryptoError, match="padding"):
        list(documents.open_document(manifest, CIRCLE, [stored]))


def test_long_padding_is_made_and_checked_in_pieces() -> None:
    data = bytes(2**22 + 1)
    manifest, stored = sealed(data)
    assert manifest.padded - manifest.size > 2 * 60_000
    opened = documents.open_document(manifest, CIRCLE, [stored])
    assert sum(map(len, opened)) == len(data)


@pytest.mark.parametrize("size", [0, 900, SEGMENT_PLAINTEXT, 2 * SEGMENT_PLAINTEXT, 2_500_000])
def test_the_same_file_sealed_again_under_the_same_key_is_another_document(size: int) -> None:
    """An insider who knows the key: each chunk opens, and the file's hash holds."""
    data = (seed("data") * (size // 32 + 1))[:size]
    manifest, stored = sealed(data)
    _, again = sealed(data)
    assert len(again) == len(stored)
    with pytest.raises(Forged, match="not the one that was shared"):
        list(documents.open_document(manifest, CIRCLE, [again]))


ALTERED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a byte short": lambda parts: [*parts[:-1], parts[-1][:-1]],
    "a byte long": lambda parts: [*parts, b"x"],
    "without its last segment": lambda parts: parts[:-1],
    "with an empty chunk more": lambda parts: [*parts, bytes(TAG)],
    "with a segment more": lambda parts: [*parts, parts[1]],
    "a segment twice": lambda parts: [parts[0], parts[1], parts[1], *parts[3:]],
    "two segments swapped": lambda parts: [parts[0], parts[2], parts[1], *parts[3:]],
    "the lead alone": lambda parts: parts[:1],
    "without its lead": lambda parts: parts[1:],
    "nothing": lambda parts: [],
}


@pytest.mark.parametrize("change", ALTERED)
@pytest.mark.parametrize("size", [3 * SEGMENT_PLAINTEXT, 3_500_000])
def test_segments_cut_off_added_repeated_or_swapped_are_refused(size: int, change: str) -> None:
    manifest, stored = sealed(bytes(size))
    parts = [stored[:LEAD], *(stored[at : at + SEGMENT] for at in range(LEAD, len(stored), SEGMENT))]
    with pytest.raises(CryptoError):
        list(documents.open_document(manifest, CIRCLE, ALTERED[change](parts)))


@pytest.mark.parametrize("feed", [1000, 50_000, 2_000_000])
def test_segments_are_the_lead_and_then_each_64_chunks(feed: int) -> None:
    data = bytes(64 * CHUNK + 5000)
    manifest, stored = sealed(data)
    lead, size = 8 + 56, 64 * (CHUNK + TAG)
    parts = [stored[:lead], *(stored[at : at + size] for at in range(lead, len(stored), size))]
    assert (len(parts), count(len(stored))) == (3, 3)
    tree = SegmentTree()
    for at in range(0, len(stored), feed):
        tree.update(stored[at : at + feed])
    assert tree.hashes() == b"".join(hashlib.sha256(part).digest() for part in parts)
    assert manifest.segments == tree.root() == root_of([hashlib.sha256(part).digest() for part in parts])


@pytest.mark.parametrize(("size", "segments"), [(64, 1), (64 + SEGMENT, 2), (65 + SEGMENT, 3)])
def test_a_tree_that_ends_on_a_segments_edge_has_no_empty_segment(size: int, segments: int) -> None:
    tree = SegmentTree()
    tree.update(bytes(size))
    assert len(tree.hashes()) == 32 * segments == 32 * count(size)
