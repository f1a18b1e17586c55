"""A small world made by the Python end alone, on a running hub: an authority, organisations, people at work.

    world = await build_world(hub)
    vcu, shelter = world.vcu.manager, world.shelter.manager
    circle = await vcu.open_circle("Circle for J")

Only the stretching of words is made quick; ``conftest`` does that for every test that does not ask for the
real one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crypto.accreditation import OrganisationKind
from hub.accounts import service as accounts
from hub.organisations import service as organisations
from keyholder.authority import AuthorityKeys, Trust, publish
from keyholder.circle import CircleView
from keyholder.connection import Connection
from keyholder.end import End
from keyholder.enrolment import Founded, found, join
from policies.documents import Found
from tests.hub.running import RunningHub

DAY = 24 * 60 * 60 * 1000


@dataclass
class House:
    """An organisation: who founded it, its accreditation, its manager signed in."""

    name: str
    kind: OrganisationKind
    founded: Founded
    accreditation: bytes = b""
    manager: End = field(init=False)

    @property
    def id(self) -> bytes:
        return self.founded.organisation


@dataclass
class Colleague:
    """A worker who enrolled and was admitted."""

    address: str
    words: str = field(repr=False)
    worker: bytes
    end: End = field(init=False)


@dataclass
class World:
    """Everything. ``url`` is where ends connect to: the hub, or something in front of it."""

    hub: RunningHub
    url: str
    stack: AsyncExitStack
    folder: Path | None = None
    keys: AuthorityKeys = field(default_factory=AuthorityKeys.generate)
    packed_root: bytes = b""
    vcu: House = field(init=False)
    shelter: House = field(init=False)
    steps: House = field(init=False)

    @property
    def trust(self) -> Trust:
        return Trust.read(self.packed_root)

    async def connection(self) -> Connection:
        """A connection of its own."""
        return await self.stack.enter_async_context(Connection(self.url))

    async def begin(self) -> None:
        """The commissioner makes a root; the operator names it."""
        hub = self.hub.hub
        self.packed_root = self.keys.root(
            hub.settings.hub_name,
            [hub.keys.receipt_public],
            [hub.keys.checkpoint_public],
            at=self.hub.clock(),
        )
        async with hub.database.write() as unit:
            await organisations.trust(unit, hub, self.packed_root, self.hub.clock())

    async def found(self, name: str, kind: OrganisationKind) -> House:
        """An organisation, founded and accredited, its manager signed in."""
        mail = f"manager@{name.lower()}.example"
        async with self.hub.database.write() as unit:
            link = await accounts.invite_founder(unit, self.hub.hub, mail, self.hub.clock())
        connection = await self.connection()
        address = f"{name.lower()}-manager"
        device = self.device(address)
        founded = await found(connection, self.trust, link, address, self.hub.clock, device)
        house = House(name, kind, founded)
        house.accreditation = await self.accredit(house)
        house.manager = await self.sign_in(founded.address, founded.words, name=f"{name} manager")
        return house

    async def accredit(self, house: House, **changes: Any) -> bytes:
        """The authority vouches for an organisation."""
        now = self.hub.clock()
        told: dict[str, Any] = {
            "organisation": house.founded.organisation,
            "legal_name": house.name,
            "domain": f"{house.name.lower()}.example",
            "kind": house.kind,
            "genesis": house.founded.genesis,
            "valid_from": now - DAY,
            "valid_to": now + 3650 * DAY,
        }
        signed = self.keys.accredit(self.packed_root, **(told | changes))
        async with Connection(self.hub.url) as connection:
            await publish(connection, "accreditation", signed)
        return signed

    async def withdraw(self, house: House) -> None:
        """The authority ends an accreditation, as of now."""
        signed = self.keys.withdraw(self.packed_root, house.accreditation, at=self.hub.clock(), reason=1)
        async with Connection(self.hub.url) as connection:
            await publish(connection, "withdrawal", signed)

    @staticmethod
    def device(address: str) -> bytes:
        """The token of the device on which somebody enrols and works."""
        return hashlib.sha256(f"device of {address.lower()}".encode()).digest()

    async def sign_in(self, address: str, words: str, name: str = "", folder: Path | None = None) -> End:
        """A signed-in end on a connection of its own."""
        connection = await self.connection()
        return await End.sign_in(
            connection,
            self.trust,
            address,
            words,
            name=name,
            folder=folder or self.folder,
            clock=self.hub.clock,
            device=self.device(address),
        )

    async def again(self, house: House, folder: Path | None = None) -> End:
        """The house's manager, signed in once more, as from another device."""
        return await self.sign_in(house.founded.address, house.founded.words, f"{house.name} manager", folder)

    async def colleague(self, house: House, name: str, role: str = "worker") -> Colleague:
        """Somebody new: invited, enrolled, admitted by their spoken words, signed in."""
        invitation = await house.manager.team.invite(f"{name}@{house.name.lower()}.example", role)
        address = f"{house.name}-{name}"
        link, device = self.link(invitation), self.device(address)
        joined = await join(await self.connection(), self.trust, link, address, device)
        worker = await house.manager.team.admit(joined.spoken, role)
        colleague = Colleague(joined.address, joined.words, worker)
        colleague.end = await self.sign_in(joined.address, joined.words, name=name)
        return colleague

    def link(self, invitation: bytes) -> str:
        """The link that the hub mails."""
        token = self.hub.hub.keys.derive("enrolment-link", invitation)
        return "https://hub.example/enrol#" + base64.urlsafe_b64encode(token).rstrip(b"=").decode()

    async def shared_circle(self) -> tuple[CircleView, CircleView]:
        """A circle of the victim care unit's with the shelter in it: the same, from both sides."""
        ours = await self.vcu.manager.open_circle("Circle for J", "R-1")
        await ours.invite(self.shelter.id, "Please help with a safe place.")
        theirs = self.shelter.manager.circle(ours.id)
        await theirs.accept("We will.")
        return ours, theirs


@asynccontextmanager
async def building(
    hub: RunningHub, url: str | None = None, folder: Path | None = None
) -> AsyncIterator[World]:
    """A world that is put down at the end."""
    async with AsyncExitStack() as stack:
        world = World(hub, url or hub.url, stack, folder)
        await world.begin()
        world.vcu = await world.found("Harbour", OrganisationKind.VCU)
        world.shelter = await world.found("Shelter", OrganisationKind.PARTNER)
        yield world


def looked_at(path: Path) -> Found:
    """A look at a text file's bytes, for tests."""
    data = path.read_bytes()
    kind = "application/pdf" if data.startswith(b"%PDF") else "text/plain"
    return Found(path.name, len(data), kind)
