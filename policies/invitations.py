"""Invitations to a circle: whom one may invite, how long it stands, and when to ask again.

Source: DOMAIN, "Circle: Organisation: invited -> accepted | declined | expired"; PROTOCOL, "What each end
must refuse", items 1, 3 and 19. That only the owner invites is `posting`'s.
"""

from enum import StrEnum
from functools import cache

from msgspec import Struct

from policies.calendar import Calendar
from policies.clocks import Clock, ClockVersion, due_time
from policies.codes import reasons
from policies.decisions import ALLOWED, Decision, Denied
from policies.limits import Limits
from policies.people import Membership, OrganisationKind
from policies.tables import Table, read


class InvitationState(StrEnum):
    """Where an invitation stands. Expired is derived from its time, and final once seen."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class InvitationRules(Table, frozen=True):
    """`data/invitations.toml`."""

    expires_after_working_days: int
    offers_max: int
    again_after: dict[str, int]

    def __post_init__(self) -> None:
        if self.expires_after_working_days < 1 or self.offers_max < 1:
            raise ValueError("an invitation stands for a day at least, and may be offered once at least")
        known = {row.key for row in reasons().invitation_decline.codes}
        if not set(self.again_after) <= known or any(days < 0 for days in self.again_after.values()):
            raise ValueError("again_after must name reasons for declining, with no negative days")


class Invitee(Struct, frozen=True):
    """The organisation that is to be invited, and how full the circle is (members and invited together)."""

    kind: OrganisationKind
    accredited: bool
    membership: Membership
    circle_size: int
    open_invitations: int


class Offer(Struct, frozen=True):
    """The last invitation of one organisation to one circle; `ended_at` is when it stopped waiting."""

    state: InvitationState
    ended_at: int
    offers: int
    reason: int | None = None


@cache
def rules() -> InvitationRules:
    """The rules the product ships with, read once."""
    return read("invitations", InvitationRules)


def answer_by(clocks: ClockVersion, invited_at: int, *, enhanced: bool, calendar: Calendar) -> int:
    """When the organisation should have answered; after that the owner is told (`escalation`)."""
    return due_time(clocks, Clock.INVITATION, invited_at, enhanced=enhanced, calendar=calendar)


def expires_at(invited_at: int, calendar: Calendar, known: InvitationRules | None = None) -> int:
    """When the invitation lapses."""
    return calendar.close_of_working_day(invited_at, (known or rules()).expires_after_working_days)


def may_invite(invitee: Invitee, limits: Limits) -> Decision:
    """May this organisation be invited to this circle at all?"""
    if invitee.kind is OrganisationKind.OVERSIGHT:
        return Denied(
            "oversight_sees_no_content", "Oversight bodies never join a circle. Choose another organisation."
        )
    if not invitee.accredited:
        return Denied(
            "invitee_not_accredited", "That organisation has no valid accreditation, so it cannot be invited."
        )
    if invitee.membership is Membership.PENDING:
        return Denied(
            "already_invited", "That organisation is invited already. Wait for its answer, or withdraw it."
        )
    if invitee.membership is not Membership.NONE:
        return Denied("already_member", "That organisation is in the circle already.")
    if invitee.circle_size >= limits.circles.members_max:
        return Denied(
            "circle_full", f"A circle holds {limits.circles.members_max} organisations. Remove one first."
        )
    if invitee.open_invitations >= limits.circles.invitations_open_max:
        return Denied("too_many_invitations", "Too many invitations wait for an answer. Withdraw one first.")
    return ALLOWED


def may_answer(state: InvitationState, expires: int, now: int) -> Decision:
    """Can this invitation still be accepted or declined?"""
    if state is InvitationState.EXPIRED or (state is InvitationState.INVITED and now > expires):
        return Denied(
            "invitation_expired", "This invitation has lapsed. Ask the case owner to invite you again."
        )
    if state is not InvitationState.INVITED:
        return Denied("invitation_answered", "This invitation was answered or withdrawn already.")
    return ALLOWED


def may_offer_again(
    last: Offer, now: int, calendar: Calendar, known: InvitationRules | None = None
) -> Decision:
    """May the owner ask an organisation that was asked before? What a decline means is in the table."""
    table = known or rules()
    if last.offers >= table.offers_max:
        return Denied(
            "asked_often_enough",
            "That organisation has been asked often enough. Choose another, or telephone.",
        )
    if last.state is not InvitationState.DECLINED:
        return ALLOWED
    days = _again_after(table, last.reason)
    if days is None:
        return Denied(
            "declined_for_good", "That organisation declined for a reason that stays. Choose another."
        )
    if now < calendar.add_working_days(last.ended_at, days):
        return Denied(
            "ask_later", f"That organisation declined. Ask again {days} working days after its answer."
        )
    return ALLOWED


def _again_after(table: InvitationRules, reason: int | None) -> int | None:
    row = None if reason is None else reasons().invitation_decline.by_code(reason)
    return None if row is None else table.again_after.get(row.key)
