"""Invented authorities, organisations and circles for tests: everything follows from names.

Nothing is random unless ``real`` is asked for, which seals real boxes and bodies. Without it a box
or body is only a hash of what it would be for, which is all that replay looks at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from crypto import entries, facts
from crypto import organisation as chains
from crypto.accreditation import OrganisationKind
from crypto.circle import Placed
from crypto.encoding import to_array
from crypto.entries import Entry, Header, Kind, Listing
from crypto.log import Log, Verified, author
from crypto.private import bodies, boxes, content
from tests.crypto.people import DAY, HUB, MINUTE, START, House, Person, World, seed, sign_event, some_id

__all__ = [
    "DAY",
    "HUB",
    "MINUTE",
    "START",
    "House",
    "Person",
    "Ring",
    "World",
    "default_body",
    "placed",
    "seed",
    "sign_event",
    "small_world",
    "some_id",
]


class Ring:
    """One circle, opened by ``owner``, with its keys and every entry in it."""

    def __init__(
        self,
        world: World,
        owner: House,
        name: str = "circle",
        *,
        by: Person | None = None,
        real: bool = False,
    ) -> None:
        self.world = world
        self.owner = owner
        self.name = name
        self.real = real
        self.now = START + DAY
        self.keys: list[bytes] = [seed(f"{name} epoch 1")]
        self.boxes: dict[bytes, bytes] = {}
        """box hash -> box (real ones only)."""
        self.bodies: dict[bytes, bytes] = {}
        """entry hash -> sealed body (real ones only)."""
        self.taken: list[tuple[Entry, int]] = []
        self.nonce = some_id(f"{name} nonce")
        self.id = bytes(32)
        self.log = Log(self.id)
        opening = self.opening(by or owner.manager)
        self.log = Log(self.id)
        self.take(opening)

    def opening(self, by: Person) -> Entry:
        """The first entry; sets the circle's id."""
        blank = self.header(Kind.OPEN, self.owner, by, entries.Message(None))
        self.id = entries.circle_id(blank, self.nonce)
        self.log = Log(self.id)
        listing = self.listing(self.owner, 1, self.log.head)
        said = entries.Open(self.nonce, (listing,), (), content.commitment(self.id, 1, self.keys[0]))
        return self.entry(Kind.OPEN, said, self.owner, by)

    @property
    def circle(self) -> Any:
        """The state after the last entry."""
        assert self.log.circle is not None
        return self.log.circle

    def header(self, kind: int, house: House, by: Person, said: Any, **changes: Any) -> Header:
        """A header as its author would write it now, with ``changes``; not sealed yet."""
        circle = self.log.circle
        epoch = 1 if circle is None else circle.epoch.number + (kind == Kind.REKEY)
        header = Header(
            version=1,
            kind=int(kind),
            circle=self.id,
            epoch=epoch,
            worker=by.id,
            organisation=house.id,
            organisation_head=house.chain.head,
            control_head=self.log.head if circle is None else circle.control_head,
            seen_seq=self.log.seq,
            seen_head=self.log.head,
            author_prev=entries.NOTHING,
            sent_at=self.now,
            facts=tuple(to_array(said)),
            sealed_hash=b"",
        )
        header = msgspec.structs.replace(
            header, author_prev=self.log.authors.get(author(header), entries.NOTHING)
        )
        return msgspec.structs.replace(header, **changes)

    def entry(
        self,
        kind: int,
        said: Any,
        house: House | None = None,
        by: Person | None = None,
        *,
        body: Any = None,
        key: bytes | None = None,
        **changes: Any,
    ) -> Entry:
        """A signed entry, not yet in the log. ``body`` is sealed under ``key`` (the entry's own by
        default) when the ring is real."""
        house = house or self.owner
        by = by or house.manager
        header = self.header(kind, house, by, said, **changes)
        if "sealed_hash" in changes:
            return entries.sign_entry(header, by.secret.signing)
        sealed = self.seal(header, body, key)
        header = msgspec.structs.replace(header, sealed_hash=entries.body_hash(sealed))
        entry = entries.sign_entry(header, by.secret.signing)
        self.bodies[entry.hash] = sealed
        return entry

    def seal(self, header: Header, body: Any, key: bytes | None) -> bytes:
        """The sealed body, or a stand-in."""
        if not self.real:
            return b"body of " + entries.header_id(header)
        key = key or content.entry_key(self.keys[header.epoch - 1], entries.header_id(header))
        return bodies.seal_body(key, header, body or default_body(header.kind))

    def take(self, entry: Entry, received_at: int | None = None) -> Verified:
        """Put an entry into the log."""
        self.now = self.now + 1000 if received_at is None else received_at
        verified = self.log.extend(entry, self.now, self.world)
        self.taken.append((entry, self.now))
        return verified

    def post(
        self, kind: int, said: Any, house: House | None = None, by: Person | None = None, **more: Any
    ) -> Verified:
        """Write an entry and put it into the log."""
        return self.take(self.entry(kind, said, house, by, **more))

    def listing(self, house: House, epoch: int, control_head: bytes, **changes: Any) -> Listing:
        """An organisation's place in an epoch, with a box for it."""
        generation = house.chain.generation
        info = boxes.epoch_info(
            self.id, epoch, control_head, house.id, generation.number, generation.key_hash
        )
        listing = Listing(
            house.id,
            house.chain.head,
            generation.number,
            generation.key_hash,
            self.world.listed[house.id],
            self.box(generation.box_key, self.keys[epoch - 1], info),
        )
        return msgspec.structs.replace(listing, **changes)

    def box(self, public: bytes, plaintext: bytes, info: bytes) -> bytes:
        """Box something; returns the hash."""
        if not self.real:
            return hashlib.sha256(info).digest()
        sealed = boxes.seal(public, plaintext, info)
        self.boxes[chains.box_hash(sealed)] = sealed
        return chains.box_hash(sealed)

    def body_box(self, house: House, nonce: bytes, by: Person, key: bytes) -> bytes:
        """The box of an own body key, for an invitation or a restricted entry."""
        generation = house.chain.generation
        info = boxes.body_info(self.id, nonce, by.id, house.id, generation.number, generation.key_hash)
        return self.box(generation.box_key, key, info)

    def invitation(self, house: House, by: Person | None = None, **changes: Any) -> facts.Invite:
        """The facts of an invitation."""
        by = by or self.owner.manager
        nonce = some_id(f"{self.name} invitation {self.log.seq}")
        key = self.invitation_key(nonce)
        readers = [self.world.houses[member] for member in self.circle.members]
        said = facts.Invite(
            self.listing(house, self.circle.epoch.number, self.circle.control_head),
            self.now + DAY,
            nonce,
            tuple(self.body_box(reader, nonce, by, key) for reader in [*readers, house]),
            (),
        )
        return msgspec.structs.replace(said, **changes)

    def invitation_key(self, nonce: bytes) -> bytes:
        """The own key of an invitation's body, and of its answer's."""
        return seed(f"{self.name} body key {nonce.hex()}")

    def invite(self, house: House) -> Verified:
        """Ask an organisation in."""
        said = self.invitation(house)
        return self.post(Kind.INVITE, said, key=self.invitation_key(said.nonce))

    def join(self, house: House, by: Person | None = None) -> None:
        """Ask an organisation in, and let it accept."""
        invited = self.invite(house)
        key = self.invitation_key(invited.facts.nonce)
        self.post(Kind.ACCEPT, facts.Accept(invited.placed.hash), house, by, key=key)

    def new_epoch(self, removed: Iterable[House] = (), **changes: Any) -> facts.Rekey:
        """The facts of a rekey; the new key is kept once the entry is taken by ``rekey``."""
        number = self.circle.epoch.number + 1
        self.keys[number - 1 :] = [seed(f"{self.name} epoch {number}")]
        gone = {house.id for house in removed}
        head = self.circle.control_head
        said = facts.Rekey(
            tuple(self._listings(self.circle.members, gone, number, head)),
            tuple(self._listings(self.circle.pending, gone, number, head)),
            tuple(sorted(gone)),
            content.commitment(self.id, number, self.keys[number - 1]),
            0,
        )
        return msgspec.structs.replace(said, **changes)

    def _listings(self, present: Iterable[bytes], gone: set[bytes], epoch: int, head: bytes) -> list[Listing]:
        return [self.listing(self.world.houses[org], epoch, head) for org in sorted(set(present) - gone)]

    def rekey(
        self, house: House | None = None, removed: Iterable[House] = (), by: Person | None = None
    ) -> Verified:
        """Make and take a new epoch."""
        return self.post(Kind.REKEY, self.new_epoch(removed), house, by)

    def say(self, house: House | None = None, by: Person | None = None, text: str = "Hello") -> Verified:
        """Post a message."""
        return self.post(Kind.MESSAGE, facts.Message(None), house, by, body=bodies.Said(1, "Ann", text, ()))

    def replayed(self) -> Log:
        """The same history as a new reader verifies it."""
        log = Log(self.id)
        for entry, received_at in self.taken:
            log.extend(entry, received_at, self.world)
        return log


def default_body(kind: int) -> Any:
    """Some body of the right type."""
    if kind in (Kind.OPEN, Kind.DETAILS):
        return bodies.About(1, "Ann", "A circle", "R1", "", "")
    if kind == Kind.PLAN:
        return bodies.CarePlan(1, "Ann", "What we do", (bodies.Need(1, "somewhere safe", False),))
    if kind == Kind.MESSAGE:
        return bodies.Said(1, "Ann", "Hello", ())
    return bodies.Asked(1, "Ann", "Please", "help")


def placed(seq: int = 1, received_at: int = START, label: str = "placed") -> Placed:
    """A place in a log, where only the place matters."""
    return Placed(seed(label), seq, received_at)


def small_world() -> tuple[World, Ring, House, House]:
    """A victim care unit's circle with one partner in it, and another partner outside."""
    world = World()
    unit = world.house("Unit", OrganisationKind.VCU)
    partner, other = world.house("Partner"), world.house("Other")
    ring = Ring(world, unit)
    ring.join(partner)
    return world, ring, partner, other
