"""The control chain of a circle: who is in it, under which epoch, and who may change that.

``apply`` takes a verified control entry at its position and returns the next state or refuses.
The hub and every end run the same code, so an end never has to believe the hub about membership.
The rules are PROTOCOL's table; each refusal says which rule it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from crypto.accreditation import Accreditation, OrganisationKind, Withdrawal, in_force
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
    Kind,
    Listing,
    Open,
    Rekey,
    Release,
    circle_id,
    head_zero,
)
from crypto.errors import Forged, NotAllowed, Stale
from crypto.organisation import Organisation


class Directory(Protocol):
    """What a reader has verified about organisations. Unknown ones raise ``NotAllowed``."""

    def organisation(self, organisation: bytes) -> Organisation:
        """The verified chain."""

    def accreditation(self, digest: bytes) -> Accreditation:
        """The verified accreditation with that digest."""

    def withdrawals(self, organisation: bytes) -> Sequence[Withdrawal]:
        """All verified withdrawals for that organisation."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch: what its key must commit to, and who was given it.

    ``holders`` maps an organisation to (its listing, the control head its box's info names).
    """

    number: int
    commitment: bytes
    maker: bytes
    holders: Mapping[bytes, tuple[Listing, bytes]]
    control_heads: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation nobody has answered yet."""

    hash: bytes
    listing: Listing
    answer_due: int


@dataclass(frozen=True, slots=True)
class Circle:
    """The circle as its control chain says."""

    id: bytes
    owner: bytes
    control_head: bytes
    epochs: tuple[Epoch, ...]
    members: Mapping[bytes, Listing]
    pending: Mapping[bytes, Invitation] = field(default_factory=dict)
    closed: bool = False
    holds: frozenset[bytes] = frozenset()
    handover: tuple[bytes, bytes] | None = None
    erased: frozenset[bytes] = frozenset()

    @property
    def epoch(self) -> Epoch:
        """The one in force."""
        return self.epochs[-1]

    def listing(self, organisation: bytes) -> Listing | None:
        """Where that organisation stands: its member's or its invitee's listing."""
        invitation = self.pending.get(organisation)
        return self.members.get(organisation) or (invitation.listing if invitation else None)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the hub put an entry, and when it took it (UTC milliseconds)."""

    hash: bytes
    seq: int
    received_at: int


@dataclass(frozen=True, slots=True)
class Debt:
    """A rekey that is owed, and to whom: sending is refused until it is paid.

    ``why``: "superseded" key generation, "lapsed" accreditation, or "left" (someone who is no
    longer here holds, or made, the key in force).
    """

    organisation: bytes
    why: str


def apply(circle: Circle | None, header: Header, facts: Any, placed: Placed, directory: Directory) -> Circle:
    """The state after one more control entry whose signature and author were already verified.

    Raises:
        Stale: another control entry came first. NotAllowed, Forged: a rule is broken.
    """
    if circle is None:
        return _open(header, facts, placed, directory)
    if header.circle != circle.id:
        raise Forged("the entry belongs to another circle")
    if header.control_head != circle.control_head:
        raise Stale("the circle has changed since this was signed")
    rule = _RULES.get(Kind(header.kind))
    if rule is None:
        raise NotAllowed("a circle is opened once")
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
    """No grace: a content entry is in the epoch in force and names a control head of it.

    Raises:
        Stale, NotAllowed.
    """
    if header.epoch != circle.epoch.number or header.control_head not in circle.epoch.control_heads:
        raise Stale("sealed under an epoch that is no longer in force")
    if circle.closed:
        raise NotAllowed("the circle is closed")


def debts(circle: Circle, directory: Directory, now: int) -> list[Debt]:
    """Every reason why the epoch in force must be replaced before anything is sealed under it."""
    owed = []
    present = {*circle.members, *circle.pending}
    for organisation, (listing, _) in circle.epoch.holders.items():
        if organisation not in present:
            owed.append(Debt(organisation, "left"))
        elif not accredited(listing, directory, now):
            owed.append(Debt(organisation, "lapsed"))
        elif directory.organisation(organisation).generation.number != listing.generation:
            owed.append(Debt(organisation, "superseded"))
    if circle.epoch.maker not in circle.members:
        owed.append(Debt(circle.epoch.maker, "left"))
    return owed


def accredited(listing: Listing, directory: Directory, at: int) -> bool:
    """Whether the listed accreditation is this organisation's and stands at ``at``."""
    accreditation = directory.accreditation(listing.accreditation)
    chain = directory.organisation(listing.organisation)
    if accreditation.organisation != chain.id or accreditation.genesis != chain.genesis:
        return False
    return in_force(accreditation, directory.withdrawals(chain.id), listing.accreditation, at)


def check_listing(listing: Listing, directory: Directory, at: int) -> None:
    """Require that a listing names a key the organisation really had at that head, and a valid
    accreditation: nobody can be given a key under someone else's name.

    Raises:
        NotAllowed, Stale.
    """
    chain = directory.organisation(listing.organisation)
    generation = chain.generation_at(listing.head)
    if (generation.number, generation.key_hash) != (listing.generation, listing.key_hash):
        raise NotAllowed("the listing does not name the organisation's own key")
    if not accredited(listing, directory, at):
        raise NotAllowed("the organisation is not accredited")


def _advance(circle: Circle, control_head: bytes) -> Circle:
    epoch = replace(circle.epoch, control_heads=circle.epoch.control_heads | {control_head})
    return replace(circle, control_head=control_head, epochs=(*circle.epochs[:-1], epoch))


def _open(header: Header, facts: Any, placed: Placed, directory: Directory) -> Circle:
    if header.kind != Kind.OPEN or not isinstance(facts, Open):
        raise NotAllowed("a circle begins with its opening")
    circle = circle_id(header, facts.nonce)
    if header.circle != circle or header.control_head != head_zero(circle) or header.epoch != 1:
        raise Forged("the opening does not make this circle")
    owner = facts.members[0]
    if owner.organisation != header.organisation:
        raise NotAllowed("a circle is opened by its owner")
    check_listing(owner, directory, placed.received_at)
    _require_owner_kind(owner, directory)
    members = {owner.organisation: owner}
    holders = {owner.organisation: (owner, header.control_head)}
    epoch = Epoch(1, facts.commitment, owner.organisation, holders, frozenset({placed.hash}))
    return Circle(circle, owner.organisation, placed.hash, (epoch,), members)


def _require_owner_kind(listing: Listing, directory: Directory) -> None:
    if directory.accreditation(listing.accreditation).kind != OrganisationKind.VCU:
        raise NotAllowed("only a victim care unit may own a circle")


def _owner_only(circle: Circle, header: Header) -> None:
    if header.organisation != circle.owner:
        raise NotAllowed("only the circle's owner may do this")


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
    _require_epochs(circle, [keyed.epoch for keyed in facts.history])
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
        _require_owner_kind(circle.members[header.organisation], directory)
        return replace(circle, owner=header.organisation, handover=None)
    invitation = _answered(circle, header, facts.invite)
    members = {**circle.members, header.organisation: invitation.listing}
    return replace(circle, members=members, pending=_without(circle.pending, [header.organisation]))


def _decline(circle: Circle, header: Header, facts: Decline, placed: Placed, directory: Directory) -> Circle:
    if circle.handover == (facts.invite, header.organisation):
        return replace(circle, handover=None)
    _answered(circle, header, facts.invite)
    return replace(circle, pending=_without(circle.pending, [header.organisation]))


def _answered(circle: Circle, header: Header, invite: bytes) -> Invitation:
    invitation = circle.pending.get(header.organisation)
    if invitation is None or invitation.hash != invite:
        raise NotAllowed("that organisation was not asked this")
    return invitation


def _grant(circle: Circle, header: Header, facts: Grant, placed: Placed, directory: Directory) -> Circle:
    _owner_only(circle, header)
    if facts.organisation not in circle.members:
        raise NotAllowed("history is for members who have accepted")
    _require_epochs(circle, [keyed.epoch for keyed in facts.epochs])
    _require_generation(facts.organisation, facts.generation, facts.key_hash, directory)
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
    if header.organisation == circle.owner or removed <= {header.organisation}:
        return
    for organisation in removed:
        listing = circle.listing(organisation)
        if listing is None or accredited(listing, directory, placed.received_at):
            raise NotAllowed("only the owner may remove another organisation")


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
    _require_generation(facts.organisation, facts.generation, facts.key_hash, directory)
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


def _require_open(circle: Circle) -> None:
    if circle.closed:
        raise NotAllowed("the circle is closed")


def _require_epochs(circle: Circle, numbers: Iterable[int]) -> None:
    if any(not 1 <= number <= len(circle.epochs) for number in numbers):
        raise NotAllowed("no such epoch")


def _require_generation(organisation: bytes, number: int, key_hash: bytes, directory: Directory) -> None:
    generations = directory.organisation(organisation).generations
    if not any((g.number, g.key_hash) == (number, key_hash) for g in generations):
        raise NotAllowed("that is not the organisation's key")


def _without(mapping: Mapping[bytes, Invitation], gone: Iterable[bytes]) -> dict[bytes, Invitation]:
    dropped = set(gone)
    return {key: value for key, value in mapping.items() if key not in dropped}


_Rule = Callable[[Circle, Header, Any, Placed, Directory], Circle]
_RULES: dict[Kind, _Rule] = {
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
