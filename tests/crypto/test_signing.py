"""Signatures hold for one type, one payload and one key, and keys never print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crypto.errors import Forged, Malformed
from crypto.signing import SigningKey, message, verify

KEY = SigningKey(bytes(32))
PAYLOAD = b"payload"
SIGNATURE = KEY.sign("entry", PAYLOAD)


def test_a_key_prints_its_public_half_only() -> None:
    assert repr(KEY) == f"SigningKey(public={KEY.public.hex()})"


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(Malformed):
        SigningKey(bytes(31))


def test_a_type_is_ascii_without_nul() -> None:
    for kind in ("a\x00", "é"):
        with pytest.raises(Malformed):
            message(kind, b"")


@given(some.integers(0, 63), some.integers(1, 255))
def test_any_changed_byte_of_a_signature_is_noticed(at: int, change: int) -> None:
    changed = bytearray(SIGNATURE)
    changed[at] ^= change
    with pytest.raises(Forged):
        verify(KEY.public, "entry", PAYLOAD, bytes(changed))


@given(some.binary(max_size=40), some.binary(max_size=80))
def test_no_bytes_whatever_pass_for_a_key_and_a_signature(public: bytes, signature: bytes) -> None:
    with pytest.raises(Forged):
        verify(public, "entry", PAYLOAD, signature)
