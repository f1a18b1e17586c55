"""Ed25519 with a typed context, signed and verified by libsodium alone.

A signature covers ``"kith/1/" || type || 0x00 || payload``. Verification must stay with
libsodium: it refuses keys of small order, with which other libraries accept any message
(PROTOCOL, suite 1). The exact payload bytes travel beside the signature.
"""

from __future__ import annotations

from typing import Final

import nacl.bindings as sodium
from nacl.exceptions import BadSignatureError, CryptoError

from crypto.errors import Forged, Malformed

PREFIX: Final = b"kith/1/"
SEED_BYTES: Final = 32
PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


def message(kind: str, payload: bytes) -> bytes:
    """What is really signed. ``kind`` is one of SPEC's type strings and holds no NUL."""
    if "\x00" in kind or not kind.isascii():
        raise Malformed("a signature type is plain ASCII without NUL")
    return PREFIX + kind.encode() + b"\x00" + payload


class SigningKey:
    """One Ed25519 key pair made from a 32-byte seed."""

    __slots__ = ("_secret", "public")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise Malformed("a signing seed is 32 bytes")
        self.public, self._secret = sodium.crypto_sign_seed_keypair(seed)

    def sign(self, kind: str, payload: bytes) -> bytes:
        """A 64-byte signature over ``payload`` in the context ``kind``."""
        return sodium.crypto_sign(message(kind, payload), self._secret)[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"


def verify(public: bytes, kind: str, payload: bytes, signature: bytes) -> None:
    """Check ``signature`` (64 bytes) by ``public`` (32 bytes).

    Raises:
        Forged: whatever is wrong with it, small-order keys included.
    """
    check_lengths(public, signature)
    try:
        sodium.crypto_sign_open(signature + message(kind, payload), public)
    except (BadSignatureError, CryptoError) as error:
        raise Forged("the signature does not hold") from error


def check_lengths(public: bytes, signature: bytes) -> None:
    """libsodium reads signature and message from one buffer, so a longer or shorter signature
    would move bytes between the two.

    Raises:
        Forged.
    """
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        raise Forged("a key or signature has the wrong length")
