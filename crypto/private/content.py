"""Sealed content: Cobblestone-256 (C2SP chunked-encryption) for bodies and documents.

16 KiB chunks, AES-256-GCM, a 24-byte salt and a 32-byte key commitment, so a ciphertext opens
under one key only, and truncation, reordering and splicing are noticed. Bodies are padded by
Padmé before sealing, so that lengths say little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.encoding import tagged_hash
from crypto.errors import Malformed, NotForMe

CHUNK: Final = 16 * 1024
TAG: Final = 16
HEADER: Final = 24 + 32
FEED: Final = 64 * 1024
"""Feed this many bytes at a time: larger buffers lose to page faults (docs/decisions)."""
MIN_PADDED: Final = 256
_END: Final = b"\x80"


def seal(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Seal a small whole message. ``key`` is 32 uniformly random bytes."""
    encryptor = Cobblestone256Encryptor(key, context)
    return encryptor.update(plaintext) + encryptor.finalize()


def open_(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """Open what ``seal`` made; nothing is returned unless all of it holds.

    Raises:
        NotForMe: another key, another context, or any changed, missing or added byte.
    """
    try:
        decryptor = Cobblestone256Decryptor(key, context)
        return decryptor.update(sealed) + decryptor.finalize()
    except (InvalidTag, ValueError) as error:
        raise NotForMe from error


def open_stream(key: bytes, context: bytes, parts: Iterable[bytes]) -> Iterator[bytes]:
    """Open a long message piece by piece. Each piece is authentic when yielded; the *end* is only
    when the iterator finishes: keep nothing of a stream that raised.

    Raises:
        NotForMe: as ``open_``.
    """
    try:
        decryptor = Cobblestone256Decryptor(key, context)
        for part in parts:
            yield decryptor.update(part)
        yield decryptor.finalize()
    except (InvalidTag, ValueError) as error:
        raise NotForMe from error


def sealed_size(plaintext: int) -> int:
    """How long ``plaintext`` bytes are once sealed: a short last chunk always follows full ones."""
    return HEADER + plaintext + TAG * (plaintext // CHUNK + 1)


def padme(length: int) -> int:
    """The Padmé length for ``length``: at most 12 % longer, and log log bits of it leak."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    keep = exponent.bit_length()
    mask = (1 << max(exponent - keep, 0)) - 1
    return (length + mask) & ~mask


def pad(plaintext: bytes) -> bytes:
    """plaintext || 0x80 || zeros, up to a Padmé length of at least 256."""
    target = max(MIN_PADDED, padme(len(plaintext) + 1))
    return (plaintext + _END).ljust(target, b"\x00")


def unpad(padded: bytes) -> bytes:
    """Undo ``pad``; the padding is checked.

    Raises:
        Malformed: if it is not what ``pad`` makes.
    """
    plaintext, end, zeros = padded.rpartition(_END)
    if not end or zeros.strip(b"\x00") or len(padded) != max(MIN_PADDED, padme(len(plaintext) + 1)):
        raise Malformed("the padding is wrong")
    return plaintext


def entry_key(epoch_key: bytes, header_id: bytes) -> bytes:
    """K_e = HKDF-Expand-SHA512(E_n, "kith/1/entry-key" || 0x00 || H, 32): one entry can be
    released without its epoch."""
    info = b"kith/1/entry-key\x00" + header_id
    return HKDFExpand(hashes.SHA512(), 32, info).derive(epoch_key)


def commitment(circle: bytes, epoch: int, epoch_key: bytes) -> bytes:
    """What ``open`` and ``rekey`` say of E_n without giving it away. 32 bytes."""
    return tagged_hash("epoch", circle, epoch.to_bytes(8, "big"), epoch_key)


def body_context(header_id: bytes) -> bytes:
    """The Cobblestone context of an entry's body."""
    return b"kith/1/body\x00" + header_id


def document_context(circle: bytes, document: bytes, version: int) -> bytes:
    """The Cobblestone context of one document version."""
    return b"kith/1/document\x00" + circle + document + version.to_bytes(8, "big")


def letter_context(header_id: bytes) -> bytes:
    """The Cobblestone context of a letter's body, from ``letters.header_id`` (32 bytes)."""
    return b"kith/1/letter\x00" + header_id
