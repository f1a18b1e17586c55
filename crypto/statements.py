"""Statements: everything looked at. A worker signs "I am opening this, for this purpose", and the
hub makes it durable in the access log before it releases anything (PROTOCOL, Statements)."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from msgspec import Meta

from crypto.encoding import Code, Hash, Id, Signature, Struct, Time, Uint, Version, pack, tagged_hash, unpack
from crypto.errors import Malformed
from crypto.signing import SigningKey, verify

MAX_STATEMENT = 64 * 1024
MAX_OBJECTS = 256
SALT_BYTES = 32


class Act(IntEnum):
    """What was done."""

    LISTED = 1
    FETCHED = 2
    OPENED = 3


class ObjectKind(IntEnum):
    """What it was done to."""

    CIRCLE = 1
    ENTRIES = 2
    KEYS = 3
    DOCUMENT = 4
    LETTER = 5


class Object(Struct, frozen=True):
    """One thing looked at. ``id`` is a circle, a head, a document or a letter; ``start`` to ``stop``
    is a range of seqs, epochs or bytes (stop excluded)."""

    kind: Annotated[int, Meta(ge=1, le=255)]
    id: Annotated[bytes, Meta(min_length=16, max_length=32)]
    start: Uint
    stop: Uint


class Statement(Struct, frozen=True):
    """See SPEC. ``circle`` is empty outside a circle; ``reason_commitment`` is empty without a reason."""

    version: Version
    act: Annotated[int, Meta(ge=1, le=255)]
    worker: Id
    organisation: Id
    circle: Annotated[bytes, Meta(max_length=32)]
    objects: Annotated[tuple[Object, ...], Meta(min_length=1, max_length=MAX_OBJECTS)]
    purpose: Code
    reason_commitment: Annotated[bytes, Meta(max_length=32)]
    log_size: Uint
    log_root: Hash
    at: Time
    nonce: Id


class SignedStatement(Struct, frozen=True):
    """A statement as it travels."""

    payload: Annotated[bytes, Meta(max_length=MAX_STATEMENT)]
    signature: Signature


class _Session(Struct, frozen=True):
    version: Version
    hub: Annotated[str, Meta(min_length=1, max_length=200)]
    session: Id
    nonce: Hash


def sign_statement(statement: Statement, key: SigningKey) -> SignedStatement:
    """Sign a statement."""
    payload = pack(statement)
    return SignedStatement(payload, key.sign("statement", payload))


def read_statement(signed: SignedStatement, signing_key: bytes) -> Statement:
    """Verify, then decode.

    Raises:
        Forged, Malformed, UpdateNeeded.
    """
    verify(signing_key, "statement", signed.payload, signed.signature)
    statement = unpack(Statement, signed.payload, limit=MAX_STATEMENT)
    if len(statement.circle) not in (0, 32) or len(statement.reason_commitment) not in (0, 32):
        raise Malformed("a statement's circle and reason are 32 bytes, or empty")
    if any(len(thing.id) not in (16, 32) or thing.start > thing.stop for thing in statement.objects):
        raise Malformed("a statement's object has an odd id or range")
    return statement


def log_leaf(salt: bytes, signed: SignedStatement) -> bytes:
    """The access log's leaf for a statement: salted, so that a published tree says nothing about
    what stands in it. 32 bytes; the salt is 32 random bytes kept beside the statement."""
    _check_salt(salt)
    return tagged_hash("log-leaf", salt, pack(signed))


def reason_commitment(salt: bytes, reason: str) -> bytes:
    """SHA-256("kith/1/reason" || 0x00 || salt32 || reason)."""
    _check_salt(salt)
    return tagged_hash("reason", salt, reason.encode())


def _check_salt(salt: bytes) -> None:
    if len(salt) != SALT_BYTES:
        raise Malformed("a salt is 32 bytes")


def sign_session(hub: str, session: bytes, nonce: bytes, key: SigningKey) -> bytes:
    """Prove that the worker's key is unlocked: a session starts only with this."""
    return key.sign("session", pack(_Session(1, hub, session, nonce)))


def verify_session(hub: str, session: bytes, nonce: bytes, signing_key: bytes, signature: bytes) -> None:
    """Check what ``sign_session`` made.

    Raises:
        Forged.
    """
    verify(signing_key, "session", pack(_Session(1, hub, session, nonce)), signature)
