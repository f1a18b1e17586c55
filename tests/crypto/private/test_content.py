"""Sealed content opens whole under one key, or not at all; its length says little."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crypto.errors import Malformed, NotForMe
from crypto.private import content

KEY = bytes(range(32))


@settings(max_examples=40)
@given(some.binary(max_size=300), some.sampled_from([0, 16383, 16384, 32768, 40000]))
def test_what_is_sealed_opens_again_and_is_as_long_as_said(text: bytes, more: int) -> None:
    plaintext = text + bytes(more)
    sealed = content.seal(KEY, b"context", plaintext)
    assert content.open_(KEY, b"context", sealed) == plaintext
    assert len(sealed) == content.sealed_size(len(plaintext))


@settings(max_examples=60)
@given(some.integers(0, 200), some.integers(1, 255))
def test_any_changed_byte_is_noticed_and_says_nothing(at: int, change: int) -> None:
    sealed = bytearray(content.seal(KEY, b"context", bytes(200)))
    sealed[at] ^= change
    with pytest.raises(NotForMe) as refusal:
        content.open_(KEY, b"context", bytes(sealed))
    assert str(refusal.value) == str(NotForMe())


def test_a_stream_that_ends_early_ends_in_a_refusal() -> None:
    sealed = content.seal(KEY, b"context", bytes(40_000))
    got: list[bytes] = []
    with pytest.raises(NotForMe):
        got.extend(content.open_stream(KEY, b"context", [sealed[:20_000], sealed[20_000:-1]]))
    assert got


@given(some.binary(max_size=600))
def test_padding_is_taken_off_exactly(plaintext: bytes) -> None:
    padded = content.pad(plaintext)
    assert content.unpad(padded) == plaintext
    assert len(padded) == max(256, content.padme(len(plaintext) + 1))


@given(some.binary(max_size=600))
def test_unpadding_takes_only_what_padding_makes(data: bytes) -> None:
    try:
        plaintext = content.unpad(data)
    except Malformed:
        return
    assert content.pad(plaintext) == data


@given(some.integers(0, 2**50))
def test_padme_adds_at_most_an_eighth(length: int) -> None:
    assert length <= content.padme(length) <= length * 1.12 + 1
    assert content.padme(content.padme(length)) == content.padme(length)
