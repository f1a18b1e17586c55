"""Becoming a worker: from the single-use link, by founding an organisation, or with the printed kit.

The secret is made here and leaves only wrapped. Words are drawn here and shown once. Five spoken words
stand for everything a hub could swap, so a manager who types them admits these keys or nobody.
"""

from __future__ import annotations

import base64
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from crypto.encoding import pack
from crypto.organisation import (
    Admit,
    Event,
    Genesis,
    Member,
    Role,
    SignedEvent,
    WorkerBox,
    box_hash,
    key_hash,
)
from crypto.private import words
from crypto.private.boxes import organisation_info, seal
from crypto.private.secrets import (
    SALT_BYTES,
    SUITE,
    Introduction,
    OrganisationSecret,
    SignInKeys,
    WorkerSecret,
    introduction_digest,
    kit_secret,
)
from crypto.statements import sign_session
from keyholder import answers, signinanswers
from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.authority import Authority, Trust
from keyholder.connection import Connection
from keyholder.directory import Directory
from keyholder.errors import NotReady
from keyholder.orgkeys import OrganisationKeys
from keyholder.signinanswers import Looked

FIRST_WRAP = 1


@dataclass(frozen=True, slots=True)
class Joined:
    """A worker who may sign in once admitted. ``words`` are shown once and kept nowhere."""

    words: str = field(repr=False)
    spoken: str
    worker: bytes
    organisation: bytes
    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Founded:
    """A new organisation. Its ``fingerprint`` is read to the authority over a known telephone number."""

    words: str = field(repr=False)
    kit_words: str = field(repr=False)
    worker: bytes
    organisation: bytes
    genesis: bytes
    fingerprint: str
    address: str


@dataclass(frozen=True, slots=True)
class NewWorker:
    """A worker's fresh secret with everything the hub is to keep of it."""

    worker: bytes
    secret: WorkerSecret
    words: str = field(repr=False)
    address: str
    wrapped: bytes
    keys: SignInKeys = field(repr=False)
    device: bytes | None = field(default=None, repr=False)

    @classmethod
    def make(
        cls,
        hub: str,
        organisation: bytes,
        address: str,
        salt: bytes,
        worker: bytes | None = None,
        device: bytes | None = None,
    ) -> NewWorker:
        """Six new words, a new secret, wrapped for that organisation alone; ``salt`` is the name's (see
        ``name_salt``), ``device`` the token by which the hub is to know this device again. About 0.2 s."""
        chosen, name = words.generate(), sign_in_name(address)
        keys = SignInKeys.derive(chosen, salt)
        made, secret = worker or os.urandom(16), WorkerSecret.generate()
        wrapped = keys.lock(secret, hub, organisation, made, name, FIRST_WRAP)
        return cls(made, secret, chosen, name, wrapped, keys, device)

    def credentials(self) -> dict[str, object]:
        """What an enrolment sends."""
        return {
            "worker": self.worker,
            "address": self.address,
            "signing_key": self.secret.signing.public,
            "box_key": self.secret.box.public,
            "salt": self.keys.salt,
            "auth": self.keys.auth,
            "wrapped": self.wrapped,
            "wrap_version": FIRST_WRAP,
            "device": self.device,
        }

    def member(self, role: Role) -> Member:
        """As a chain lists them."""
        return Member(self.worker, self.secret.signing.public, self.secret.box.public, role)


def sign_in_name(typed: str) -> str:
    """The one spelling of a sign-in name."""
    return unicodedata.normalize("NFC", typed).strip().lower()


async def name_salt(connection: Connection, trust: Trust, name: str, keeper: EvidenceKeeper) -> bytes:
    """The salt of a sign-in name. A hub has one for every name, whoever has it or nobody: an end that enrols
    takes that one and keeps it with new words, so nobody sees by a changed salt that the name was taken.

    Raises:
        Alarm: the hub speaks of another hub, or asks for weaker protection.
    """
    start = await connection.post("/v1/sign-in/start", {"address": name}, signinanswers.Start, again=True)
    if start.suite != SUITE or len(start.salt) != SALT_BYTES:
        raise keeper.alarm(Kind.PROTECTION_LOWERED, salt=start.salt, suite=str(start.suite).encode())
    if start.hub != trust.hub:
        raise keeper.alarm(Kind.SIGN_IN_CHANGED, hub=start.hub.encode())
    return start.salt


