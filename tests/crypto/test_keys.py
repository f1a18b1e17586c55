"""Keys that are made here may enter a chain; others are measured by the vectors."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from crypto.errors import Malformed
from crypto.keys import check_box_key, check_signing_key
from crypto.private.boxes import BoxSecret, seal
from crypto.signing import SigningKey


@settings(max_examples=30)
@given(some.binary(min_size=32, max_size=32))
def test_every_key_that_is_made_here_may_enter_a_chain(seed: bytes) -> None:
    check_signing_key(SigningKey(seed).public)
    check_box_key(BoxSecret(seed).public)


@settings(max_examples=60)
@given(some.integers(0, 1183), some.binary(min_size=2, max_size=2))
def test_a_box_key_passes_exactly_when_it_can_be_sealed_to(at: int, change: bytes) -> None:
    good = BoxSecret(bytes(32)).public
    key = good[:at] + change + good[at + 2 :]
    assert _passes(key) == _can_be_sealed_to(key)


def _passes(key: bytes) -> bool:
    try:
        check_box_key(key)
    except Malformed:
        return False
    return True


def _can_be_sealed_to(key: bytes) -> bool:
    try:
        seal(key, b"", b"")
    except Malformed:
        return False
    return True
