"""Which boxes an entry's facts name, and for whom: exactly those must come with it, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from crypto.entries import Grant, Header, Invite, Open, Rekey, Release
from hub.kernel.refusals import Refused
from policies.limits import limits


class WrongBoxes(Refused):
    code, status, title = "wrong-boxes", 400, "The boxes are not the ones the entry names"


class Named(NamedTuple):
    """One box hash. ``organisation`` is None where the facts do not say whose it is."""

    hash: bytes
    organisation: bytes | None = None
    epoch: int | None = None
    entry: bytes | None = None


class Box(NamedTuple):
    """One box and what the facts say of it."""

    named: Named
    box: bytes


def matched(header: Header, facts: Any, boxes: Sequence[bytes]) -> tuple[Box, ...]:
    """The boxes, each with what the facts say of it. Raises WrongBoxes for any missing, extra or repeated
    one."""
    if any(len(box) > limits().entries.box_max for box in boxes):
        raise WrongBoxes("A box is longer than any box of a key.")
    named = list(names(header, facts))
    found = {hashlib.sha256(box).digest(): box for box in boxes}
    wanted = {name.hash for name in named}
    if len(named) != len(wanted):
        raise WrongBoxes("Each box is for one recipient: the entry names one twice.")
    if len(found) != len(boxes) or found.keys() != wanted:
        raise WrongBoxes(
            "Send each box that the entry names once, and no other.",
            missing=len(wanted - found.keys()),
            extra=len(found.keys() - wanted),
        )
    return tuple(Box(name, found[name.hash]) for name in named)


def names(header: Header, facts: Any) -> Iterator[Named]:
    """Every box hash in the facts."""
    if isinstance(facts, Open | Rekey):
        for listing in (*facts.members, *facts.pending):
            yield Named(listing.box_hash, listing.organisation, header.epoch)
    elif isinstance(facts, Invite):
        yield from _of_invite(header, facts)
    elif isinstance(facts, Grant | Release):
        yield from _given(facts)
    elif getattr(facts, "restricted", None) is not None:
        yield from map(Named, facts.restricted.boxes)


def _of_invite(header: Header, facts: Invite) -> Iterator[Named]:
    invitee = facts.listing.organisation
    yield Named(facts.listing.box_hash, invitee, header.epoch)
    yield from map(Named, facts.body_boxes)
    for keyed in facts.history:
        yield Named(keyed.box_hash, invitee, keyed.epoch)


def _given(facts: Grant | Release) -> Iterator[Named]:
    for keyed in getattr(facts, "epochs", ()):
        yield Named(keyed.box_hash, facts.organisation, keyed.epoch)
    for each in facts.entries:
        yield Named(each.box_hash, facts.organisation, entry=each.entry)
