"""May this person post this entry now? Roles, codes, times and counts; the signed rules are
`crypto.circle`'s."""

from __future__ import annotations

from typing import Any

from crypto.circle import Circle, Directory, accredited
from crypto.entries import Header, Kind, Listing, Rekey
from hub.accounts import service as accounts
from hub.kernel.caller import Caller
from hub.kernel.refusals import NotAllowed, NotFound, Refused
from policies import codes, posting
from policies.calendar import calendar
from policies.decisions import Decision, Denied
from policies.invitations import InvitationState, Invitee, expires_at, may_answer, may_invite
from policies.limits import limits
from policies.people import CircleState, Link, Membership, OrganisationKind
from policies.posting import Posting, Removes

KINDS = dict(enumerate((OrganisationKind.PARTNER, OrganisationKind.VCU, OrganisationKind.POLICE,
                        OrganisationKind.OVERSIGHT), 1))  # fmt: skip
"""`crypto.accreditation.OrganisationKind` in policies' words."""


class ClockAhead(Refused):
    code, status, title = "clock-ahead", 400, "The entry is signed in the future"


def refuse_if_denied(decision: Decision) -> None:
    """Raise what a policy says no to: 404 where the caller may not even know that it exists."""
    if isinstance(decision, Denied):
        if decision.code == "not_found":
            raise NotFound
        raise NotAllowed(decision.say, reason=decision.code)


def membership_in(circle: Circle | None, organisation: bytes) -> Membership:
    """How an organisation stands to a circle."""
    if circle is None:
        return Membership.NONE
    if organisation == circle.owner:
        return Membership.OWNER
    if organisation in circle.members:
        return Membership.MEMBER
    return Membership.PENDING if organisation in circle.pending else Membership.NONE


def check_posting(
    caller: Caller, circle: Circle | None, header: Header, facts: Any, *, assigned: bool
) -> None:
    """Role, membership, assignment and the circle's state. Raises NotFound and NotAllowed."""
    link = Link(membership_in(circle, caller.organisation), assigned)
    decision = posting.may_post(accounts.person(caller), link, _posting(circle, header, facts))
    refuse_if_denied(decision)


def _posting(circle: Circle | None, header: Header, facts: Any) -> Posting:
    kind = Kind(header.kind).name.lower()  # the rows of policies' posting table
    closed = CircleState.CLOSED if circle and circle.closed else CircleState.OPEN
    taking = circle is not None and circle.handover is not None and circle.handover[1] == header.organisation
    if taking and kind in ("accept", "decline"):
        return Posting(kind, closed, receiver=True)
    held = circle is not None and bool(circle.holds)
    return Posting(kind, closed, _removes(circle, facts, header.organisation), held=held)


def _removes(circle: Circle | None, facts: Any, author: bytes) -> Removes:
    """Whether those whom a member removes have really lapsed is judged by the signed rules."""
    if not isinstance(facts, Rekey) or not facts.removed:
        return Removes.NOBODY
    if facts.removed == (author,):
        return Removes.ITSELF
    return Removes.OTHERS if circle is None or circle.owner == author else Removes.LAPSED


def check_codes(header: Header, facts: Any) -> None:
    """The reason given is one that may be given today. Raises NotAllowed."""
    known = codes.reasons()
    lists = {
        Kind.DECLINE: known.invitation_decline,
        Kind.CLOSE: known.closing,
        Kind.ERASE: known.erase,
    }
    chosen = lists.get(Kind(header.kind))
    if isinstance(facts, Rekey) and facts.removed:
        chosen = known.removal
    if chosen is not None:
        refuse_if_denied(chosen.check(facts.reason))


def check_times(header: Header, now: int) -> None:
    """A clock may be behind, and readers show it; it may not be ahead of the hub's. Raises ClockAhead."""
    if header.sent_at > now + limits().entries.clock_skew_ms:
        raise ClockAhead("Set this computer's clock, then seal again.", now=now)


def check_invite(circle: Circle, listing: Listing, directory: Directory, now: int) -> None:
    """Whom one may invite, and how many at a time. Raises NotAllowed."""
    accreditation = directory.accreditation(listing.accreditation)
    invitee = Invitee(
        kind=KINDS[accreditation.kind],
        accredited=accredited(listing, directory, now),
        membership=membership_in(circle, listing.organisation),
        circle_size=len(circle.members) + len(circle.pending),
        open_invitations=len(circle.pending),
    )
    refuse_if_denied(may_invite(invitee, limits()))


def check_answer(invited_at: int, now: int) -> None:
    """An invitation can be answered until it lapses. Raises NotAllowed."""
    expires = expires_at(invited_at, calendar())
    refuse_if_denied(may_answer(InvitationState.INVITED, expires, now))
