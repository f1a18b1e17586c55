"""Who may do what to a circle: one rule for each kind of control entry (PROTOCOL's table).

A rule takes the state before, the entry's header and facts, and where it was placed, and returns
the next state or refuses. That the author is a member, signed, and named the control head and epoch
was checked by ``circle.apply`` and ``log``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crypto.entries import (
    MAX_CIRCLE_MEMBERS,
    Accept,
    Decline,
    Erase,
    Grant,
    Handover,
    Header,
    Hold,
    Invite,
    KeyedHash,
    Kind,
    Listing,
    Open,
    Rekey,
    Release,
    circle_id,
    head_zero,
)
from crypto.errors import Forged, NotAllowed, Stale
from crypto.standing import accredited, check_listing, check_owner, recipient
from crypto.state import Circle, Directory, Epoch, Invitation, Placed


def open_circle(header: Header, facts: Any, placed: Placed, directory: Directory) -> Circle:
    """The first state, from the first entry.

    Raises:
        NotAllowed, Forged.
    """
    if header.kind != Kind.OPEN or not isinstance(facts, Open):
        raise NotAllowed("a circle begins with its opening")
    circle = circle_id(header, facts.nonce)
    if header.circle != circle or header.control_head != head_zero(circle) or header.epoch != 1:
        raise Forged("the opening does not make this circle")
    owner = facts.members[0]
    if owner.organisation != header.organisation:
        raise NotAllowed("a circle is opened by its owner")
    check_listing(owner, directory, placed.received_at)
    check_owner(owner, directory)
    members = {owner.organisation: owner}
    holders = {owner.organisation: (owner, header.control_head)}
    epoch = Epoch(1, facts.commitment, owner.organisation, holders, frozenset({placed.hash}))
    return Circle(circle, owner.organisation, placed.hash, (epoch,), members)


def _invite(circle: Circle, header: Header, facts: Invite, placed: Placed, directory: Directory) -> Circle:
    _owner_only(circle, header)
    _require_open(circle)
    listing = facts.listing
    if circle.listing(listing.organisation):
        raise NotAllowed("that organisation is already a member or invited")
    if len(circle.members) + len(circle.pending) >= MAX_CIRCLE_MEMBERS:
        raise NotAllowed("the circle is full")
    if len(facts.body_boxes) != len(circle.members) + 1:
        raise NotAllowed("an invitation can be read by the members and the invited organisation")
    _require_epochs(facts.history, len(circle.epochs) - 1)
    check_listing(listing, directory, placed.received_at)
    holders = {**circle.epoch.holders, listing.organisation: (listing, header.control_head)}
    invitation = Invitation(placed.hash, listing, facts.answer_due)
    return replace(
        circle,
        pending={**circle.pending, listing.organisation: invitation},
        epochs=(*circle.epochs[:-1], replace(circle.epoch, holders=holders)),
    )


def _accept(circle: Circle, header: Header, facts: Accept, placed: Placed, directory: Directory) -> Circle:
    if circle.handover == (facts.invite, header.organisation):
        receiver = circle.members[header.organisation]
        check_listing(receiver, directory, placed.received_at)
        check_owner(receiver, directory)
        return replace(circle, owner=header.organisation, handover=None)
    invitation = _answered(circle, header, facts.invite)
    _require_open(circle)
    check_listing(invitation.listing, directory, placed.received_at)
    members = {**circle.members, header.organisation: invitation.listing}
    return replace(circle, members=members, pending=_without(circle.pending, header.organisation))


def _decline(circle: Circle, header: Header, facts: Decline, placed: Placed, directory: Directory) -> Circle:
    if circle.handover == (facts.invite, header.organisation):
        return replace(circle, handover=None)
    _answered(circle, header, facts.invite)
    return replace(circle, pending=_without(circle.pending, header.organisation))


def _answered(circle: Circle, header: Header, invite: bytes) -> Invitation:
    invitation = circle.pending.get(header.organisation)
    if invitation is None or invitation.hash != invite:
        raise NotAllowed("that organisation was not asked this")
    return invitation


def _grant(circle: Circle, header: Header, facts: Grant, placed: Placed, directory: Directory) -> Circle:
    _owner_only(circle, header)
    listing = circle.members.get(facts.organisation)
    if listing is None:
        raise NotAllowed("history is for members who have accepted")
    if (facts.generation, facts.key_hash) != (listing.generation, listing.key_hash):
        raise NotAllowed("history is boxed to the key that the member is listed with")
    check_listing(listing, directory, placed.received_at)
    _require_epochs(facts.epochs, len(circle.epochs))
    _require_distinct([given.entry for given in facts.entries])
    if not facts.epochs and not facts.entries:
        raise NotAllowed("a grant gives something")
    return circle


def _rekey(circle: Circle, header: Header, facts: Rekey, placed: Placed, directory: Directory) -> Circle:
    removed = set(facts.removed)
    if list(facts.removed) != sorted(removed) or not removed <= {*circle.members, *circle.pending}:
        raise NotAllowed("a removal names those who are here, each once, in order")
    _may_remove(circle, header, removed, placed, directory)
    members = _listed(circle.members, removed, facts.members)
    pending = _listed(circle.pending, removed, facts.pending)
    for listing in (*facts.members, *facts.pending):
        check_listing(listing, directory, placed.received_at)
        _require_forward(circle, header, listing, directory)
    check_owner(members[circle.owner], directory)
    holders = {org: (listing, header.control_head) for org, listing in {**members, **pending}.items()}
    epoch = Epoch(header.epoch, facts.commitment, header.organisation, holders, frozenset())
    waiting = {org: replace(circle.pending[org], listing=listing) for org, listing in pending.items()}
    handover = None if circle.handover and circle.handover[1] in removed else circle.handover
    return replace(
        circle, epochs=(*circle.epochs, epoch), members=members, pending=waiting, handover=handover
    )


def _may_remove(
    circle: Circle, header: Header, removed: set[bytes], placed: Placed, directory: Directory
) -> None:
    if circle.owner in removed:
        raise NotAllowed("the owner hands over instead of leaving")
    if header.organisation == circle.owner:
        return
    for organisation in removed - {header.organisation}:
        listing = circle.listing(organisation)
        if listing is None or accredited(listing, directory, placed.received_at):
            raise NotAllowed("only the owner may remove another organisation")


def _require_forward(circle: Circle, header: Header, listing: Listing, directory: Directory) -> None:
    """Nobody is listed at an earlier head than before: that would hand the new key to a generation
    whose holders may have been removed since. Nor, save by the owner, under an accreditation that
    ends sooner: whoever chose it could soon call them lapsed and leave them out."""
    before = circle.listing(listing.organisation)
    assert before is not None, "a new epoch lists only those who are here"
    chain = directory.organisation(listing.organisation)
    if chain.position(listing.head) < chain.position(before.head):
        raise Stale("an organisation is listed at an earlier head than before")
    ends, ended = (directory.accreditation(place.accreditation).valid_to for place in (listing, before))
    if ends < ended and header.organisation != circle.owner:
        raise NotAllowed("an organisation is listed under an accreditation that ends sooner than before")


def _listed(
    present: Mapping[bytes, object], removed: set[bytes], listings: tuple[Listing, ...]
) -> dict[bytes, Listing]:
    if [listing.organisation for listing in listings] != sorted(set(present) - removed):
        raise NotAllowed("a new epoch lists exactly those who are here, in order")
    return {listing.organisation: listing for listing in listings}


def _hold(circle: Circle, header: Header, facts: Hold, placed: Placed, directory: Directory) -> Circle:
    _owner_only(circle, header)
    if facts.on == (facts.hold in circle.holds):
        raise NotAllowed("that hold is already so")
    return replace(circle, holds=circle.holds ^ {facts.hold})


def _hand_over(
    circle: Circle, header: Header, facts: Handover, placed: Placed, directory: Directory
) -> Circle:
    _owner_only(circle, header)
    if facts.organisation == circle.owner or facts.organisation not in circle.members:
        raise NotAllowed("a circle is handed to another member")
    return replace(circle, handover=(placed.hash, facts.organisation))


def _release(circle: Circle, header: Header, facts: Release, placed: Placed, directory: Directory) -> Circle:
    _owner_only(circle, header)
    check_listing(recipient(facts), directory, placed.received_at)
    _require_distinct([given.entry for given in facts.entries])
    return circle


def _close(circle: Circle, header: Header, facts: object, placed: Placed, directory: Directory) -> Circle:
    _owner_only(circle, header)
    _require_open(circle)
    return replace(circle, closed=True)


def _reopen(circle: Circle, header: Header, facts: object, placed: Placed, directory: Directory) -> Circle:
    _owner_only(circle, header)
    if not circle.closed:
        raise NotAllowed("the circle is not closed")
    return replace(circle, closed=False)


def _erase(circle: Circle, header: Header, facts: Erase, placed: Placed, directory: Directory) -> Circle:
    _owner_only(circle, header)
    if circle.holds:
        raise NotAllowed("nothing is erased while a hold is on")
    return replace(circle, erased=circle.erased | {facts.entry})


def _owner_only(circle: Circle, header: Header) -> None:
    if header.organisation != circle.owner:
        raise NotAllowed("only the circle's owner may do this")


def _require_open(circle: Circle) -> None:
    if circle.closed:
        raise NotAllowed("the circle is closed")


def _require_epochs(given: Sequence[KeyedHash], last: int) -> None:
    numbers = [keyed.epoch for keyed in given]
    if numbers != sorted(set(numbers)) or any(not 1 <= number <= last for number in numbers):
        raise NotAllowed("history names earlier epochs, each once, in order")


def _require_distinct(entries: Iterable[bytes]) -> None:
    named = list(entries)
    if len(set(named)) != len(named):
        raise NotAllowed("each entry is given once")


def _without(pending: Mapping[bytes, Invitation], gone: bytes) -> dict[bytes, Invitation]:
    return {organisation: invitation for organisation, invitation in pending.items() if organisation != gone}


Rule = Callable[[Circle, Header, Any, Placed, Directory], Circle]
RULES: dict[int, Rule] = {
    Kind.INVITE: _invite,
    Kind.ACCEPT: _accept,
    Kind.DECLINE: _decline,
    Kind.GRANT: _grant,
    Kind.REKEY: _rekey,
    Kind.HOLD: _hold,
    Kind.HANDOVER: _hand_over,
    Kind.RELEASE: _release,
    Kind.CLOSE: _close,
    Kind.REOPEN: _reopen,
    Kind.ERASE: _erase,
}
