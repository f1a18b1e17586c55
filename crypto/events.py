"""The four signed events of an organisation's chain, as bytes. What they mean is ``organisation``'s.

Removing a worker is a field of ``rotate``, so a removal without new keys cannot be written down.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Annotated

from msgspec import Meta

from crypto.encoding import (
    BoxKey,
    Hash,
    Id,
    Key32,
    Signature,
    Struct,
    Time,
    Uint,
    Version,
    encode,
    tagged_hash,
)

MAX_EVENT = 512 * 1024
MAX_MEMBERS = 2000


class Role(IntEnum):
    """What a member of an organisation may do in its chain."""

    WORKER = 1
    MANAGER = 2
    REVIEWER = 3
    KIT = 9


class Event(IntEnum):
    """The four kinds of event, each with its own signature type."""

    GENESIS = 1
    ADMIT = 2
    ROLE = 3
    ROTATE = 4

    @property
    def signature_type(self) -> str:
        """The typed context of its signature."""
        return f"organisation/{self.name.lower()}"


class Member(Struct, frozen=True):
    """One holder of the organisation secret: a worker, or the printed kit."""

    worker: Id
    signing_key: Key32
    box_key: BoxKey
    role: Annotated[int, Meta(ge=1, le=9)]


class WorkerBox(Struct, frozen=True):
    """The hash of the box that gives the generation's secret to one member."""

    worker: Id
    box_hash: Hash


class Genesis(Struct, frozen=True):
    """The first event: a founding manager, a recovery kit, generation 1."""

    version: Version
    organisation: Id
    at: Time
    founder: Member
    kit: Member
    box_key: BoxKey
    boxes: Annotated[tuple[WorkerBox, ...], Meta(min_length=2, max_length=2)]


class Admit(Struct, frozen=True):
    """A worker joins, or comes back with a new secret ("Replace my words")."""

    version: Version
    organisation: Id
    previous: Hash
    at: Time
    author: Id
    member: Member
    generation: Uint
    box_hash: Hash


class RoleChange(Struct, frozen=True):
    """A member gets another role."""

    version: Version
    organisation: Id
    previous: Hash
    at: Time
    author: Id
    worker: Id
    role: Annotated[int, Meta(ge=1, le=3)]


class Rotate(Struct, frozen=True):
    """A new generation, boxed to every member that stays; ``removed`` members get none."""

    version: Version
    organisation: Id
    previous: Hash
    at: Time
    author: Id
    generation: Uint
    box_key: BoxKey
    archive_hash: Hash
    removed: Annotated[tuple[Id, ...], Meta(max_length=MAX_MEMBERS)]
    boxes: Annotated[tuple[WorkerBox, ...], Meta(min_length=1, max_length=MAX_MEMBERS)]


class SignedEvent(Struct, frozen=True):
    """An event as it travels: the exact payload bytes that were signed."""

    kind: Annotated[int, Meta(ge=1, le=4)]
    payload: Annotated[bytes, Meta(max_length=MAX_EVENT)]
    signature: Signature

    @property
    def head(self) -> bytes:
        """The chain's head once this event is the last one. 32 bytes."""
        return tagged_hash("organisation-head", encode([self.kind, self.payload, self.signature]))


def key_hash(box_key: bytes) -> bytes:
    """SHA-256 of a box public key: how listings name it."""
    return hashlib.sha256(box_key).digest()


def box_hash(box: bytes) -> bytes:
    """SHA-256 of a box: how signed events and entries name it."""
    return hashlib.sha256(box).digest()
