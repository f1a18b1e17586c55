"""The authority: its root, the organisations it accredits, and what it withdraws.

The commissioner's offline keys sign; the hub only carries. Every client pins a root and accepts
a new one only when old and new keys both sign it and its number goes up by one. The root also
certifies the hub's receipt and checkpoint keys and the witnesses (PROTOCOL, Keys 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Annotated

from msgspec import Meta

from crypto.encoding import (
    Code,
    Hash,
    Id,
    Key32,
    ShortText,
    Signature,
    Struct,
    Time,
    Uint,
    Version,
    pack,
    tagged_hash,
    unpack,
)
from crypto.errors import Forged, NotAllowed, Stale
from crypto.keys import check_signing_key
from crypto.signing import SigningKey, verify

MAX_SIGNED = 16 * 1024
NO_ROOT = bytes(32)
Keys = Annotated[tuple[Key32, ...], Meta(min_length=1, max_length=8)]


class OrganisationKind(IntEnum):
    """What an organisation is accredited as."""

    PARTNER = 1
    VCU = 2
    POLICE = 3
    OVERSIGHT = 4


class Root(Struct, frozen=True):
    """Who the authority is, and which keys of the hub it vouches for."""

    version: Version
    number: Uint
    previous: Hash
    at: Time
    threshold: Annotated[int, Meta(ge=1, le=8)]
    keys: Keys
    hub: ShortText
    receipt_keys: Keys
    checkpoint_keys: Keys
    witnesses: Annotated[tuple[Key32, ...], Meta(max_length=16)]


class Accreditation(Struct, frozen=True):
    """An organisation's standing: it is who it says, with this genesis, for this time."""

    version: Version
    organisation: Id
    legal_name: ShortText
    domain: ShortText
    kind: Annotated[int, Meta(ge=1, le=4)]
    genesis: Hash
    valid_from: Time
    valid_to: Time
    root: Uint


class Withdrawal(Struct, frozen=True):
    """An accreditation ended early."""

    version: Version
    organisation: Id
    accreditation: Hash
    at: Time
    reason: Code


class KeySignature(Struct, frozen=True):
    """One authority key's signature."""

    key: Key32
    signature: Signature


class Signed(Struct, frozen=True):
    """A document of the authority as it travels: exact payload and its signatures."""

    payload: Annotated[bytes, Meta(max_length=MAX_SIGNED)]
    signatures: Annotated[tuple[KeySignature, ...], Meta(min_length=1, max_length=16)]


def sign(kind: str, document: Root | Accreditation | Withdrawal, keys: Iterable[SigningKey]) -> Signed:
    """Sign a document with the authority's ``keys``; ``kind`` is "root", "accreditation" or "withdrawal"."""
    payload = pack(document)
    return Signed(payload, tuple(KeySignature(key.public, key.sign(kind, payload)) for key in keys))


def digest(signed: Signed) -> bytes:
    """The hash that other documents name this one by: over the payload alone, so that which of
    the threshold's keys happened to sign does not matter. 32 bytes."""
    return tagged_hash("authority", signed.payload)


def require_threshold(root: Root, kind: str, signed: Signed) -> None:
    """Require ``root.threshold`` valid signatures by distinct keys of ``root``.

    Raises:
        Forged: if there are fewer, or one of the root's keys signed wrongly.
    """
    good = set()
    for entry in signed.signatures:
        if entry.key in root.keys:
            verify(entry.key, kind, signed.payload, entry.signature)
            good.add(entry.key)
    if len(good) < root.threshold:
        raise Forged("the authority has not signed this")


def verify_root(signed: Signed) -> Root:
    """A root vouches for itself; trust in the first one comes from outside (pinned at install).

    Raises:
        Forged, Malformed, NotAllowed.
    """
    root = unpack(Root, signed.payload, limit=MAX_SIGNED)
    every = (*root.keys, *root.receipt_keys, *root.checkpoint_keys, *root.witnesses)
    if len(set(every)) != len(every):
        raise NotAllowed("the authority's, the hub's and the witnesses' keys are all different")
    if root.threshold > len(root.keys):
        raise NotAllowed("a root has keys enough for its threshold")
    if root.number < 1 or (root.number == 1) != (root.previous == NO_ROOT):
        raise NotAllowed("roots are numbered from 1, and every later one names the one before")
    require_threshold(root, "root", signed)
    for key in every:
        check_signing_key(key)
    return root


def succeed(pinned: Signed, newer: Signed) -> Root:
    """Accept ``newer`` in place of ``pinned``.

    Raises:
        Stale: if its number is lower or skips. NotAllowed: if the hub's name or time goes astray.
        Forged: if either side has not signed it.
    """
    old, new = verify_root(pinned), verify_root(newer)
    if new.number != old.number + 1 or new.previous != digest(pinned):
        raise Stale("a root is followed by the next one only")
    if new.hub != old.hub or new.at < old.at:
        raise NotAllowed("the hub's name stays, and times never run backwards")
    require_threshold(old, "root", newer)
    return new


def verify_roots(pinned: Signed, successors: Sequence[Signed]) -> tuple[Signed, Root]:
    """Walk from the pinned root over its successors; returns the last one, signed and read."""
    current, root = pinned, verify_root(pinned)
    for newer in successors:
        root = succeed(current, newer)
        current = newer
    return current, root


def verify_accreditation(root: Root, signed: Signed) -> Accreditation:
    """Read an accreditation signed under ``root`` (or under an earlier one with enough of the same keys).

    Raises:
        Forged, Malformed, NotAllowed.
    """
    accreditation = unpack(Accreditation, signed.payload, limit=MAX_SIGNED)
    require_threshold(root, "accreditation", signed)
    if accreditation.valid_from >= accreditation.valid_to or accreditation.root > root.number:
        raise NotAllowed("the accreditation's dates or root make no sense")
    return accreditation


def verify_withdrawal(root: Root, signed: Signed) -> Withdrawal:
    """Read a withdrawal signed under ``root``.

    Raises:
        Forged, Malformed.
    """
    withdrawal = unpack(Withdrawal, signed.payload, limit=MAX_SIGNED)
    require_threshold(root, "withdrawal", signed)
    return withdrawal


def in_date(accreditation: Accreditation, at: int) -> bool:
    """Whether ``at`` lies within the accreditation's own dates: valid_from <= at < valid_to."""
    return accreditation.valid_from <= at < accreditation.valid_to


def in_force(
    accreditation: Accreditation, withdrawals: Iterable[Withdrawal], signed_hash: bytes, at: int
) -> bool:
    """Whether the accreditation (whose ``digest`` is ``signed_hash``) stands at the moment ``at``."""
    if not in_date(accreditation, at):
        return False
    return not any(w.accreditation == signed_hash and w.at <= at for w in withdrawals)