def link_token(text: str) -> bytes:
    """The 32 bytes in an enrolment link, or in the part of it after "#". Raises NotReady."""
    tail = text.strip().rpartition("#")[2]
    try:
        token = base64.urlsafe_b64decode(tail + "=" * (-len(tail) % 4))
    except ValueError:
        token = b""
    if len(token) != 32:
        raise NotReady("That is not a whole link. Copy all of it from the mail.")
    return token


async def look(connection: Connection, trust: Trust, token: str) -> Looked:
    """What a link is for; it is not used up.

    Raises:
        Alarm: it speaks of another hub than the trusted one.
    """
    looked = await connection.post("/v1/enrolments/look", {"token": link_token(token)}, Looked, again=True)
    if looked.hub != trust.hub:
        raise EvidenceKeeper(None).alarm(Kind.KEY_SUBSTITUTED, hub=looked.hub.encode())
    return looked


async def join(
    connection: Connection, trust: Trust, token: str, address: str, device: bytes | None = None
) -> Joined:
    """Enrol with an organisation that is there already, or bring new words for oneself. ``device``: by what
    the hub knows this device again (``devices.token``); None on a shared one."""
    looked = await look(connection, trust, token)
    if looked.founding or looked.organisation is None or looked.genesis is None:
        raise NotReady("This link founds an organisation.")
    salt = await name_salt(connection, trust, sign_in_name(address), EvidenceKeeper(None))
    new = NewWorker.make(trust.hub, looked.organisation, address, salt, looked.replaces, device)
    body = {"token": link_token(token), **new.credentials(), "profile_box": None, "founding": None}
    answer = await connection.post("/v1/enrolments", body, signinanswers.State, again=True)
    spoken = spoken_words(
        trust.hub,
        looked.invitation,
        looked.organisation,
        looked.genesis,
        new.worker,
        new.address,
        new.secret.signing.public,
        new.secret.box.public,
    )
    return Joined(new.words, spoken, new.worker, looked.organisation, new.address, answer.state)


def spoken_words(
    hub: str,
    invitation: bytes,
    organisation: bytes,
    genesis: bytes,
    worker: bytes,
    address: str,
    signing_key: bytes,
    box_key: bytes,
) -> str:
    """The five words for an admission: they fit these keys, this person and this organisation only."""
    told = Introduction(1, hub, invitation, organisation, genesis, worker, address, signing_key, box_key)
    return words.spoken(introduction_digest(told))


async def found(
    connection: Connection,
    trust: Trust,
    token: str,
    address: str,
    clock: Callable[[], int],
    device: bytes | None = None,
) -> Founded:
    """Found an organisation: its first manager, its printed kit. ``device`` as in ``join``."""
    looked = await look(connection, trust, token)
    if not looked.founding:
        raise NotReady("This link is for joining an organisation that is there already.")
    organisation, secret = os.urandom(16), OrganisationSecret.generate(1)
    salt = await name_salt(connection, trust, sign_in_name(address), EvidenceKeeper(None))
    new = NewWorker.make(trust.hub, organisation, address, salt, device=device)
    printed = words.generate(words.KIT_WORDS)
    kit = kit_secret(printed, organisation)
    members = [
        new.member(Role.MANAGER),
        Member(os.urandom(16), kit.signing.public, kit.box.public, Role.KIT),
    ]
    boxes = {member.worker: secret_box(secret, organisation, member) for member in members}
    listed = tuple(WorkerBox(worker, box_hash(boxes[worker])) for worker in sorted(boxes))
    genesis = Genesis(1, organisation, clock(), members[0], members[1], secret.box.public, listed)
    event = sign_event(Event.GENESIS, pack(genesis), new.secret)
    founding = {"event": event_row(event), "boxes": box_rows(boxes)}
    body = {"token": link_token(token), **new.credentials(), "profile_box": None, "founding": founding}
    await connection.post("/v1/enrolments", body, signinanswers.State, again=True)
    return Founded(
        new.words,
        printed,
        new.worker,
        organisation,
        event.head,
        words.spoken(event.head),
        new.address,
    )


