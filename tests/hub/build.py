"""A small world on a running hub: real keys and real signatures, everything through HTTP.

    world = await build_world(hub)
    world.vcu.manager, world.vcu.worker, world.partner.worker, world.charity.worker, world.police.worker
    answer = await world.vcu.worker.ask("GET", "/v1/me")

Secrets follow from names, so a failing test fails alike each time. Only the stretching of words is left out:
`auth` and `wrap` are drawn instead of derived, since Argon2id takes a fifth of a second.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crypto import accreditation as authority
from crypto.accreditation import Accreditation, OrganisationKind, Root, Signed, Withdrawal
from crypto.encoding import pack, unpack
from crypto.merkle import EMPTY_ROOT
from crypto.organisation import Admit, Event, Role, Rotate, SignedEvent
from crypto.private.secrets import SignInKeys
from crypto.signing import SigningKey
from crypto.statements import Act, Object, SignedStatement, Statement, sign_session, sign_statement
from hub.accounts import service as accounts
from hub.notifications import service as notifications
from hub.organisations import service as organisations
from tests.crypto.build import DAY, House, Person, seed, some_id
from tests.hub.running import Answer, RunningHub

PURPOSE = 1


def b64(raw: bytes) -> str:
    """As JSON carries bytes."""
    return base64.b64encode(raw).decode()


def raw(text: str) -> bytes:
    """Back again."""
    return base64.b64decode(text)


def token_of(link: str) -> bytes:
    """The token in an enrolment link."""
    return base64.urlsafe_b64decode(link.partition("#")[2] + "=")


def event_json(event: SignedEvent) -> dict[str, object]:
    """EVENT of the HTTP API."""
    return {"kind": event.kind, "payload": b64(event.payload), "signature": b64(event.signature)}


def statement_json(signed: SignedStatement, reason_box: bytes | None = None) -> dict[str, object]:
    """STATEMENT of the HTTP API."""
    found: dict[str, object] = {"payload": b64(signed.payload), "signature": b64(signed.signature)}
    return found if reason_box is None else found | {"reason_box": b64(reason_box)}


@dataclass
class End:
    """One person with their keys, at their own organisation, signed in when ``token`` is set."""

    running: RunningHub
    house: House
    person: Person
    address: str
    mail: str
    token: bytes | None = None
    wrap_version: int = 1
    words: int = 1
    wrapped: bytes = b""
    log_size: int = 0
    log_root: bytes = EMPTY_ROOT

    @property
    def id(self) -> bytes:
        """The worker's id."""
        return self.person.id

    @property
    def signing(self) -> SigningKey:
        """Signs everything."""
        return self.person.secret.signing

    @property
    def sign_in_keys(self) -> SignInKeys:
        """What the words of this end would give."""
        label = f"{self.address} words {self.words} of {self.person.attempt}"
        return SignInKeys(seed(label + " auth"), seed(label + " wrap"), some_id(label + " salt"))

    @property
    def device(self) -> bytes:
        """The token of the device that this end works on; remembered at enrolment."""
        return seed(f"{self.address} device")

    async def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        """One request with this end's session."""
        return await self.running.ask(method, path, body, token=self.token, **more)

    async def good(self, method: str, path: str, body: object = None) -> Any:
        """As ``ask``; the body of an answer that must be a good one."""
        answer = await self.ask(method, path, body)
        assert 200 <= answer.status < 300, (answer.status, answer.body)
        return answer.body

    def credentials(self) -> dict[str, object]:
        """What an enrolling end sends about itself."""
        keys, hub = self.sign_in_keys, self.running.settings.hub_name
        self.wrapped = self.wrapped or keys.lock(
            self.person.secret, hub, self.house.id, self.id, self.address, self.wrap_version
        )
        return {
            "worker": b64(self.id),
            "address": self.address,
            "signing_key": b64(self.signing.public),
            "box_key": b64(self.person.secret.box.public),
            "salt": b64(keys.salt),
            "auth": b64(keys.auth),
            "wrapped": b64(self.wrapped),
            "wrap_version": self.wrap_version,
            "device": b64(self.device),
        }

    async def prove(self) -> Answer:
        """The words alone: the first two steps of signing in."""
        await self.running.ask("POST", "/v1/sign-in/start", {"address": self.address})
        body = {"address": self.address, "auth": b64(self.sign_in_keys.auth), "device": b64(self.device)}
        return await self.running.ask("POST", "/v1/sign-in/prove", body)

    async def sign_in(self) -> bytes:
        """A session; unwraps the secret as a real end does."""
        proved = await self.prove()
        assert proved.status == 200, proved.body
        hub = self.running.settings.hub_name
        opened = self.sign_in_keys.open(
            raw(proved.body["wrapped"]),
            hub,
            self.house.id,
            self.id,
            self.address,
            proved.body["wrap_version"],
        )
        assert opened.raw == self.person.secret.raw
        self.token = await finish(self.running, proved.body, self.signing)
        return self.token

    def statement(
        self,
        act: Act,
        circle: bytes,
        objects: Sequence[Object],
        /,
        *,
        purpose: int = PURPOSE,
        nonce: bytes | None = None,
        **changes: Any,
    ) -> SignedStatement:
        """A signed statement of this end, as of the hub's clock; ``changes`` replace fields of it."""
        made = Statement(
            1, int(act), self.id, self.house.id, circle, tuple(objects), purpose, b"",
            self.log_size, self.log_root, self.running.clock.now, nonce or os.urandom(16),
        )  # fmt: skip
        return sign_statement(msgspec.structs.replace(made, **changes), self.signing)

    async def post_event(self, event: SignedEvent) -> Answer:
        """Post an event of the own organisation, with the boxes that the house made for it."""
        return await self.ask(
            "POST", f"/v1/organisations/{self.house.id.hex()}/events", event_body(self.house, event)
        )

    async def take(self, event: SignedEvent) -> None:
        """Post an event, which must be taken, and put it into the house's own chain."""
        answer = await self.post_event(event)
        assert answer.status == 200, answer.body
        self.house.take(event)
        if event.kind == Event.ROTATE:
            self.house.secrets.append(self.house._secret(self.house.secret.generation + 1))


