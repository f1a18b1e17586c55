"""What comes in and goes out about organisations, the authority and admissions. Bytes are base64 in JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from crypto.organisation import MAX_EVENT, MAX_MEMBERS
from hub.accounts.schemas import Credentials, Id, Mail, ProfileBox, Signature
from hub.kernel.schemas import Input, Output

Box = Annotated[bytes, Meta(min_length=1136, max_length=2048)]
Token = Annotated[bytes, Meta(min_length=32, max_length=32)]
SIGNED_MAX = 24 * 1024
EVENT_BODY_MAX = 4 * 1024 * 1024


class Event(Input):
    """``crypto.organisation.SignedEvent``."""

    kind: Annotated[int, Meta(ge=1, le=4)]
    payload: Annotated[bytes, Meta(min_length=1, max_length=MAX_EVENT)]
    signature: Signature


class EventOut(Output):
    kind: int
    payload: bytes
    signature: bytes


class WorkerBox(Input):
    worker: Id
    box: Box


Boxes = Annotated[list[WorkerBox], Meta(max_length=MAX_MEMBERS)]


class PostEvent(Input):
    event: Event
    boxes: Boxes
    archive: Annotated[bytes, Meta(min_length=28, max_length=256)] | None = None


class ChainState(Output):
    length: int
    head: bytes


class ChainPage(Output):
    events: list[EventOut]
    accreditations: list[bytes]
    withdrawals: list[bytes]
    length: int
    head: bytes


class DirectoryItem(Output):
    organisation: bytes
    legal_name: str
    domain: str
    kind: str
    accreditation: bytes
    length: int
    head: bytes
    generation: int


class DirectoryPage(Output):
    items: list[DirectoryItem]
    next: str | None


class Roots(Output):
    roots: list[bytes]


class PostDocument(Input):
    kind: Literal["root", "accreditation", "withdrawal"]
    signed: Annotated[bytes, Meta(min_length=1, max_length=SIGNED_MAX)]


class Archive(Output):
    generation: int
    wrapped: bytes


class Keys(Output):
    generation: int
    box: bytes
    archives: list[Archive]


class WorkerItem(Output):
    worker: bytes
    role: str
    state: str
    address: str | None
    profile_box: bytes | None


class WorkerPage(Output):
    items: list[WorkerItem]
    next: str | None


class Invite(Input):
    mail: Mail
    role: Literal["worker", "manager", "reviewer"]
    worker: Id | None = None


class Invited(Output):
    invitation: bytes


class WaitingItem(Output):
    invitation: bytes
    worker: bytes
    address: str
    signing_key: bytes
    box_key: bytes
    profile_box: bytes | None
    role: str
    replaces: bytes | None


class WaitingPage(Output):
    items: list[WaitingItem]
    next: str | None


class Look(Input):
    token: Token


class Looked(Output):
    invitation: bytes
    hub: str
    organisation: bytes | None
    genesis: bytes | None
    legal_name: str | None
    role: str
    founding: bool
    replaces: bytes | None
    expires_at: int
    generation_key: bytes | None


class Founding(Input):
    event: Event
    boxes: Annotated[list[WorkerBox], Meta(min_length=2, max_length=2)]


class Enrol(Credentials, kw_only=True):
    """``founding`` exactly when the link says so."""

    token: Token
    profile_box: ProfileBox | None = None
    founding: Founding | None = None


class Recover(Credentials, kw_only=True):
    """A new manager's credentials, brought by somebody who holds the printed kit."""

    mail: Mail


class Enrolled(Output):
    state: str
