"""How the people come to hold keys: founding, accreditation, enrolment, admission, signing in.

Every step goes the way real people go: the link from the caught mail, the words read aloud, the
manager who types them, the authority that checks by telephone.
"""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from demo.cast import Held, House, Memory, Person
from demo.stage import DAY, MINUTE, Stage, enrol_token
from hub.accounts import service as accounts
from hub.organisations import service as organisations
from keyholder.authority import AuthorityKeys, Trust, publish
from keyholder.connection import Connection
from keyholder.devices import token
from keyholder.end import End
from keyholder.enrolment import found, join
from keyholder.errors import KeyholderError

FRESH = 15 * MINUTE
YEARS = 3 * 365 * DAY


@dataclass(slots=True)
class Troupe:
    """Everybody on the stage: ``ends`` by person, ``doors`` to the hub, ``ids`` by organisation."""

    stage: Stage
    connection: Connection
    memory: Memory
    trust: Trust
    ends: dict[str, End] = field(default_factory=dict)
    doors: AsyncExitStack = field(default_factory=AsyncExitStack)
    ids: dict[str, bytes] = field(default_factory=dict)
    fresh_until: dict[str, int] = field(default_factory=dict)

    async def be(self, key: str) -> End:
        """One of the people at work: signed in anew when their session has grown old."""
        end = self.ends.get(key)
        if end is not None and self.stage.clock() < self.fresh_until.get(key, 0):
            return end
        return await self.sign_in(key)

    async def sign_in(self, key: str) -> End:
        """Sign one person in with their words."""
        held = self.memory.person(key)
        folder = self.folder(key)
        connection = await self.doors.enter_async_context(Connection(self.stage.url))
        end = await End.sign_in(
            connection,
            self.trust,
            held.address,
            held.words,
            name=held.name,
            folder=folder,
            clock=self.stage.clock,
            device=self.device(key, held.address),
        )
        self.ends[key] = end
        self.fresh_until[key] = self.stage.clock() + FRESH
        return end

    def folder(self, key: str) -> Path:
        """What stands for one person's device."""
        return self.stage.home / "ends" / key

    def device(self, key: str, address: str) -> bytes | None:
        """By what the hub knows that device again."""
        return token(self.folder(key), self.trust.hub, address)

    def hold(self, person: Person, house: House, words: str) -> None:
        """Remember somebody's words: they are invented, so they may be shown."""
        held = Held(person.key, person.name, person.address, house.legal_name, person.role, words)
        self.memory.people.append(held)

    async def close(self) -> None:
        """Everybody goes home; sessions end."""
        for end in self.ends.values():
            with suppress(KeyholderError):
                await end.sign_out()
        self.ends.clear()
        await self.doors.aclose()


async def make_root(stage: Stage, keys: AuthorityKeys) -> bytes:
    """The authority vouches for this hub's keys, and the operator puts that root in place."""
    hub = stage.hub
    packed = keys.root(
        hub.settings.hub_name,
        [hub.keys.receipt_public],
        [hub.keys.checkpoint_public],
        at=stage.clock(),
    )
    async with hub.database.write() as unit:
        await organisations.trust(unit, hub, packed, stage.clock())
    return packed


async def found_house(troupe: Troupe, house: House, authority: AuthorityKeys, root: bytes) -> None:
    """Invite a founder, found the organisation, compare its fingerprint, accredit it."""
    stage, founder = troupe.stage, house.people[0]
    before = stage.mail_count()
    async with stage.hub.database.write() as unit:
        await accounts.invite_founder(unit, stage.hub, founder.mail, stage.clock())
    mail = await stage.mail_to(founder.mail, before)
    founded = await found(
        troupe.connection,
        troupe.trust,
        enrol_token(mail),
        founder.address,
        stage.clock,
        troupe.device(founder.key, founder.address),
    )
    troupe.hold(founder, house, founded.words)
    troupe.memory.kits[house.key] = founded.kit_words
    troupe.ids[house.key] = founded.organisation
    packed = authority.accredit(
        root,
        founded.organisation,
        house.legal_name,
        house.domain,
        house.kind,
        founded.genesis,
        stage.clock() - DAY,
        stage.clock() + YEARS,
    )
    await publish(troupe.connection, "accreditation", packed)
    await (await troupe.sign_in(founder.key)).keep_name()


async def admit(troupe: Troupe, house: House, person: Person) -> None:
    """Invite a colleague by mail; they tell the manager five words, and the manager types them."""
    stage, manager = troupe.stage, await troupe.be(house.people[0].key)
    before = stage.mail_count()
    await manager.team.invite(person.mail, person.role)
    mail = await stage.mail_to(person.mail, before)
    device = troupe.device(person.key, person.address)
    joined = await join(troupe.connection, troupe.trust, enrol_token(mail), person.address, device)
    manager = await troupe.be(house.people[0].key)
    await manager.team.admit(joined.spoken, person.role)
    troupe.hold(person, house, joined.words)
    await (await troupe.sign_in(person.key)).keep_name()
