"""A key to a recipient: HPKE base mode with X-Wing (RFC 9180, suite 1 of PROTOCOL).

A box secret *is* the 32-byte X-Wing seed; SHAKE-256 expands it to the ML-KEM-768 seed (64) and
the X25519 key (32). A box is ``enc || ciphertext``. ``info`` says exactly what the box is for,
so that it opens nowhere else; the functions below are the only makers of it.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from crypto.encoding import Hash, Id, ShortText, Struct, Uint, pack
from crypto.errors import Malformed, NotForMe

PUBLIC_BYTES: Final = 1216
OVERHEAD: Final = 1120 + 16
_MLKEM_PUBLIC: Final = 1184
_SUITE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class BoxSecret:
    """One X-Wing key pair from its 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise Malformed("a box secret is 32 bytes")
        expanded = hashlib.shake_256(seed).digest(96)
        self._mlkem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self._x25519 = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])

    @cached_property
    def public(self) -> bytes:
        """1216 bytes: ML-KEM-768 (1184) then X25519 (32)."""
        post_quantum = self._mlkem.public_key().public_bytes_raw()
        return post_quantum + self._x25519.public_key().public_bytes_raw()

    def open(self, box: bytes, info: bytes) -> bytes:
        """Open ``box``, sealed to this key for ``info``.

        Raises:
            NotForMe: whatever the cause.
        """
        key = hpke.MLKEM768X25519PrivateKey(self._mlkem, self._x25519)
        try:
            return _SUITE.decrypt(box, key, info)
        except (InvalidTag, ValueError) as error:
            raise NotForMe from error

    def __repr__(self) -> str:
        return "BoxSecret(...)"


def seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Box ``plaintext`` to a 1216-byte public key for the purpose ``info``.

    Raises:
        Malformed: if the public key is not one.
    """
    if len(public) != PUBLIC_BYTES:
        raise Malformed("a box key is 1216 bytes")
    try:
        key = hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
            x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
        )
        return _SUITE.encrypt(plaintext, key, info)
    except (ValueError, TypeError) as error:
        raise Malformed("not a usable box key") from error


class _Info(Struct, frozen=True):
    """label, then everything the box is bound to."""

    label: ShortText


class _EpochInfo(_Info, frozen=True):
    circle: Hash
    epoch: Uint
    control_head: Hash
    organisation: Id
    generation: Uint
    key_hash: Hash


class _EntryKeyInfo(_Info, frozen=True):
    circle: Hash
    entry: Hash
    organisation: Id
    generation: Uint
    key_hash: Hash


class _BodyInfo(_Info, frozen=True):
    circle: Hash
    nonce: Id
    author: Id
    organisation: Id
    generation: Uint
    key_hash: Hash


class _OrganisationInfo(_Info, frozen=True):
    organisation: Id
    generation: Uint
    worker: Id
    key_hash: Hash


class _LetterInfo(_Info, frozen=True):
    letter: Id
    organisation: Id
    generation: Uint
    key_hash: Hash
    sender: bytes


class _ReasonInfo(_Info, frozen=True):
    worker: Id
    organisation: Id
    generation: Uint
    key_hash: Hash
    commitment: Hash


def epoch_info(
    circle: bytes, epoch: int, control_head: bytes, organisation: bytes, generation: int, key_hash: bytes
) -> bytes:
    """For E_n: ``control_head`` is the one that the carrying entry's header names."""
    return pack(_EpochInfo("epoch", circle, epoch, control_head, organisation, generation, key_hash))


def entry_key_info(
    circle: bytes, entry: bytes, organisation: bytes, generation: int, key_hash: bytes
) -> bytes:
    """For one K_e (or document key) given by a grant or a release."""
    return pack(_EntryKeyInfo("entry-key", circle, entry, organisation, generation, key_hash))


def body_info(
    circle: bytes, nonce: bytes, author: bytes, organisation: bytes, generation: int, key_hash: bytes
) -> bytes:
    """For the own key of an invitation's or a restricted entry's body."""
    return pack(_BodyInfo("body", circle, nonce, author, organisation, generation, key_hash))


def organisation_info(organisation: bytes, generation: int, worker: bytes, key_hash: bytes) -> bytes:
    """For an organisation secret given to one of its workers (or its kit)."""
    return pack(_OrganisationInfo("organisation", organisation, generation, worker, key_hash))


def letter_info(letter: bytes, organisation: bytes, generation: int, key_hash: bytes, sender: bytes) -> bytes:
    """For a letter's key; ``sender`` is the signing worker's id, empty when unsigned."""
    return pack(_LetterInfo("letter", letter, organisation, generation, key_hash, sender))


def profile_info(worker: bytes, organisation: bytes, generation: int, key_hash: bytes) -> bytes:
    """For a worker's name (see ``crypto.profiles``); generation 0 is the worker's own box key."""
    return pack(_OrganisationInfo("profile", organisation, generation, worker, key_hash))


def reason_info(
    worker: bytes, organisation: bytes, generation: int, key_hash: bytes, commitment: bytes
) -> bytes:
    """For the reason behind a statement, opened by the organisation's oversight."""
    return pack(_ReasonInfo("reason", worker, organisation, generation, key_hash, commitment))
