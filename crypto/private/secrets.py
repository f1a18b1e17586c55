"""Derive, wrap and unwrap: worker, organisation and kit secrets, and the sign-in words.

One 32-byte secret gives every key of its holder by HKDF label. Argon2id's parameters are
constants of suite 1 (PROTOCOL): an end never takes them from outside, so nobody can lower them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import nacl.bindings as sodium
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.encoding import Hash, Id, ShortText, Struct, Uint, Version, pack, tagged_hash
from crypto.errors import Malformed, NotForMe
from crypto.private.boxes import BoxSecret
from crypto.signing import SigningKey

SUITE: Final = 1
SECRET_BYTES: Final = 32
SALT_BYTES: Final = 16
ARGON2_OPERATIONS: Final = 3
ARGON2_MEMORY: Final = 64 * 1024 * 1024
_NONCE_BYTES: Final = 12


def expand(secret: bytes, label: str, context: bytes = b"") -> bytes:
    """HKDF-Expand-SHA256(secret, "kith/1/" || label || 0x00 || context, 32)."""
    info = b"kith/1/" + label.encode() + b"\x00" + context
    return HKDFExpand(hashes.SHA256(), 32, info).derive(secret)


def stretch(words: str, salt: bytes) -> bytes:
    """Argon2id v1.3 of normalised words: 64 MiB, 3 passes, one lane. 32 bytes; about 0.2 s."""
    if len(salt) != SALT_BYTES:
        raise Malformed("an Argon2id salt is 16 bytes")
    return sodium.crypto_pwhash_alg(
        32,
        words.encode(),
        salt,
        ARGON2_OPERATIONS,
        ARGON2_MEMORY,
        sodium.crypto_pwhash_ALG_ARGON2ID13,
    )


def lock(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """AES-256-GCM with a random nonce in front: nonce (12) || ciphertext || tag (16)."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def unlock(key: bytes, locked: bytes, associated: bytes) -> bytes:
    """Open what ``lock`` made.

    Raises:
        NotForMe: with another key, other associated data, or changed bytes.
    """
    try:
        return AESGCM(key).decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], associated)
    except (InvalidTag, ValueError) as error:
        raise NotForMe from error


class WorkerSecret:
    """All that one worker is: a signing key, a box key and a key for their own pins."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise Malformed("a worker secret is 32 bytes")
        self.raw = secret

    @classmethod
    def generate(cls) -> WorkerSecret:
        """A fresh random secret."""
        return cls(os.urandom(SECRET_BYTES))

    @cached_property
    def signing(self) -> SigningKey:
        """Signs entries, statements, letters and sessions."""
        return SigningKey(expand(self.raw, "worker/sign"))

    @cached_property
    def box(self) -> BoxSecret:
        """Opens the organisation secret that is boxed to this worker."""
        return BoxSecret(expand(self.raw, "worker/box"))

    @cached_property
    def pins(self) -> bytes:
        """32-byte key of this worker's pins and drafts."""
        return expand(self.raw, "worker/pins")

    def __repr__(self) -> str:
        return "WorkerSecret(...)"


