"""A box opens for one key and one purpose."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crypto.errors import NotForMe
from crypto.private import boxes
from crypto.private.boxes import OVERHEAD, BoxSecret

SECRET = BoxSecret(bytes(32))
BOX = boxes.seal(SECRET.public, b"k" * 32, b"info")


def test_a_box_opens_again_and_secrets_never_print() -> None:
    assert SECRET.open(BOX, b"info") == b"k" * 32
    assert len(BOX) == 32 + OVERHEAD
    assert repr(SECRET) == "BoxSecret(...)"


@settings(max_examples=60)
@given(some.integers(0, len(BOX) - 1), some.integers(1, 255))
def test_any_changed_byte_of_a_box_is_noticed(at: int, change: int) -> None:
    changed = bytearray(BOX)
    changed[at] ^= change
    with pytest.raises(NotForMe):
        SECRET.open(bytes(changed), b"info")


@settings(max_examples=60)
@given(some.binary(max_size=1300), some.binary(max_size=20))
def test_no_bytes_whatever_open(box: bytes, info: bytes) -> None:
    with pytest.raises(NotForMe) as refusal:
        SECRET.open(box, info)
    assert str(refusal.value) == str(NotForMe())
