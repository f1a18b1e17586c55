"""Invented people, organisations and an authority: everything follows from names.

Nothing is random unless ``real`` is asked for, which seals real boxes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from crypto import accreditation as authority
from crypto import organisation as chains
from crypto.accreditation import Accreditation, OrganisationKind, Root, Signed, Withdrawal
from crypto.encoding import pack
from crypto.errors import NotAllowed
from crypto.organisation import Event, Member, Organisation, Role, SignedEvent, WorkerBox, key_hash
from crypto.private import boxes
from crypto.private.secrets import OrganisationSecret, WorkerSecret
from crypto.signing import SigningKey

START = 1_780_000_000_000
"""When everything here begins, UTC milliseconds."""
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
HUB = "hub.example"


def seed(label: str) -> bytes:
    """32 bytes that follow from ``label``."""
    return hashlib.sha256(b"kith tests\x00" + label.encode()).digest()


def some_id(label: str) -> bytes:
    """16 bytes that follow from ``label``."""
    return seed("id " + label)[:16]


class Person:
    """One worker (or a kit): an id and a secret. ``renewed`` is the same person with a new secret."""

    def __init__(self, name: str, attempt: int = 1) -> None:
        self.name = name
        self.attempt = attempt
        self.id = some_id(name)
        self.secret = WorkerSecret(seed(f"{name} secret {attempt}"))

    def member(self, role: int) -> Member:
        """Their place in an organisation."""
        return Member(self.id, self.secret.signing.public, self.secret.box.public, role)

    def renewed(self) -> Person:
        """The same person after "Replace my words"."""
        return Person(self.name, self.attempt + 1)


class House:
    """One organisation with its chain, its secrets and its people."""

    def __init__(self, name: str, *, at: int = START, real: bool = False) -> None:
        self.name = name
        self.real = real
        self.id = some_id(name)
        self.at = at
        self.manager = Person(f"{name} manager")
        self.kit = Person(f"{name} kit")
        self.people = {person.id: person for person in (self.manager, self.kit)}
        self.secrets = [self._secret(1)]
        self.boxes: dict[bytes, bytes] = {}
        """worker -> box of the generation in force (real ones only)."""
        self.archives: dict[int, bytes] = {}
        self.events = [self.genesis()]
        self.chain = chains.begin(self.events[0])

    @property
    def secret(self) -> OrganisationSecret:
        """The one in force."""
        return self.secrets[-1]

    def genesis(self) -> SignedEvent:
        """The founding event."""
        members = [self.manager.member(Role.MANAGER), self.kit.member(Role.KIT)]
        event = chains.Genesis(
            1, self.id, self.at, members[0], members[1], self.secret.box.public, self._box_all(members)
        )
        return sign_event(Event.GENESIS, event, self.manager)

    def admitting(
        self, person: Person, role: int = Role.WORKER, by: Person | None = None, **changes: Any
    ) -> SignedEvent:
        """An admission, not yet in the chain. ``changes`` replace fields of the event."""
        by = by or self.manager
        member = person.member(role)
        event = chains.Admit(
            1,
            self.id,
            self.chain.head,
            self.chain.at + MINUTE,
            by.id,
            member,
            self.secret.generation,
            self._box(member),
        )
        return sign_event(Event.ADMIT, msgspec.structs.replace(event, **changes), by)

    def changing_role(
        self, person: Person, role: int, by: Person | None = None, **changes: Any
    ) -> SignedEvent:
        """A change of role, not yet in the chain."""
        by = by or self.manager
        event = chains.RoleChange(1, self.id, self.chain.head, self.chain.at + MINUTE, by.id, person.id, role)
        return sign_event(Event.ROLE, msgspec.structs.replace(event, **changes), by)

    def rotating(
        self, removed: Iterable[Person] = (), by: Person | None = None, **changes: Any
    ) -> SignedEvent:
        """A rotation, not yet in the chain."""
        by = by or self.manager
        secret = self._secret(self.secret.generation + 1)
        gone = sorted(person.id for person in removed)
        stay = [member for worker, member in self.chain.members.items() if worker not in gone]
        archive = b"archive"
        if self.real:
            archive = secret.archive(self.id, self.secret)
            self.archives[secret.generation] = archive
        event = chains.Rotate(
            1,
            self.id,
            self.chain.head,
            self.chain.at + MINUTE,
            by.id,
            secret.generation,
            secret.box.public,
            hashlib.sha256(archive).digest(),
            tuple(gone),
            self._box_all(stay, secret),
        )
        return sign_event(Event.ROTATE, msgspec.structs.replace(event, **changes), by)

    def take(self, event: SignedEvent) -> Organisation:
        """Put an event into the chain."""
        self.chain = self.chain.extend(event)
        self.events.append(event)
        return self.chain

    def admit(self, person: Person, role: int = Role.WORKER, by: Person | None = None) -> Person:
        """Admit someone; returns them."""
        self.take(self.admitting(person, role, by))
        self.people[person.id] = person
        return person

    def rotate(self, removed: Iterable[Person] = (), by: Person | None = None) -> None:
        """A new generation."""
        self.take(self.rotating(removed, by))
        self.secrets.append(self._secret(self.secret.generation + 1))

    def _secret(self, generation: int) -> OrganisationSecret:
        return OrganisationSecret(seed(f"{self.name} organisation {generation}"), generation)

    def _box_all(
        self, members: Iterable[Member], secret: OrganisationSecret | None = None
    ) -> tuple[WorkerBox, ...]:
        ordered = sorted(members, key=lambda member: member.worker)
        return tuple(WorkerBox(member.worker, self._box(member, secret)) for member in ordered)

    def _box(self, member: Member, secret: OrganisationSecret | None = None) -> bytes:
        secret = secret or self.secret
        info = boxes.organisation_info(self.id, secret.generation, member.worker, key_hash(member.box_key))
        if not self.real:
            return hashlib.sha256(info).digest()
        self.boxes[member.worker] = boxes.seal(member.box_key, secret.raw, info)
        return chains.box_hash(self.boxes[member.worker])


def sign_event(kind: Event, event: Any, by: Person) -> SignedEvent:
    """Sign one event of an organisation's chain."""
    payload = pack(event)
    return SignedEvent(int(kind), payload, by.secret.signing.sign(kind.signature_type, payload))