async def finish(running: RunningHub, challenge: dict[str, Any], key: SigningKey) -> bytes:
    """Sign the challenge; the session's token."""
    session, nonce = raw(challenge["session"]), raw(challenge["nonce"])
    signature = sign_session(running.settings.hub_name, session, nonce, key)
    body = {"session": b64(session), "signature": b64(signature)}
    answer = await running.ask("POST", "/v1/sign-in/finish", body)
    assert answer.status == 201, answer.body
    return raw(answer.body["token"])


def event_body(house: House, event: SignedEvent) -> dict[str, object]:
    """The body of POST .../events: the event with exactly the boxes it names."""
    workers: list[bytes] = []
    archive = None
    if event.kind == Event.ADMIT:
        workers = [unpack(Admit, event.payload).member.worker]
    elif event.kind == Event.ROTATE:
        payload = unpack(Rotate, event.payload)
        workers = [box.worker for box in payload.boxes]
        archive = house.archives[payload.generation]
    return {
        "event": event_json(event),
        "boxes": [{"worker": b64(worker), "box": b64(house.boxes[worker])} for worker in workers],
        "archive": None if archive is None else b64(archive),
    }


@dataclass
class Team:
    """One organisation: its house, its founding manager, one worker, and its accreditation."""

    house: House
    kind: OrganisationKind
    manager: End
    accreditation: Signed | None = None
    worker: End = field(init=False)

    @property
    def id(self) -> bytes:
        """The organisation's id."""
        return self.house.id

    @property
    def listed(self) -> bytes:
        """The digest of the accreditation, as listings name it."""
        assert self.accreditation is not None
        return authority.digest(self.accreditation)


