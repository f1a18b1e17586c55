"""Inviting an organisation: whom, for how long, and when again."""

import msgspec
import pytest

from policies.calendar import calendar
from policies.clocks import version
from policies.codes import reasons
from policies.decisions import Decision, Denied
from policies.invitations import (
    InvitationState,
    Invitee,
    Offer,
    answer_by,
    expires_at,
    may_answer,
    may_invite,
    may_offer_again,
)
from policies.limits import limits
from policies.people import Membership, OrganisationKind
from tests.policies.moments import at, words

CALENDAR = calendar()
INVITED = at("2026-11-23 11:00")
FRESH = Invitee(OrganisationKind.PARTNER, True, Membership.NONE, circle_size=2, open_invitations=1)


def answer(decision: Decision) -> str:
    """A decision in one word."""
    return decision.code if isinstance(decision, Denied) else "yes"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "yes"),
        ({"kind": OrganisationKind.POLICE}, "yes"),
        ({"kind": OrganisationKind.VCU}, "yes"),
        ({"kind": OrganisationKind.OVERSIGHT}, "oversight_sees_no_content"),
        ({"accredited": False}, "invitee_not_accredited"),
        ({"membership": Membership.PENDING}, "already_invited"),
        ({"membership": Membership.MEMBER}, "already_member"),
        ({"membership": Membership.OWNER}, "already_member"),
        ({"circle_size": 63}, "yes"),
        ({"circle_size": 64}, "circle_full"),
        ({"open_invitations": 32}, "too_many_invitations"),
    ],
)
def test_inviting(change: dict[str, object], expected: str) -> None:
    assert answer(may_invite(msgspec.structs.replace(FRESH, **change), limits())) == expected


def test_an_invitation_is_answered_in_two_working_days_and_lapses_after_ten() -> None:
    assert words(answer_by(version(1), INVITED, enhanced=False, calendar=CALENDAR)) == "2026-11-25 18:00"
    assert words(answer_by(version(1), INVITED, enhanced=True, calendar=CALENDAR)) == "2026-11-24 18:00"
    assert words(expires_at(INVITED, CALENDAR)) == "2026-12-07 18:00"


@pytest.mark.parametrize(
    ("state", "now", "expected"),
    [
        (InvitationState.INVITED, "2026-12-07 18:00", "yes"),
        (InvitationState.INVITED, "2026-12-07 18:01", "invitation_expired"),
        (InvitationState.EXPIRED, "2026-11-24 10:00", "invitation_expired"),
        (InvitationState.ACCEPTED, "2026-11-24 10:00", "invitation_answered"),
        (InvitationState.DECLINED, "2026-12-24 10:00", "invitation_answered"),
        (InvitationState.WITHDRAWN, "2026-11-24 10:00", "invitation_answered"),
    ],
)
def test_answering(state: InvitationState, now: str, expected: str) -> None:
    assert answer(may_answer(state, expires_at(INVITED, CALENDAR), at(now))) == expected


def reason(key: str) -> int:
    """The code of a reason for declining."""
    row = reasons().invitation_decline.by_key(key)
    assert row is not None
    return row.code


AGAIN = [
    # how it ended, why, how often asked, hours later, answer
    (InvitationState.EXPIRED, None, 1, 0, "yes"),
    (InvitationState.WITHDRAWN, None, 4, 0, "yes"),
    (InvitationState.WITHDRAWN, None, 5, 0, "asked_often_enough"),
    (InvitationState.DECLINED, "not_enough_information", 1, 0, "yes"),
    (InvitationState.DECLINED, "no_capacity", 1, 24, "ask_later"),
    (InvitationState.DECLINED, "no_capacity", 1, 48, "yes"),
    (InvitationState.DECLINED, "outside_criteria", 1, 96, "ask_later"),
    (InvitationState.DECLINED, "conflict", 1, 9_999, "declined_for_good"),
]


@pytest.mark.parametrize(("state", "why", "offers", "hours", "expected"), AGAIN)
def test_asking_again(
    state: InvitationState, why: str | None, offers: int, hours: int, expected: str
) -> None:
    last = Offer(state, INVITED, offers, None if why is None else reason(why))
    assert answer(may_offer_again(last, INVITED + hours * 3_600_000, CALENDAR)) == expected


@pytest.mark.parametrize("code", [None, 99])
def test_a_decline_without_a_known_reason_is_final(code: int | None) -> None:
    last = Offer(InvitationState.DECLINED, INVITED, 1, code)
    assert answer(may_offer_again(last, INVITED, CALENDAR)) == "declined_for_good"
