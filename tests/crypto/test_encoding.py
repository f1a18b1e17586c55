"""One value has one encoding, and nothing else is ever accepted."""

from __future__ import annotations

import unicodedata
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as some

from crypto.encoding import MAX_INTEGER, Struct, decode, encode, pack, unpack
from crypto.errors import CryptoError, Malformed

TEXT = some.text(max_size=20).map(lambda text: unicodedata.normalize("NFC", text))
LEAVES = some.one_of(
    some.none(), some.booleans(), some.integers(0, MAX_INTEGER), some.binary(max_size=40), TEXT
)
VALUES = some.recursive(LEAVES, lambda inner: some.lists(inner, max_size=5), max_leaves=20)


def _depth(value: Any) -> int:
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


@given(VALUES)
def test_what_is_encoded_decodes_to_the_same_value(value: Any) -> None:
    if _depth(value) <= 8:
        assert decode(encode(value)) == value
        assert cbor2.loads(encode(value)) == value


@given(VALUES, some.integers(0), some.integers(1, 255))
def test_a_changed_byte_is_refused_or_is_the_one_encoding_of_another_value(
    value: Any, at: int, change: int
) -> None:
    if _depth(value) > 8:
        return
    data = bytearray(encode(value))
    data[at % len(data)] ^= change
    try:
        other = decode(bytes(data))
    except Malformed:
        return
    assert encode(other) == bytes(data)


@given(some.binary(max_size=200))
def test_any_bytes_are_refused_or_are_canonical(data: bytes) -> None:
    try:
        value = decode(data)
    except Malformed:
        return
    assert encode(value) == data


def test_what_is_too_long_is_not_even_looked_at() -> None:
    with pytest.raises(Malformed, match="longer than 3"):
        decode(bytes(4), limit=3)


def test_shared_references_cannot_make_little_input_into_endless_work() -> None:
    shared = b"\xd8\x1c\x81\xd8\x1c\x82\xf6\xf6" + b"\xd8\x1d\x00" * 3
    with pytest.raises(Malformed):
        decode(b"\x84" + shared)


@pytest.mark.parametrize("value", ["\ud800", bytearray(b"x"), 1.0, {}, {1: 2}, -1, object()])
def test_what_spec_does_not_know_is_never_written(value: Any) -> None:
    with pytest.raises(Malformed):
        encode([value])


class Thing(Struct, frozen=True):
    """A struct for this test."""

    data: bytes


def test_bytes_of_another_python_type_never_turn_into_text() -> None:
    wrong: Any = bytearray(b"x")
    with pytest.raises(Malformed):
        pack(Thing(wrong))
    assert unpack(Thing, pack(Thing(b"x"))) == Thing(b"x")


def test_text_never_stands_for_bytes_nor_a_boolean_for_a_number() -> None:
    for wrong in ("eA==", 1, True, None, [1]):
        with pytest.raises(CryptoError):
            unpack(Thing, encode([wrong]))