class HubWorld:
    """An authority that this hub trusts, and the organisations it accredited."""

    vcu: Team
    partner: Team
    charity: Team
    police: Team

    def __init__(self, running: RunningHub) -> None:
        self.running = running
        self.keys = [SigningKey(seed(f"authority {number}")) for number in range(3)]
        self.signed_root = self.sign_root()

    def sign_root(self, **changes: Any) -> Signed:
        """The first root, vouching for this hub, with ``changes``."""
        hub = self.running.hub
        root = Root(
            1, 1, authority.NO_ROOT, self.running.clock.now, 2, tuple(key.public for key in self.keys),
            hub.settings.hub_name, (hub.keys.receipt_public,), (hub.keys.checkpoint_public,), (),
        )  # fmt: skip
        return authority.sign("root", msgspec.structs.replace(root, **changes), self.keys)

    async def trust(self) -> None:
        """What the operator does once."""
        async with self.running.database.write() as unit:
            await organisations.trust(unit, self.running.hub, pack(self.signed_root), self.running.clock.now)

    async def post(self, kind: str, signed: Signed) -> Answer:
        """Bring a document of the authority."""
        body = {"kind": kind, "signed": b64(pack(signed))}
        return await self.running.ask("POST", "/v1/authority/documents", body)

    def accreditation(self, team: Team, **changes: Any) -> Signed:
        """An accreditation for ten years from yesterday, with ``changes``."""
        name, now = team.house.name, self.running.clock.now
        document = Accreditation(
            1, team.id, name, f"{name.lower().replace(' ', '-')}.example", int(team.kind),
            team.house.chain.genesis, now - DAY, now + 3650 * DAY, 1,
        )  # fmt: skip
        document = msgspec.structs.replace(document, **changes)
        return authority.sign("accreditation", document, self.keys[:2])

    async def accredit(self, team: Team, **changes: Any) -> None:
        """Accredit a team."""
        team.accreditation = self.accreditation(team, **changes)
        answer = await self.post("accreditation", team.accreditation)
        assert answer.status == 204, answer.body

    def withdrawal(self, team: Team, at: int) -> Signed:
        """The end of a team's accreditation."""
        document = Withdrawal(1, team.id, team.listed, at, 1)
        return authority.sign("withdrawal", document, self.keys[:2])

    async def found(self, name: str, kind: OrganisationKind) -> Team:
        """Invite a founder, who enrols with a genesis and signs in. Not accredited yet."""
        now = self.running.clock.now
        house = House(name, at=now, real=True)
        end = End(self.running, house, house.manager, address_of(house.manager), f"m@{slug(name)}.example")
        async with self.running.database.write() as unit:
            link = await accounts.invite_founder(unit, self.running.hub, end.mail, now)
        answer = await self.running.ask("POST", "/v1/enrolments", founding_body(end, token_of(link)))
        assert answer.status == 200, answer.body
        assert answer.body == {"state": "admitted"}
        await end.sign_in()
        return Team(house, kind, end)

    async def invite(self, team: Team, role: str = "worker", worker: bytes | None = None) -> bytes:
        """A manager's invitation; the token of the link that would be mailed."""
        body = {"mail": f"w@{slug(team.house.name)}.example", "role": role}
        if worker is not None:
            body["worker"] = b64(worker)
        made = await team.manager.good("POST", f"/v1/organisations/{team.id.hex()}/invitations", body)
        return link_token(self.running, raw(made["invitation"]))

    async def enrol(self, team: Team, name: str, role: str = "worker") -> End:
        """Invite somebody, who enrols and waits."""
        token = await self.invite(team, role)
        person = Person(name)
        end = End(self.running, team.house, person, address_of(person), f"w@{slug(team.house.name)}.example")
        answer = await self.running.ask("POST", "/v1/enrolments", {"token": b64(token), **end.credentials()})
        assert (answer.status, answer.body) == (200, {"state": "waiting"}), answer.body
        return end

    async def admit(self, team: Team, end: End, role: int = Role.WORKER) -> None:
        """The manager admits them."""
        event = team.house.admitting(end.person, role, at=self.running.clock.now)
        await team.manager.take(event)
        team.house.people[end.id] = end.person

    async def join(self, team: Team, name: str, role: int = Role.WORKER) -> End:
        """Invite, enrol, admit, sign in."""
        end = await self.enrol(team, name, Role(role).name.lower())
        await self.admit(team, end, role)
        await end.sign_in()
        return end

    async def team(self, name: str, kind: OrganisationKind) -> Team:
        """A founded and accredited organisation with its manager and one worker, both signed in."""
        team = await self.found(name, kind)
        await self.accredit(team)
        team.worker = await self.join(team, f"{name} worker")
        return team

    async def kit(self, team: Team) -> bytes:
        """A session for the printed kit of a team."""
        answer = await self.running.ask("POST", "/v1/sign-in/kit", {"organisation": b64(team.id)})
        return await finish(self.running, answer.body, team.house.kit.secret.signing)


def slug(name: str) -> str:
    """A name fit for addresses."""
    return name.lower().replace(" ", "-")


def address_of(person: Person) -> str:
    """The sign-in name."""
    return slug(person.name)


def link_token(running: RunningHub, invitation: bytes) -> bytes:
    """The token of the link that the hub mails for an invitation."""
    return notifications.enrolment_token(running.hub, invitation)


def founding_body(end: End, token: bytes) -> dict[str, Any]:
    """What a founder's end sends: its credentials, and the genesis with its two boxes."""
    genesis, made = end.house.events[0], end.house.boxes
    founders = sorted((end.house.manager.id, end.house.kit.id))
    boxes = [{"worker": b64(worker), "box": b64(made[worker])} for worker in founders]
    founding = {"event": event_json(genesis), "boxes": boxes}
    return {"token": b64(token), **end.credentials(), "founding": founding}


def digest_of(label: str) -> bytes:
    """32 bytes for a made-up circle or head."""
    return hashlib.sha256(label.encode()).digest()


async def build_world(running: RunningHub) -> HubWorld:
    """The whole: an authority, a victim care unit, two partners and a police unit."""
    world = HubWorld(running)
    await world.trust()
    world.vcu = await world.team("Harbour VCU", OrganisationKind.VCU)
    world.partner = await world.team("Shelter Line", OrganisationKind.PARTNER)
    world.charity = await world.team("Safe Steps", OrganisationKind.PARTNER)
    world.police = await world.team("Coast Police", OrganisationKind.POLICE)
    return world