class World:
    """An authority, its hub, and what a reader has verified of every organisation: a Directory."""

    def __init__(self) -> None:
        self.keys = [SigningKey(seed(f"authority {number}")) for number in range(3)]
        self.receipt = SigningKey(seed("receipt key"))
        self.checkpoint = SigningKey(seed("checkpoint key"))
        self.signed_root = self.sign_root()
        self.root = authority.verify_root(self.signed_root)
        self.houses: dict[bytes, House] = {}
        self.accreditations: dict[bytes, Accreditation] = {}
        self.signed: dict[bytes, Signed] = {}
        self.listed: dict[bytes, bytes] = {}
        """organisation -> digest of the accreditation that new listings name."""
        self.withdrawn: list[Withdrawal] = []

    def new_root(self, **changes: Any) -> Root:
        """The first root, with ``changes``."""
        root = Root(
            version=1,
            number=1,
            previous=authority.NO_ROOT,
            at=START,
            threshold=2,
            keys=tuple(key.public for key in self.keys),
            hub=HUB,
            receipt_keys=(self.receipt.public,),
            checkpoint_keys=(self.checkpoint.public,),
            witnesses=(),
        )
        return msgspec.structs.replace(root, **changes)

    def sign_root(self, **changes: Any) -> Signed:
        """The first root as it travels."""
        return authority.sign("root", self.new_root(**changes), self.keys)

    def house(
        self, name: str, kind: OrganisationKind = OrganisationKind.PARTNER, *, real: bool = False
    ) -> House:
        """Found and accredit an organisation."""
        house = House(name, real=real)
        self.houses[house.id] = house
        self.accredit(house, kind)
        return house

    def accredit(
        self, house: House, kind: OrganisationKind = OrganisationKind.PARTNER, **changes: Any
    ) -> bytes:
        """Accredit an organisation for ten years; returns the digest that listings name."""
        document = Accreditation(
            1, house.id, house.name, f"{house.name.lower().replace(' ', '-')}.example", int(kind),
            house.chain.genesis, START - DAY, START + 3650 * DAY, 1,
        )  # fmt: skip
        document = msgspec.structs.replace(document, **changes)
        signed = authority.sign("accreditation", document, self.keys[:2])
        digest = authority.digest(signed)
        self.accreditations[digest] = authority.verify_accreditation(self.root, signed)
        self.signed[digest] = signed
        self.listed[house.id] = digest
        return digest

    def withdraw(self, house: House, at: int) -> Withdrawal:
        """End an accreditation early."""
        document = Withdrawal(1, house.id, self.listed[house.id], at, 1)
        signed = authority.sign("withdrawal", document, self.keys[:2])
        self.withdrawn.append(authority.verify_withdrawal(self.root, signed))
        return self.withdrawn[-1]

    def organisation(self, organisation: bytes) -> Organisation:
        """The verified chain (Directory)."""
        if organisation not in self.houses:
            raise NotAllowed("that organisation is not known")
        return self.houses[organisation].chain

    def accreditation(self, digest: bytes) -> Accreditation:
        """The verified accreditation (Directory)."""
        if digest not in self.accreditations:
            raise NotAllowed("that accreditation is not known")
        return self.accreditations[digest]

    def withdrawals(self, organisation: bytes) -> Sequence[Withdrawal]:
        """All verified withdrawals (Directory)."""
        return [document for document in self.withdrawn if document.organisation == organisation]
