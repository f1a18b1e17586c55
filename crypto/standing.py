"""Whether an organisation may be given a key: its own key, under a valid accreditation.

History is judged at its position by what can never change afterwards: the chain up to the listed
head, and the accreditation's own dates. A withdrawal may be dated before the hub learned of it, so
it never undoes an epoch that was rightly made: it makes a rekey owed (``debts``), and the hub and
every sealing end look at it before they act (``check_live``).
"""

from __future__ import annotations

from typing import Any

from crypto.accreditation import Accreditation, OrganisationKind, in_date, in_force
from crypto.errors import NotAllowed, Stale
from crypto.facts import Grant, Invite, Listing, Open, Rekey, Release
from crypto.state import Circle, Debt, Directory


def check_listing(listing: Listing, directory: Directory, at: int) -> None:
    """Require that a listing names a key the organisation really had at that head, and its own
    accreditation, in date: nobody can be given a key under someone else's name.

    Raises:
        NotAllowed, Stale.
    """
    chain = directory.organisation(listing.organisation)
    generation = chain.generation_at(listing.head)
    if (generation.number, generation.key_hash) != (listing.generation, listing.key_hash):
        raise NotAllowed("the listing does not name the organisation's own key")
    accreditation = _own_accreditation(listing, directory)
    if accreditation is None or not in_date(accreditation, at):
        raise NotAllowed("the organisation is not accredited")


def check_owner(listing: Listing, directory: Directory) -> None:
    """Require the kind of organisation that may own a circle.

    Raises:
        NotAllowed.
    """
    if directory.accreditation(listing.accreditation).kind != OrganisationKind.VCU:
        raise NotAllowed("only a victim care unit may own a circle")


def accredited(listing: Listing, directory: Directory, at: int) -> bool:
    """Whether the listed accreditation is this organisation's and stands at ``at``, as far as is
    known now (withdrawals included)."""
    accreditation = _own_accreditation(listing, directory)
    if accreditation is None:
        return False
    withdrawals = directory.withdrawals(listing.organisation)
    return in_force(accreditation, withdrawals, listing.accreditation, at)


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


def check_live(facts: Any, directory: Directory, now: int) -> None:
    """What the hub checks beyond replay when it takes an entry that gives keys away, and an end
    before it makes one: nobody named here is lapsed, withdrawn or superseded at this moment.

    Raises:
        NotAllowed: unaccredited. Stale: a newer generation is in force.
    """
    for listing in _given(facts):
        if not accredited(listing, directory, now):
            raise NotAllowed("the organisation's accreditation does not stand")
        _check_generation(listing.organisation, listing.generation, directory)
    if isinstance(facts, Grant):
        _check_generation(facts.organisation, facts.generation, directory)


def recipient(facts: Release) -> Listing:
    """Whom a release gives keys to, as a listing (without a box of its own)."""
    return Listing(
        facts.organisation, facts.head, facts.generation, facts.key_hash, facts.accreditation, bytes(32)
    )


def _given(facts: Any) -> tuple[Listing, ...]:
    if isinstance(facts, Open | Rekey):
        return (*facts.members, *facts.pending)
    if isinstance(facts, Invite):
        return (facts.listing,)
    return (recipient(facts),) if isinstance(facts, Release) else ()


def _check_generation(organisation: bytes, number: int, directory: Directory) -> None:
    if directory.organisation(organisation).generation.number != number:
        raise Stale("the organisation has a newer key")


def _own_accreditation(listing: Listing, directory: Directory) -> Accreditation | None:
    accreditation = directory.accreditation(listing.accreditation)
    chain = directory.organisation(listing.organisation)
    if (accreditation.organisation, accreditation.genesis) != (chain.id, chain.genesis):
        return None
    return accreditation
