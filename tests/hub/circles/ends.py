"""An end in a few lines, for tests: it seals, signs and numbers entries as a keyholder does, with real
keys."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from crypto import entries as e
from crypto.encoding import to_array
from crypto.entries import Entry, Header, Kind, Listing
from crypto.organisation import Organisation
from crypto.private import bodies, boxes, content
from crypto.statements import Act, Object, ObjectKind
from tests.hub.build import End, Team, raw, statement_json
from tests.hub.running import Answer

TITLE = "A circle for J"


@dataclass(frozen=True)
class Office:
    """One organisation as listings name it."""

    team: Team

    @property
    def id(self) -> bytes:
        return self.team.id

    @property
    def chain(self) -> Organisation:
        return self.team.house.chain

    @property
    def accreditation(self) -> bytes:
        return self.team.listed


@dataclass(frozen=True)
class Author:
    """Who signs: an end, and the organisation it speaks for."""

    end: End
    office: Office

    @property
    def worker(self) -> bytes:
        return self.end.id

    @property
    def organisation(self) -> bytes:
        return self.office.id


def manager(team: Team) -> Author:
    return Author(team.manager, Office(team))


def worker(team: Team) -> Author:
    return Author(team.worker, Office(team))


@dataclass
class Made:
    """An entry ready to be sent, and what became of it."""

    entry: Entry
    header: Header
    body: bytes
    boxes: list[bytes]

    def json(self) -> dict[str, Any]:
        return {
            "header": self.entry.header,
            "signature": self.entry.signature,
            "body": self.body,
            "boxes": self.boxes,
        }


@dataclass
class Thread:
    """What every end of a circle knows, kept in one place: heads, epoch key, who wrote last, who is in."""

    now: int
    id: bytes = b""
    nonce: bytes = field(default_factory=lambda: os.urandom(16))
    epoch: int = 1
    key: bytes = field(default_factory=lambda: os.urandom(32))
    control_head: bytes = b""
    heads: list[bytes] = field(default_factory=list)
    authors: dict[bytes, bytes] = field(default_factory=dict)
    members: dict[bytes, Office] = field(default_factory=dict)
    pending: dict[bytes, Office] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        return len(self.heads) - 1

    def box(self, office: Office, key: bytes | None = None) -> bytes:
        """An epoch key's box to that office's newest generation."""
        generation = office.chain.generation
        info = boxes.epoch_info(
            self.id, self.epoch, self.control_head, office.id, generation.number, generation.key_hash
        )
        return boxes.seal(generation.box_key, key or self.key, info)

    def listing(self, office: Office, box: bytes) -> Listing:
        generation = office.chain.generation
        digest = hashlib.sha256(box).digest()
        return Listing(
            office.id, office.chain.head, generation.number, generation.key_hash, office.accreditation, digest
        )

    def opening(self, owner: Author) -> Made:
        """Open the circle."""
        office = owner.office
        seed = Header(
            1, Kind.OPEN, bytes(32), 1, owner.worker, office.id, office.chain.head, bytes(32), 0, bytes(32),
            e.NOTHING, self.now, (), b"",
        )  # fmt: skip
        self.id = e.circle_id(seed, self.nonce)
        self.control_head = e.head_zero(self.id)
        self.heads = [self.control_head]
        box = self.box(office)
        commitment = content.commitment(self.id, 1, self.key)
        facts = e.Open(self.nonce, (self.listing(office, box),), (), commitment)
        self.members[office.id] = office
        return self.make(owner, Kind.OPEN, facts, bodies.About(1, "Ann", TITLE, "R1", "", ""), [box])

    def make(
        self,
        author: Author,
        kind: int,
        facts: Any,
        body: Any = None,
        carried: Sequence[bytes] = (),
        **changed: Any,
    ) -> Made:
        """Any entry, sealed under the epoch's key; ``changed`` header fields are signed as they are."""
        header = Header(
            1, kind, self.id, self.epoch, author.worker, author.organisation, author.office.chain.head,
            self.control_head, self.seq, self.heads[-1], self.authors.get(author.worker, e.NOTHING), self.now,
            tuple(to_array(facts)), b"",
        )  # fmt: skip
        header = structs.replace(header, **changed)
        said = body if body is not None else bodies.Asked(1, "Ann", "", "as we said")
        sealed = bodies.seal_body(content.entry_key(self.key, e.header_id(header)), header, said)
        header = structs.replace(header, sealed_hash=e.body_hash(sealed))
        return Made(e.sign_entry(header, author.end.signing), header, sealed, list(carried))

    def message(self, author: Author, text: str = "hello", **changed: Any) -> Made:
        return self.make(author, Kind.MESSAGE, e.Message(None), bodies.Said(1, "Ann", text, ()), **changed)

    def restricted(self, author: Author, *offices: Office) -> Made:
        carried = [os.urandom(1168) for _ in offices]
        hashes = tuple(hashlib.sha256(box).digest() for box in carried)
        facts = e.Message(e.Restricted(os.urandom(16), hashes))
        return self.make(author, Kind.MESSAGE, facts, bodies.Said(1, "Ann", "hush", ()), carried)

    def invite(self, author: Author, office: Office, due: int | None = None) -> Made:
        box = self.box(office)
        carried = [os.urandom(1168) for _ in range(len(self.members) + 1)]
        body_boxes = tuple(hashlib.sha256(each).digest() for each in carried)
        due = due or self.now + 86_400_000
        facts = e.Invite(self.listing(office, box), due, os.urandom(16), body_boxes, ())
        return self.make(author, Kind.INVITE, facts, carried=[box, *carried])

    def accept(self, author: Author, invite: Made) -> Made:
        return self.make(author, Kind.ACCEPT, e.Accept(invite.entry.hash))

    def decline(self, author: Author, invite: Made, reason: int = 1) -> Made:
        return self.make(author, Kind.DECLINE, e.Decline(invite.entry.hash, reason))

    def rekey(self, author: Author, *removed: bytes, reason: int = 1) -> Made:
        """A new epoch for who stays. The thread moves to it once it is ``placed``."""
        following = replace(self, epoch=self.epoch + 1, key=os.urandom(32))
        found: list[list[tuple[Listing, bytes]]] = []
        for group in (self.members, self.pending):
            offices = [office for _, office in sorted(group.items()) if office.id not in removed]
            found.append(
                [(self.listing(office, box), box) for office in offices for box in [following.box(office)]]
            )
        facts = e.Rekey(
            tuple(listing for listing, _ in found[0]),
            tuple(listing for listing, _ in found[1]),
            tuple(sorted(removed)),
            content.commitment(self.id, following.epoch, following.key),
            reason,
        )
        self.next_key = following.key
        return following.make(author, Kind.REKEY, facts, carried=[box for group in found for _, box in group])

    def placed(self, made: Made, receipt: dict[str, Any]) -> None:
        """The hub took it: move on."""
        self.heads.append(raw(receipt["head"]))
        self.authors[made.header.worker] = made.entry.hash
        if made.header.is_control:
            self.control_head = made.entry.hash
            self._changed(made)

    def _changed(self, made: Made) -> None:
        facts = e.read_facts(made.header)
        if made.header.kind == Kind.ACCEPT and made.header.organisation in self.pending:
            self.members[made.header.organisation] = self.pending.pop(made.header.organisation)
        elif made.header.kind == Kind.DECLINE:
            self.pending.pop(made.header.organisation, None)
        elif made.header.kind == Kind.REKEY:
            self.epoch, self.key = made.header.epoch, self.next_key
            for organisation in facts.removed:
                self.members.pop(organisation, None)
                self.pending.pop(organisation, None)


