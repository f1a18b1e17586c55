"""The facts of each kind of entry: the only part of a circle's content that the hub can read.

They hold only what the workflow needs: ids, the assigned organisation, times, states, reason
codes. SPEC lists every field with why the hub needs it; anything a person wrote is in the body.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from msgspec import Meta

from crypto.encoding import Code, Hash, Id, Struct, Time, Uint

MAX_CIRCLE_MEMBERS = 64
MAX_BOXES = 256
FIRST_CONTENT = 32


class Kind(IntEnum):
    """What an entry is. Below 32 it changes the circle itself (control), from 32 on it is content."""

    OPEN = 1
    INVITE = 2
    ACCEPT = 3
    DECLINE = 4
    GRANT = 5
    REKEY = 6
    HOLD = 7
    HANDOVER = 8
    RELEASE = 9
    CLOSE = 10
    REOPEN = 11
    ERASE = 12
    MESSAGE = 32
    DOCUMENT = 33
    PLAN = 34
    ACTION = 35
    ACTION_CHANGE = 36
    DETAILS = 37


class Listing(Struct, frozen=True):
    """One organisation's place in an epoch: exactly which key it was given E_n under."""

    organisation: Id
    head: Hash
    generation: Uint
    key_hash: Hash
    accreditation: Hash
    box_hash: Hash


Listings = Annotated[tuple[Listing, ...], Meta(max_length=MAX_CIRCLE_MEMBERS)]
Hashes = Annotated[tuple[Hash, ...], Meta(max_length=MAX_BOXES)]


class KeyedHash(Struct, frozen=True):
    """The box of one epoch's key, for a joiner: (epoch, box hash)."""

    epoch: Uint
    box_hash: Hash


class EntryBox(Struct, frozen=True):
    """The box of one entry's own key: (entry hash, box hash)."""

    entry: Hash
    box_hash: Hash


class Restricted(Struct, frozen=True):
    """A body sealed under its own key. Others see that it exists, nothing else: the box hashes do
    not say whose they are."""

    nonce: Id
    boxes: Annotated[tuple[Hash, ...], Meta(min_length=1, max_length=MAX_CIRCLE_MEMBERS)]


class Open(Struct, frozen=True):
    """A new circle: its nonce makes its id; the owner is the one member listed."""

    nonce: Id
    members: Annotated[tuple[Listing, ...], Meta(min_length=1, max_length=1)]
    pending: Annotated[tuple[Listing, ...], Meta(max_length=0)]
    commitment: Hash


class Invite(Struct, frozen=True):
    """An organisation is asked in. ``listing`` carries its box for E_n, released on acceptance;
    ``body_boxes`` carry the invitation's own body key to members and invitee."""

    listing: Listing
    answer_due: Time
    nonce: Id
    body_boxes: Annotated[tuple[Hash, ...], Meta(min_length=1, max_length=MAX_CIRCLE_MEMBERS + 1)]
    history: Annotated[tuple[KeyedHash, ...], Meta(max_length=MAX_BOXES)]


class Accept(Struct, frozen=True):
    """The invited organisation joins (``invite`` may also name a handover, by the receiver)."""

    invite: Hash


class Decline(Struct, frozen=True):
    """The invited organisation does not."""

    invite: Hash
    reason: Code


class Grant(Struct, frozen=True):
    """History for a member: whole epochs, or single entries' keys."""

    organisation: Id
    generation: Uint
    key_hash: Hash
    epochs: Annotated[tuple[KeyedHash, ...], Meta(max_length=MAX_BOXES)]
    entries: Annotated[tuple[EntryBox, ...], Meta(max_length=MAX_BOXES)]


class Rekey(Struct, frozen=True):
    """A new epoch, for exactly these. ``removed`` members and invitees get no box."""

    members: Annotated[tuple[Listing, ...], Meta(min_length=1, max_length=MAX_CIRCLE_MEMBERS)]
    pending: Listings
    removed: Annotated[tuple[Id, ...], Meta(max_length=MAX_CIRCLE_MEMBERS)]
    commitment: Hash
    reason: Code


class Hold(Struct, frozen=True):
    """Nothing here may be erased while a hold is on."""

    hold: Id
    on: bool
    reason: Code


class Handover(Struct, frozen=True):
    """The owner offers the circle to another member, who takes it with ``Accept``."""

    organisation: Id


class Release(Struct, frozen=True):
    """Chosen entry keys boxed to a requester, answering a signed request. The requester need not be
    a member, so it is named with its head and its accreditation."""

    request: Hash
    organisation: Id
    head: Hash
    generation: Uint
    key_hash: Hash
    accreditation: Hash
    entries: Annotated[tuple[EntryBox, ...], Meta(min_length=1, max_length=MAX_BOXES)]


class Close(Struct, frozen=True):
    """Support here has ended, for a reason."""

    reason: Code


class Reopen(Struct, frozen=True):
    """It goes on."""

    reason: Code


class Erase(Struct, frozen=True):
    """One entry's body is gone; its header stays."""

    entry: Hash
    reason: Code


class Message(Struct, frozen=True):
    """Something said."""

    restricted: Restricted | None


class Document(Struct, frozen=True):
    """One version of one document; ``size`` is the stored object's, in bytes."""

    restricted: Restricted | None
    document: Id
    number: Annotated[int, Meta(ge=1, le=10_000)]
    size: Uint


class Plan(Struct, frozen=True):
    """The care plan, whole, as the owner last wrote it."""

    restricted: Restricted | None


class Action(Struct, frozen=True):
    """A part of the plan asked of one organisation. ``priority``: 0 standard, 1 enhanced rights."""

    restricted: Restricted | None
    action: Id
    organisation: Id
    due_at: Time
    priority: Annotated[int, Meta(ge=0, le=1)]


class ActionChange(Struct, frozen=True):
    """A step in an action's life. ``assignee``, ``organisation`` and ``due_at`` only where they change."""

    restricted: Restricted | None
    action: Id
    state: Annotated[int, Meta(ge=1, le=15)]
    organisation: Id | None
    assignee: Id | None
    due_at: Time | None
    reason: Code


class Details(Struct, frozen=True):
    """What members call this circle, and the safe-contact warnings: all in the sealed body."""

    restricted: Restricted | None


FACTS: dict[Kind, type[Struct]] = {
    Kind.OPEN: Open,
    Kind.INVITE: Invite,
    Kind.ACCEPT: Accept,
    Kind.DECLINE: Decline,
    Kind.GRANT: Grant,
    Kind.REKEY: Rekey,
    Kind.HOLD: Hold,
    Kind.HANDOVER: Handover,
    Kind.RELEASE: Release,
    Kind.CLOSE: Close,
    Kind.REOPEN: Reopen,
    Kind.ERASE: Erase,
    Kind.MESSAGE: Message,
    Kind.DOCUMENT: Document,
    Kind.PLAN: Plan,
    Kind.ACTION: Action,
    Kind.ACTION_CHANGE: ActionChange,
    Kind.DETAILS: Details,
}
