"""An entry's bytes are what its author signed, and every hash of it says what PROTOCOL says."""

from __future__ import annotations

import hashlib

import msgspec

from crypto import entries, facts
from crypto.encoding import encode, to_array
from crypto.entries import Kind
from tests.crypto.build import START, seed, small_world


def test_every_hash_is_made_as_the_protocol_writes_it() -> None:
    _, ring, _, _ = small_world()
    entry = ring.entry(Kind.MESSAGE, facts.Message(None))
    header = entries.read_header(entry)

    def sha(label: bytes, rest: bytes) -> bytes:
        return hashlib.sha256(b"kith/1/" + label + b"\x00" + rest).digest()

    assert entry.hash == sha(b"entry-hash", encode([entry.header, entry.signature]))
    assert entries.head_zero(ring.id) == sha(b"head", ring.id)
    step = entries.next_head(ring.id, entry.hash, 4, START)
    assert step == sha(b"head", encode([ring.id, entry.hash, 4, START]))
    assert entries.header_id(header) == sha(b"header", encode([*to_array(header)[:-1], b""]))
    opening = entries.read_header(ring.taken[0][0])
    made_of = [
        1,
        opening.organisation,
        opening.organisation_head,
        opening.worker,
        opening.sent_at,
        ring.nonce,
    ]
    assert ring.id == sha(b"circle", encode(made_of))


def test_the_id_of_a_header_does_not_depend_on_its_body() -> None:
    _, ring, _, _ = small_world()
    header = entries.read_header(ring.entry(Kind.MESSAGE, facts.Message(None)))
    other = msgspec.structs.replace(header, sealed_hash=seed("x"))
    assert entries.header_id(header) == entries.header_id(other)


def test_kinds_below_32_are_control() -> None:
    _, ring, _, _ = small_world()
    header = entries.read_header(ring.entry(Kind.MESSAGE, facts.Message(None)))
    assert not header.is_control
    assert msgspec.structs.replace(header, kind=31).is_control
