"""The organisation chain: who may speak for an organisation, and its box key by generation.

A hash-linked list of four signed events. ``replay`` verifies from genesis; ``Organisation.extend``
goes on from a state already verified. Removing a worker is a field of ``rotate``, so a removal
without new keys cannot be written down (PROTOCOL, Keys 3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    unpack,
)
from crypto.errors import Forged, Malformed, NotAllowed, Stale
from crypto.signing import verify

MAX_EVENT = 512 * 1024
MAX_MEMBERS = 2000
NO_HEAD = bytes(32)


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


_PAYLOADS: dict[Event, type[Struct]] = {
    Event.GENESIS: Genesis,
    Event.ADMIT: Admit,
    Event.ROLE: RoleChange,
    Event.ROTATE: Rotate,
}


def key_hash(box_key: bytes) -> bytes:
    """SHA-256 of a box public key: how listings name it."""
    return hashlib.sha256(box_key).digest()


def box_hash(box: bytes) -> bytes:
    """SHA-256 of a box: how signed events and entries name it."""
    return hashlib.sha256(box).digest()


@dataclass(frozen=True, slots=True)
class Tenure:
    """One stretch of a member's standing: the chain lengths (from, before until) it holds for."""

    member: Member
    since: int
    until: int | None = None
    until_at: int | None = None


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation's public half, and who was given its secret."""

    number: int
    box_key: bytes
    since: int
    archive_hash: bytes | None = None

    @property
    def key_hash(self) -> bytes:
        """SHA-256 of the box key."""
        return key_hash(self.box_key)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A verified chain: what it says now, and what it said at each earlier head."""

    id: bytes
    genesis: bytes
    heads: Mapping[bytes, int]
    head: bytes
    members: Mapping[bytes, Member]
    tenures: tuple[Tenure, ...]
    generations: tuple[Generation, ...]
    boxes: Mapping[bytes, bytes] = field(default_factory=dict)
    """Which box of the current generation each member was given: worker -> box hash."""

    @property
    def length(self) -> int:
        """How many events the chain has."""
        return len(self.heads)

    @property
    def generation(self) -> Generation:
        """The one in force."""
        return self.generations[-1]

    def position(self, head: bytes) -> int:
        """The length the chain had at ``head``.

        Raises:
            Stale: if this chain (as known here) never had that head.
        """
        try:
            return self.heads[head]
        except KeyError:
            raise Stale("the organisation's chain does not have that head") from None

    def generation_at(self, head: bytes) -> Generation:
        """The generation in force at ``head``."""
        position = self.position(head)
        return next(g for g in reversed(self.generations) if g.since <= position)

    def member_at(self, worker: bytes, head: bytes, received_at: int | None = None) -> Member:
        """The worker's standing at ``head``; with ``received_at``, also that they had not been
        removed (by the clock of the removal) when the hub took it.

        Raises:
            NotAllowed: if they had none. Stale: if the head is unknown.
        """
        position = self.position(head)
        for tenure in self.tenures:
            if tenure.member.worker == worker and _covers(tenure, position):
                if received_at is not None and _ended_before(tenure, received_at):
                    raise NotAllowed("that worker had already left the organisation")
                return tenure.member
        raise NotAllowed("that worker is not in the organisation at that position")

    def extend(self, event: SignedEvent) -> Organisation:
        """Verify one more event and return the longer chain.

        Raises:
            Forged: signature or link. NotAllowed: who. Malformed: shape.
        """
        kind = Event(event.kind)
        if kind is Event.GENESIS:
            raise Malformed("a chain has one genesis")
        payload = unpack(_PAYLOADS[kind], event.payload, limit=MAX_EVENT)
        assert isinstance(payload, Admit | RoleChange | Rotate)
        author = self._author(payload)
        verify(author.signing_key, kind.signature_type, event.payload, event.signature)
        grown = replace(self, heads={**self.heads, event.head: self.length + 1}, head=event.head)
        if isinstance(payload, Admit):
            return _admit(self, grown, payload, author)
        if isinstance(payload, RoleChange):
            return _change_role(self, grown, payload, author)
        return _rotate(self, grown, payload)

    def _author(self, payload: Admit | RoleChange | Rotate) -> Member:
        if payload.organisation != self.id:
            raise Forged("the event belongs to another organisation")
        if payload.previous != self.head:
            raise Forged("the event does not follow the chain's head")
        author = self.members.get(payload.author)
        if author is None or author.role not in (Role.MANAGER, Role.KIT):
            raise NotAllowed("only a manager may change the organisation")
        return author


REMOVAL_SKEW_MS = 15 * 60 * 1000


def _covers(tenure: Tenure, position: int) -> bool:
    return tenure.since <= position and (tenure.until is None or position < tenure.until)


def _ended_before(tenure: Tenure, moment: int) -> bool:
    return tenure.until_at is not None and tenure.until_at + REMOVAL_SKEW_MS < moment


def begin(event: SignedEvent) -> Organisation:
    """Verify a genesis event.

    Raises:
        Forged, Malformed, NotAllowed.
    """
    if event.kind != Event.GENESIS:
        raise Malformed("a chain starts with its genesis")
    genesis = unpack(Genesis, event.payload, limit=MAX_EVENT)
    if genesis.founder.role != Role.MANAGER or genesis.kit.role != Role.KIT:
        raise NotAllowed("an organisation starts with a manager and a recovery kit")
    members = _distinct([genesis.founder, genesis.kit])
    boxes = _boxes_for(members, genesis.boxes)
    verify(genesis.founder.signing_key, Event.GENESIS.signature_type, event.payload, event.signature)
    return Organisation(
        id=genesis.organisation,
        genesis=event.head,
        heads={event.head: 1},
        head=event.head,
        members=members,
        tenures=tuple(Tenure(member, 1) for member in members.values()),
        generations=(Generation(1, genesis.box_key, 1),),
        boxes=boxes,
    )


def replay(events: Iterable[SignedEvent]) -> Organisation:
    """Verify a whole chain from its genesis.

    Raises:
        Malformed: if it is empty; otherwise as ``begin`` and ``Organisation.extend``.
    """
    chain: Organisation | None = None
    for event in events:
        chain = begin(event) if chain is None else chain.extend(event)
    if chain is None:
        raise Malformed("an organisation's chain is never empty")
    return chain


def _distinct(members: Iterable[Member]) -> dict[bytes, Member]:
    found: dict[bytes, Member] = {}
    keys: set[bytes] = set()
    for member in members:
        if member.worker in found or member.signing_key in keys or member.box_key in keys:
            raise NotAllowed("two members may not share an id or a key")
        found[member.worker] = member
        keys |= {member.signing_key, member.box_key}
    return found


def _boxes_for(members: Mapping[bytes, Member], boxes: tuple[WorkerBox, ...]) -> dict[bytes, bytes]:
    if [box.worker for box in boxes] != sorted(members):
        raise NotAllowed("the new secret is not boxed to exactly the members, in order")
    return {box.worker: box.box_hash for box in boxes}


def _admit(before: Organisation, grown: Organisation, event: Admit, author: Member) -> Organisation:
    member = event.member
    if member.role not in set(Role) or (author.role == Role.KIT and member.role != Role.MANAGER):
        raise NotAllowed("the kit only brings back a manager")
    if event.generation != before.generation.number:
        raise Stale("the admission is for another generation")
    known = {m.signing_key for m in _everyone(before)} | {m.box_key for m in _everyone(before)}
    if member.signing_key in known or member.box_key in known:
        raise NotAllowed("an admission brings new keys")
    if len(before.members) >= MAX_MEMBERS:
        raise NotAllowed("the organisation is full")
    members = {**before.members, member.worker: member}
    _keeps_manager(members)
    tenures = _end(before.tenures, {member.worker}, grown.length, event.at)
    return replace(
        grown,
        members=members,
        tenures=(*tenures, Tenure(member, grown.length)),
        boxes={**before.boxes, member.worker: event.box_hash},
    )


def _change_role(
    before: Organisation, grown: Organisation, event: RoleChange, author: Member
) -> Organisation:
    old = before.members.get(event.worker)
    if author.role == Role.KIT or old is None or old.role == Role.KIT:
        raise NotAllowed("that role cannot be changed")
    member = Member(old.worker, old.signing_key, old.box_key, event.role)
    members = {**before.members, member.worker: member}
    _keeps_manager(members)
    # The keys stay good, so an earlier signature is never cut off by a change of role.
    tenures = tuple(
        replace(t, until=grown.length) if t.until is None and t.member == old else t for t in before.tenures
    )
    return replace(grown, members=members, tenures=(*tenures, Tenure(member, grown.length)))


def _rotate(before: Organisation, grown: Organisation, event: Rotate) -> Organisation:
    if event.generation != before.generation.number + 1:
        raise NotAllowed("generations go up by one")
    if any(event.box_key == generation.box_key for generation in before.generations):
        raise NotAllowed("a rotation brings a new key")
    removed = set(event.removed)
    if list(event.removed) != sorted(removed) or not removed <= set(before.members):
        raise NotAllowed("a removal names members, each once, in order")
    members = {worker: m for worker, m in before.members.items() if worker not in removed}
    _keeps_manager(members)
    boxes = _boxes_for(members, event.boxes)
    generation = Generation(event.generation, event.box_key, grown.length, event.archive_hash)
    return replace(
        grown,
        members=members,
        tenures=_end(before.tenures, removed, grown.length, event.at),
        generations=(*before.generations, generation),
        boxes=boxes,
    )


def _everyone(chain: Organisation) -> list[Member]:
    return [tenure.member for tenure in chain.tenures]


def _end(tenures: tuple[Tenure, ...], workers: set[bytes], length: int, at: int) -> tuple[Tenure, ...]:
    return tuple(
        replace(t, until=length, until_at=at) if t.until is None and t.member.worker in workers else t
        for t in tenures
    )


def _keeps_manager(members: Mapping[bytes, Member]) -> None:
    if not any(member.role == Role.MANAGER for member in members.values()):
        raise NotAllowed("an organisation keeps at least one manager")
