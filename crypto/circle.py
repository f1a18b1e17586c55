"""The control chain of a circle: who is in it, under which epoch, and who may change that.

``apply`` takes a verified control entry at its position and returns the next state or refuses.
The hub and every end run the same code, so an end never has to believe the hub about membership.
The rule of each kind stands in ``rules``, what makes an organisation fit for a key in ``standing``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crypto.entries import Header, Kind, Listing
from crypto.errors import Forged, NotAllowed, Stale
from crypto.rules import RULES, open_circle
from crypto.standing import accredited, check_listing, check_live, debts
from crypto.state import Circle, Debt, Directory, Epoch, Invitation, Placed

__all__ = [
    "Circle",
    "Debt",
    "Directory",
    "Epoch",
    "Invitation",
    "Placed",
    "accredited",
    "apply",
    "check_author",
    "check_content",
    "check_listing",
    "check_live",
    "debts",
]

_OWNERS_WORDS = frozenset({Kind.PLAN, Kind.DETAILS})


def apply(circle: Circle | None, header: Header, facts: Any, placed: Placed, directory: Directory) -> Circle:
    """The state after one more control entry whose signature and author were already verified.

    Raises:
        Stale: another control entry came first. NotAllowed, Forged: a rule is broken.
    """
    if circle is None:
        return open_circle(header, facts, placed, directory)
    if header.circle != circle.id:
        raise Forged("the entry belongs to another circle")
    if header.control_head != circle.control_head:
        raise Stale("the circle has changed since this was signed")
    rule = RULES.get(header.kind)
    if rule is None:
        raise NotAllowed("a circle is opened once, and only control entries change it")
    expected = circle.epoch.number + (header.kind == Kind.REKEY)
    if header.epoch != expected:
        raise Stale("the entry names another epoch")
    return _advance(rule(circle, header, facts, placed, directory), placed.hash)


def check_author(circle: Circle, header: Header) -> Listing:
    """The author's organisation's place here, for an entry of any kind.

    Raises:
        NotAllowed: if it has none, or only an invitation and this is not its answer.
    """
    organisation = header.organisation
    if header.kind in (Kind.ACCEPT, Kind.DECLINE) and organisation in circle.pending:
        return circle.pending[organisation].listing
    member = circle.members.get(organisation)
    if member is None:
        raise NotAllowed("that organisation is not a member of the circle")
    return member


def check_content(circle: Circle, header: Header) -> None:
    """No grace: a content entry is in the epoch in force and names a control head of it. The plan and the
    details, which say how a victim is reached safely, are the owner's words alone.

    Raises:
        Stale, NotAllowed.
    """
    if header.epoch != circle.epoch.number or header.control_head not in circle.epoch.control_heads:
        raise Stale("sealed under an epoch that is no longer in force")
    if circle.closed:
        raise NotAllowed("the circle is closed")
    if header.kind in _OWNERS_WORDS and header.organisation != circle.owner:
        raise NotAllowed("only the circle's owner may write this")


def _advance(circle: Circle, control_head: bytes) -> Circle:
    epoch = replace(circle.epoch, control_heads=circle.epoch.control_heads | {control_head})
    return replace(circle, control_head=control_head, epochs=(*circle.epochs[:-1], epoch))
