"""Entries: everything said or done in a circle, as bytes.

An entry is a signed header and a sealed body. ``facts`` is the only part the hub can read; the
struct of each kind stands in ``facts``. The order of entries, and who may post what, is
``circle``'s business.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from msgspec import Meta

from crypto.encoding import (
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
from crypto.facts import (
    FACTS,
    FIRST_CONTENT,
    MAX_BOXES,
    MAX_CIRCLE_MEMBERS,
    Accept,
    Action,
    ActionChange,
    Close,
    Decline,
    Details,
    Document,
    EntryBox,
    Erase,
    Grant,
    Handover,
    Hold,
    Invite,
    KeyedHash,
    Kind,
    Listing,
    Message,
    Open,
    Plan,
    Rekey,
    Release,
    Reopen,
    Restricted,
)
from crypto.signing import SigningKey, verify

__all__ = [
    "FACTS",
    "FIRST_CONTENT",
    "MAX_BODY",
    "MAX_BOXES",
    "MAX_CIRCLE_MEMBERS",
    "MAX_HEADER",
    "NOTHING",
    "Accept",
    "Action",
    "ActionChange",
    "CircleSeed",
    "Close",
    "Decline",
    "Details",
    "Document",
    "Entry",
    "EntryBox",
    "Erase",
    "Grant",
    "Handover",
    "Header",
    "Hold",
    "Invite",
    "KeyedHash",
    "Kind",
    "Listing",
    "Message",
    "Open",
    "Plan",
    "Receipt",
    "Rekey",
    "Release",
    "Reopen",
    "Restricted",
    "body_hash",
    "circle_id",
    "head_zero",
    "header_id",
    "next_head",
    "read_facts",
    "read_header",
    "sign_entry",
    "sign_receipt",
    "verify_body",
    "verify_entry",
    "verify_receipt",
]

MAX_HEADER = 128 * 1024
MAX_BODY = 256 * 1024
NOTHING = bytes(32)
"""Stands for "none yet" in author_prev."""


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
        UpdateNeeded: for a kind this program does not know. Malformed: otherwise.
    """
    try:
        kind = Kind(header.kind)
    except ValueError:
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