class OrganisationSecret:
    """One generation of an organisation's secret."""

    def __init__(self, secret: bytes, generation: int) -> None:
        if len(secret) != SECRET_BYTES:
            raise Malformed("an organisation secret is 32 bytes")
        self.raw = secret
        self.generation = generation

    @classmethod
    def generate(cls, generation: int) -> OrganisationSecret:
        """A fresh random secret for ``generation`` (1 at genesis)."""
        return cls(os.urandom(SECRET_BYTES), generation)

    @cached_property
    def box(self) -> BoxSecret:
        """Opens what circles and letters box to this generation."""
        return BoxSecret(expand(self.raw, "organisation/box"))

    @cached_property
    def rewrap(self) -> bytes:
        """32-byte key under which the organisation keeps quick copies of opened epoch keys."""
        return expand(self.raw, "organisation/rewrap")

    def archive(self, organisation: bytes, previous: OrganisationSecret) -> bytes:
        """Wrap the secret of the generation before this one."""
        key = expand(self.raw, "organisation/archive")
        return lock(key, previous.raw, self._archive_context(organisation))

    def open_archive(self, organisation: bytes, locked: bytes, public: bytes) -> OrganisationSecret:
        """Open the generation before this one; it must re-derive the chain's ``public`` box key.

        Raises:
            NotForMe: if it does not open, or opens to another key than the chain lists.
        """
        key = expand(self.raw, "organisation/archive")
        raw = unlock(key, locked, self._archive_context(organisation))
        opened = OrganisationSecret(raw, self.generation - 1)
        if opened.box.public != public:
            raise NotForMe
        return opened

    def _archive_context(self, organisation: bytes) -> bytes:
        return pack(_Archive(organisation, self.generation, self.generation - 1))

    def __repr__(self) -> str:
        return f"OrganisationSecret(generation={self.generation})"


class _Archive(Struct, frozen=True):
    organisation: Id
    generation: Uint
    previous: Uint


class WrapContext(Struct, frozen=True):
    """What a wrapped worker secret is bound to: change any of it and it does not open."""

    suite: Version
    hub: ShortText
    organisation: Id
    worker: Id
    address: ShortText
    salt: Id
    operations: Uint
    memory: Uint
    credential: ShortText
    version: Uint


@dataclass(frozen=True, slots=True)
class SignInKeys:
    """What the words give: ``auth`` is proved to the hub, ``wrap`` never leaves the end."""

    auth: bytes
    wrap: bytes
    salt: bytes

    @classmethod
    def derive(cls, words: str, salt: bytes) -> SignInKeys:
        """From normalised words (``words.normalise``) and the 16-byte salt. About 0.2 s."""
        stretched = stretch(words, salt)
        return cls(expand(stretched, "words/auth"), expand(stretched, "words/wrap"), salt)

    def lock(
        self, secret: WorkerSecret, hub: str, organisation: bytes, worker: bytes, address: str, version: int
    ) -> bytes:
        """Wrap the worker secret for keeping at the hub. The organisation is the one this worker founds
        or joins: whoever keeps the wrap cannot put them into another."""
        return lock(self.wrap, secret.raw, self._context(hub, organisation, worker, address, version))

    def open(
        self, wrapped: bytes, hub: str, organisation: bytes, worker: bytes, address: str, version: int
    ) -> WorkerSecret:
        """Unwrap it again.

        Raises:
            NotForMe: wrong words, or anything beside the wrap was changed.
        """
        context = self._context(hub, organisation, worker, address, version)
        return WorkerSecret(unlock(self.wrap, wrapped, context))

    def _context(self, hub: str, organisation: bytes, worker: bytes, address: str, version: int) -> bytes:
        return pack(
            WrapContext(
                SUITE,
                hub,
                organisation,
                worker,
                address,
                self.salt,
                ARGON2_OPERATIONS,
                ARGON2_MEMORY,
                "words",
                version,
            )
        )


def kit_secret(words: str, organisation: bytes) -> WorkerSecret:
    """The recovery kit's keys from its printed, normalised words. Nothing of it is kept anywhere."""
    salt = tagged_hash("kit-salt", organisation)[:SALT_BYTES]
    return WorkerSecret(expand(stretch(words, salt), "kit"))


class Introduction(Struct, frozen=True):
    """T: what five spoken words stand for when a worker is admitted (PROTOCOL, Admission)."""

    version: Version
    hub: ShortText
    invitation: Id
    organisation: Id
    genesis: Hash
    worker: Id
    address: ShortText
    signing_key: Hash
    box_key: bytes


def introduction_digest(introduction: Introduction) -> bytes:
    """Argon2id fingerprint of T (32 bytes); ``words.spoken`` makes five words of it."""
    digest = tagged_hash("introduction", pack(introduction))
    salt = tagged_hash("introduction-salt", introduction.invitation)[:SALT_BYTES]
    return stretch(digest.hex(), salt)