def fetching(
    author: Author, circle: bytes, seqs: range = range(1, 101), epochs: range = range(0), **changes: Any
) -> dict[str, Any]:
    """The body of a fetch."""
    objects = [Object(ObjectKind.ENTRIES, circle, seqs.start, seqs.stop)] if seqs else []
    if epochs:
        objects.append(Object(ObjectKind.KEYS, circle, epochs.start, epochs.stop))
    return {"statement": statement_json(author.end.statement(Act.FETCHED, circle, objects, **changes))}


class Circle:
    """One circle on a running hub: its thread, and what its people do with it over HTTP."""

    def __init__(self, now: int) -> None:
        self.thread = Thread(now)

    @classmethod
    async def opened(cls, owner: Author) -> Circle:
        made = cls(owner.end.running.clock.now)
        await made.post(owner, made.thread.opening(owner))
        return made

    @property
    def id(self) -> bytes:
        return self.thread.id

    @property
    def path(self) -> str:
        return f"/v1/circles/{self.id.hex()}"

    async def send(self, author: Author, made: Made, **more: Any) -> Answer:
        """Send an entry; what the ends know does not move."""
        return await author.end.ask("POST", f"{self.path}/entries", made.json() | more)

    async def post(self, author: Author, made: Made) -> dict[str, Any]:
        """Send an entry that must be taken, and move on. Its receipt."""
        answer = await self.send(author, made)
        assert answer.status == 201, answer.body
        self.thread.placed(made, answer.body)
        return dict(answer.body)

    async def say(self, author: Author, text: str = "hello") -> Made:
        made = self.thread.message(author, text)
        await self.post(author, made)
        return made

    async def invite(self, owner: Author, team: Team) -> Made:
        made = self.thread.invite(owner, Office(team))
        await self.post(owner, made)
        self.thread.pending[team.id] = Office(team)
        return made

    async def join(self, owner: Author, author: Author) -> None:
        """Invite an organisation, which accepts at once."""
        invite = await self.invite(owner, author.office.team)
        await self.post(author, self.thread.accept(author, invite))

    async def fetch(self, author: Author, *what: range, **changes: Any) -> Answer:
        return await author.end.ask("POST", f"{self.path}/fetch", fetching(author, self.id, *what, **changes))

    async def headers(self, author: Author, after: int = 0) -> Answer:
        return await author.end.ask("GET", f"{self.path}/headers?after={after}")
