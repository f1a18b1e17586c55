"""Entries: everything said or done in a circle, as bytes.

An entry is a signed header and a sealed body. ``facts`` is the only part the hub can read, and
holds only what the workflow needs: ids, the assigned organisation, times, states, reason codes.
The order of entries, and who may post what, is ``circle``'s business.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Annotated, Any

from msgspec import Meta

from crypto.encoding import (
    Code,
    Hash,
    Id,
    Signature,
    Struct,
    Time,
    Uint,
    Version,
    encode,
    from_array,
    pack,
    tagged_hash,
    to_array,
    unpack,
)
from crypto.errors import Forged, Malformed, UpdateNeeded
from crypto.signing import SigningKey, verify

MAX_HEADER = 128 * 1024
MAX_BODY = 256 * 1024
MAX_CIRCLE_MEMBERS = 64
MAX_BOXES = 256
NOTHING = bytes(32)
"""Stands for "none yet" in author_prev and seen_head."""

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


class Header(Struct, frozen=True):
    """The signed part. Field order is the wire order; see SPEC for each field's meaning."""

    version: Version
    kind: Annotated[int, Meta(ge=1, le=255)]
    circle: Hash
    epoch: Uint
    worker: Id
    organisation: Id
    organisation_head: Hash
    control_head: Hash
    seen_seq: Uint
    seen_head: Hash
    author_prev: Hash
    sent_at: Time
    facts: tuple[Any, ...]
    sealed_hash: Annotated[bytes, Meta(max_length=32)]

    @property
    def is_control(self) -> bool:
        """Whether this entry belongs to the control chain."""
        return self.kind < FIRST_CONTENT


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
    """Chosen entry keys boxed to a requester, answering a signed request."""

    request: Hash
    organisation: Id
    generation: Uint
    key_hash: Hash
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


class Entry(Struct, frozen=True):
    """An entry without its body, as it travels: the exact header bytes and their signature."""

    header: Annotated[bytes, Meta(max_length=MAX_HEADER)]
    signature: Signature

    @property
    def hash(self) -> bytes:
        """SHA-256("kith/1/entry-hash" || 0x00 || CBOR[header, signature])."""
        return tagged_hash("entry-hash", encode([self.header, self.signature]))


class Receipt(Struct, frozen=True):
    """The hub's promise that it holds this entry at this place."""

    version: Version
    circle: Hash
    seq: Uint
    entry_hash: Hash
    head: Hash
    received_at: Time


class CircleSeed(Struct, frozen=True):
    """What a circle's id is the hash of: its opener, at a head, with a nonce. (Not the whole open
    header: that names boxes which are themselves bound to the id.)"""

    version: Version
    organisation: Id
    organisation_head: Hash
    worker: Id
    sent_at: Time
    nonce: Id


def circle_id(header: Header, nonce: bytes) -> bytes:
    """The id of the circle that an open header begins. 32 bytes."""
    seed = CircleSeed(1, header.organisation, header.organisation_head, header.worker, header.sent_at, nonce)
    return tagged_hash("circle", pack(seed))


def head_zero(circle: bytes) -> bytes:
    """The head of a circle before its first entry; also its control head before ``open``."""
    return tagged_hash("head", circle)


def next_head(head: bytes, entry_hash: bytes, seq: int, received_at: int) -> bytes:
    """head_n = SHA-256("kith/1/head" || 0x00 || CBOR[head_(n-1), entry_hash, seq, received_at])."""
    return tagged_hash("head", encode([head, entry_hash, seq, received_at]))


def body_hash(sealed: bytes) -> bytes:
    """SHA-256 of a sealed body."""
    return hashlib.sha256(sealed).digest()


def header_id(header: Header) -> bytes:
    """H: the hash of the header with its sealed_hash empty. Keys and contexts derive from it."""
    fields = to_array(header)
    fields[-1] = b""
    return tagged_hash("header", encode(fields))


def read_header(entry: Entry) -> Header:
    """Decode the header strictly (its signature is not checked here).

    Raises:
        Malformed, UpdateNeeded.
    """
    header = unpack(Header, entry.header, limit=MAX_HEADER)
    if len(header.sealed_hash) != 32:
        raise Malformed("the header does not name its body")
    return header


def read_facts(header: Header) -> Any:
    """The facts of a header as the struct of its kind.

    Raises:
        UpdateNeeded: for a content kind this program does not know. Malformed: otherwise.
    """
    try:
        kind = Kind(header.kind)
    except ValueError:
        if header.is_control:
            raise Malformed("no such control entry") from None
        raise UpdateNeeded from None
    return from_array(FACTS[kind], list(header.facts))


def sign_entry(header: Header, key: SigningKey) -> Entry:
    """Sign a finished header."""
    payload = pack(header)
    return Entry(payload, key.sign("entry", payload))


def verify_entry(entry: Entry, signing_key: bytes) -> None:
    """Check an entry's signature.

    Raises:
        Forged.
    """
    verify(signing_key, "entry", entry.header, entry.signature)


def verify_body(header: Header, sealed: bytes) -> None:
    """Check that a sealed body is the one the header names.

    Raises:
        Forged.
    """
    if body_hash(sealed) != header.sealed_hash:
        raise Forged("the body is not the one that was signed")


def sign_receipt(receipt: Receipt, key: SigningKey) -> bytes:
    """The hub's signature over a receipt."""
    return key.sign("receipt", pack(receipt))


def verify_receipt(receipt: Receipt, signature: bytes, receipt_keys: tuple[bytes, ...]) -> None:
    """Check a receipt by any of the hub's certified receipt keys.

    Raises:
        Forged.
    """
    payload = pack(receipt)
    for key in receipt_keys:
        try:
            verify(key, "receipt", payload, signature)
        except Forged:
            continue
        return
    raise Forged("the receipt is not signed by this hub")