async def recover(
    connection: Connection,
    trust: Trust,
    organisation: bytes,
    kit_words: str,
    address: str,
    mail: str,
    clock: Callable[[], int],
    device: bytes | None = None,
) -> Joined:
    """With the printed kit, bring in a new manager when nobody else can. ``device`` as in ``join``."""
    kit = kit_secret(words.normalise(kit_words, words.KIT_WORDS), organisation)
    started = await connection.post(
        "/v1/sign-in/kit", {"organisation": organisation}, signinanswers.KitSession
    )
    proof = sign_session(trust.hub, started.session, started.nonce, kit.signing)
    token = await connection.post(
        "/v1/sign-in/finish", {"session": started.session, "signature": proof}, signinanswers.Token
    )
    connection.use(token.token)
    try:
        return await _bring_back(connection, trust, organisation, kit, address, mail, clock, device)
    finally:
        connection.use(None)


async def _bring_back(
    connection: Connection,
    trust: Trust,
    organisation: bytes,
    kit: WorkerSecret,
    address: str,
    mail: str,
    clock: Callable[[], int],
    device: bytes | None,
) -> Joined:
    keeper = EvidenceKeeper(None)
    authority = Authority(trust, keeper)
    await authority.refresh(connection)
    directory = Directory(connection, authority, None, keeper, clock)
    await directory.know([organisation])
    chain = directory.organisation(organisation)
    if not directory.vouched(organisation):  # a kit pins nothing: only the authority tells its chain apart
        raise keeper.alarm(Kind.NOT_ACCREDITED, organisation=organisation, shown=chain.genesis)
    author = next((m.worker for m in chain.members.values() if m.signing_key == kit.signing.public), None)
    if author is None:
        raise NotReady("These words are not of this organisation's kit.")
    keys = OrganisationKeys(connection, directory, organisation, author, kit, keeper)
    secret = await keys.current()
    salt = await name_salt(connection, trust, sign_in_name(address), keeper)
    new = NewWorker.make(trust.hub, organisation, address, salt, device=device)
    body = {**new.credentials(), "mail": mail}
    await connection.post("/v1/recovery/enrolments", body, signinanswers.State, again=True)
    member = new.member(Role.MANAGER)
    box = secret_box(secret, organisation, member)
    at = max(clock(), chain.at)
    event = Admit(1, organisation, chain.head, at, author, member, secret.generation, box_hash(box))
    signed = sign_event(Event.ADMIT, pack(event), kit)
    await post_event(connection, organisation, signed, {new.worker: box})
    return Joined(new.words, "", new.worker, organisation, new.address, "admitted")


def secret_box(secret: OrganisationSecret, organisation: bytes, member: Member) -> bytes:
    """The organisation's secret, boxed to one member."""
    info = organisation_info(organisation, secret.generation, member.worker, key_hash(member.box_key))
    return seal(member.box_key, secret.raw, info)


def sign_event(kind: Event, payload: bytes, secret: WorkerSecret) -> SignedEvent:
    """An event of an organisation's chain, signed."""
    return SignedEvent(int(kind), payload, secret.signing.sign(kind.signature_type, payload))


async def post_event(
    connection: Connection,
    organisation: bytes,
    event: SignedEvent,
    boxes: dict[bytes, bytes],
    archive: bytes | None = None,
) -> answers.ChainPlace:
    """Hand an event and its boxes to the hub."""
    body = {"event": event_row(event), "boxes": box_rows(boxes), "archive": archive}
    path = f"/v1/organisations/{organisation.hex()}/events"
    return await connection.post(path, body, answers.ChainPlace)


def box_rows(boxes: dict[bytes, bytes]) -> list[dict[str, bytes]]:
    """Boxes as they travel, in order of workers."""
    return [{"worker": worker, "box": boxes[worker]} for worker in sorted(boxes)]


def event_row(event: SignedEvent) -> dict[str, object]:
    """An event as it travels."""
    return {"kind": event.kind, "payload": event.payload, "signature": event.signature}
