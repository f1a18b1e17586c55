"""The organisation chain: who may speak for an organisation, and its box key by generation.

A hash-linked list of four signed events (``events``). ``replay`` verifies from genesis;
``Organisation.extend`` goes on from a state already verified. Whoever is removed gets no box of
the generation that removes them (PROTOCOL, Keys 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from crypto.encoding import unpack
from crypto.errors import Forged, Malformed, NotAllowed, Stale
from crypto.events import (
    MAX_EVENT,
    MAX_MEMBERS,
    Admit,
    Event,
    Genesis,
    Member,
    Role,
    RoleChange,
    Rotate,
    SignedEvent,
    WorkerBox,
    box_hash,
    key_hash,
)
from crypto.keys import check_box_key, check_signing_key
from crypto.signing import verify

__all__ = [
    "MAX_EVENT",
    "MAX_EVENT_SKEW_MS",
    "MAX_MEMBERS",
    "NO_HEAD",
    "REMOVAL_SKEW_MS",
    "Admit",
    "Event",
    "Generation",
    "Genesis",
    "Member",
    "Organisation",
    "Role",
    "RoleChange",
    "Rotate",
    "SignedEvent",
    "Tenure",
    "WorkerBox",
    "begin",
    "box_hash",
    "check_event_time",
    "event_time",
    "key_hash",
    "replay",
]

NO_HEAD = bytes(32)
MAX_EVENT_SKEW_MS = 10 * 60 * 1000
"""How far an event's own time may lie from the hub's clock when the hub takes it."""
REMOVAL_SKEW_MS = 15 * 60 * 1000
"""How long after a removal's own time an entry may still have been received: more than
MAX_EVENT_SKEW_MS, so that an honest hub never took an entry that a later removal would undo."""

_PAYLOADS: dict[Event, type[Genesis | Admit | RoleChange | Rotate]] = {
    Event.GENESIS: Genesis,
    Event.ADMIT: Admit,
    Event.ROLE: RoleChange,
    Event.ROTATE: Rotate,
}


@dataclass(frozen=True, slots=True)
class Tenure:
    """One stretch of a member's standing, from chain length ``since`` until before ``until``.

    ``until_at`` is the time of the event that took the standing away; None when it did not.
    """

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
    at: int
    """The time of the last event, UTC milliseconds: times never run backwards."""
    members: Mapping[bytes, Member]
    tenures: Mapping[bytes, tuple[Tenure, ...]]
    """worker -> every stretch of standing they had, oldest first; workers who left included."""
    generations: tuple[Generation, ...]
    keys: frozenset[bytes]
    """Every signing and box key a member ever had: none comes back."""
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
        """The worker's standing at ``head``; with ``received_at``, also that it had not been taken
        away (by the time of the event that did) when the hub took what they signed.

        Raises:
            NotAllowed: if they had none. Stale: if the head is unknown.
        """
        position = self.position(head)
        for tenure in self.tenures.get(worker, ()):
            if _covers(tenure, position):
                if received_at is not None and _ended_before(tenure, received_at):
                    raise NotAllowed("that worker's standing had already ended")
                return tenure.member
        raise NotAllowed("that worker is not in the organisation at that position")

    def extend(self, event: SignedEvent) -> Organisation:
        """Verify one more event and return the longer chain.

        Raises:
            Forged: signature or link. Stale: another event came first. NotAllowed: who or what.
            Malformed: shape.
        """
        kind = _kind(event)
        payload = unpack(_PAYLOADS[kind], event.payload, limit=MAX_EVENT)
        if isinstance(payload, Genesis):
            raise Malformed("a chain has one genesis")
        author = self._author(payload)
        verify(author.signing_key, kind.signature_type, event.payload, event.signature)
        if payload.at < self.at:
            raise NotAllowed("an organisation's times never run backwards")
        heads = {**self.heads, event.head: self.length + 1}
        grown = replace(self, heads=heads, head=event.head, at=payload.at)
        if isinstance(payload, Admit):
            return _admit(self, grown, payload, author)
        if isinstance(payload, RoleChange):
            return _change_role(self, grown, payload, author)
        return _rotate(self, grown, payload)

    def _author(self, payload: Admit | RoleChange | Rotate) -> Member:
        if payload.organisation != self.id:
            raise Forged("the event belongs to another organisation")
        if payload.previous != self.head:
            if payload.previous in self.heads:
                raise Stale("the organisation has changed since this was signed")
            raise Forged("the event does not follow the chain's head")
        author = self.members.get(payload.author)
        if author is None or author.role not in (Role.MANAGER, Role.KIT):
            raise NotAllowed("only a manager may change the organisation")
        return author


def _kind(event: SignedEvent) -> Event:
    try:
        return Event(event.kind)
    except ValueError:
        raise Malformed("no such event") from None


def _covers(tenure: Tenure, position: int) -> bool:
    return tenure.since <= position and (tenure.until is None or position < tenure.until)


def _ended_before(tenure: Tenure, moment: int) -> bool:
    return tenure.until_at is not None and tenure.until_at + REMOVAL_SKEW_MS < moment


def event_time(event: SignedEvent) -> int:
    """The time an event gives itself, UTC milliseconds (nothing is verified here).

    Raises:
        Malformed, UpdateNeeded.
    """
    return unpack(_PAYLOADS[_kind(event)], event.payload, limit=MAX_EVENT).at


def check_event_time(event: SignedEvent, now: int) -> None:
    """What the hub checks before it takes an event: its time is about now, so that no removal can
    be dated before entries that were rightly received.

    Raises:
        NotAllowed, Malformed, UpdateNeeded.
    """
    if abs(event_time(event) - now) > MAX_EVENT_SKEW_MS:
        raise NotAllowed("the event's time is too far from the hub's clock")


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
    members = {member.worker: member for member in (genesis.founder, genesis.kit)}
    keys = frozenset(key for member in members.values() for key in (member.signing_key, member.box_key))
    if len(members) != 2 or len(keys) != 4:
        raise NotAllowed("two members may not share an id or a key")
    boxes = _boxes_for(members, genesis.boxes)
    verify(genesis.founder.signing_key, Event.GENESIS.signature_type, event.payload, event.signature)
    _check_keys(genesis.box_key, genesis.founder, genesis.kit)
    return Organisation(
        id=genesis.organisation,
        genesis=event.head,
        heads={event.head: 1},
        head=event.head,
        at=genesis.at,
        members=members,
        tenures={worker: (Tenure(member, 1),) for worker, member in members.items()},
        generations=(Generation(1, genesis.box_key, 1),),
        keys=keys,
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


def _check_keys(generation_key: bytes | None, *members: Member) -> None:
    for member in members:
        check_signing_key(member.signing_key)
        check_box_key(member.box_key)
    if generation_key is not None:
        check_box_key(generation_key)


def _boxes_for(members: Mapping[bytes, Member], boxes: tuple[WorkerBox, ...]) -> dict[bytes, bytes]:
    if [box.worker for box in boxes] != sorted(members):
        raise NotAllowed("the new secret is not boxed to exactly the members, in order")
    return {box.worker: box.box_hash for box in boxes}


def _admit(before: Organisation, grown: Organisation, event: Admit, author: Member) -> Organisation:
    member = event.member
    _check_role(before, member, author)
    if event.generation != before.generation.number:
        raise Stale("the admission is for another generation")
    _check_keys(None, member)
    if member.signing_key in before.keys or member.box_key in before.keys:
        raise NotAllowed("an admission brings new keys")
    if member.worker not in before.members and len(before.members) >= MAX_MEMBERS:
        raise NotAllowed("the organisation is full")
    members = {**before.members, member.worker: member}
    _keeps_manager(members)
    ended = _end(before.tenures, [member.worker], grown.length, event.at)
    return replace(
        grown,
        members=members,
        tenures=_start(ended, member, grown.length),
        keys=before.keys | {member.signing_key, member.box_key},
        boxes={**before.boxes, member.worker: event.box_hash},
    )


def _check_role(before: Organisation, member: Member, author: Member) -> None:
    if member.role not in set(Role) or (author.role == Role.KIT and member.role != Role.MANAGER):
        raise NotAllowed("the kit only brings back a manager")
    earlier = before.tenures.get(member.worker)
    if earlier and (earlier[-1].member.role == Role.KIT) != (member.role == Role.KIT):
        raise NotAllowed("a worker never becomes a kit, nor a kit a worker")


def _change_role(
    before: Organisation, grown: Organisation, event: RoleChange, author: Member
) -> Organisation:
    old = before.members.get(event.worker)
    if author.role == Role.KIT or old is None or old.role == Role.KIT:
        raise NotAllowed("that role cannot be changed")
    member = Member(old.worker, old.signing_key, old.box_key, event.role)
    members = {**before.members, member.worker: member}
    _keeps_manager(members)
    # A reviewer no longer writes, so that change ends a standing as a removal does; any other
    # leaves earlier signatures good.
    at = event.at if event.role == Role.REVIEWER else None
    ended = _end(before.tenures, [member.worker], grown.length, at)
    return replace(grown, members=members, tenures=_start(ended, member, grown.length))


def _rotate(before: Organisation, grown: Organisation, event: Rotate) -> Organisation:
    if event.generation != before.generation.number + 1:
        raise NotAllowed("generations go up by one")
    if any(event.box_key == generation.box_key for generation in before.generations):
        raise NotAllowed("a rotation brings a new key")
    check_box_key(event.box_key)
    removed = set(event.removed)
    if list(event.removed) != sorted(removed) or not removed <= set(before.members):
        raise NotAllowed("a removal names members, each once, in order")
    if event.author in removed:
        raise NotAllowed("whoever makes a new secret holds it, so nobody removes themselves")
    members = {worker: m for worker, m in before.members.items() if worker not in removed}
    _keeps_manager(members)
    boxes = _boxes_for(members, event.boxes)
    generation = Generation(event.generation, event.box_key, grown.length, event.archive_hash)
    return replace(
        grown,
        members=members,
        tenures=_end(before.tenures, event.removed, grown.length, event.at),
        generations=(*before.generations, generation),
        boxes=boxes,
    )


_Tenures = Mapping[bytes, tuple[Tenure, ...]]


def _end(tenures: _Tenures, workers: Iterable[bytes], length: int, at: int | None) -> _Tenures:
    ended = dict(tenures)
    for worker in workers:
        stretches = ended.get(worker, ())
        if stretches and stretches[-1].until is None:
            ended[worker] = (*stretches[:-1], replace(stretches[-1], until=length, until_at=at))
    return ended


def _start(tenures: _Tenures, member: Member, length: int) -> _Tenures:
    return {**tenures, member.worker: (*tenures.get(member.worker, ()), Tenure(member, length))}


def _keeps_manager(members: Mapping[bytes, Member]) -> None:
    if not any(member.role == Role.MANAGER for member in members.values()):
        raise NotAllowed("an organisation keeps at least one manager")
