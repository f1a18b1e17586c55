"""Who may post what: PROTOCOL's table of control entries, row by row, and what people say and do."""

import pytest

from policies.decisions import Denied
from policies.people import CircleState, Link, Membership, OrganisationKind, Person, Role
from policies.posting import Posting, Removes, is_control, may_post, rules

OPEN, CLOSED = CircleState.OPEN, CircleState.CLOSED
CONTENT = ("message", "document", "action", "action_change")
OWNERS = ("invite", "grant", "release", "close", "erase", "plan", "details")

OWNER = (Person(OrganisationKind.VCU, Role.WORKER), Link(Membership.OWNER))
MEMBER = (Person(OrganisationKind.PARTNER, Role.WORKER), Link(Membership.MEMBER, assigned=True))
ONLOOKER = (Person(OrganisationKind.PARTNER, Role.WORKER), Link(Membership.MEMBER, break_glass=1))
INVITED = (Person(OrganisationKind.PARTNER, Role.WORKER), Link(Membership.PENDING))
STRANGER = (Person(OrganisationKind.PARTNER, Role.MANAGER), Link(Membership.NONE))
OTHER_VCU = (Person(OrganisationKind.VCU, Role.WORKER), Link(Membership.NONE))
LAPSED = (Person(OrganisationKind.PARTNER, Role.MANAGER, accredited=False), Link(Membership.MEMBER))
REVIEWER = (Person(OrganisationKind.VCU, Role.REVIEWER), Link(Membership.OWNER))
KIT = (Person(OrganisationKind.VCU, Role.KIT), Link(Membership.OWNER))

Poster = tuple[Person, Link]


def answer(poster: Poster, posting: Posting) -> str:
    """A decision in one word."""
    decision = may_post(*poster, posting)
    return decision.code if isinstance(decision, Denied) else "yes"


TABLE: list[tuple[Poster, Posting, str]] = [
    # The owner's own entries.
    *((OWNER, Posting(kind), "yes") for kind in OWNERS),
    *((MEMBER, Posting(kind), "not_yours_to_post") for kind in OWNERS),
    *((INVITED, Posting(kind), "not_yours_to_post") for kind in OWNERS),
    *((STRANGER, Posting(kind), "not_found") for kind in OWNERS),
    # Opening: any victim care unit, and nobody else.
    (OTHER_VCU, Posting("open"), "yes"),
    (STRANGER, Posting("open"), "not_found"),
    # Closing and reopening.
    (OWNER, Posting("reopen"), "circle_not_closed"),
    (OWNER, Posting("reopen", CLOSED), "yes"),
    (MEMBER, Posting("reopen", CLOSED), "not_yours_to_post"),
    (OWNER, Posting("close", CLOSED), "circle_closed"),
    # The invited organisation answers.
    (INVITED, Posting("accept"), "yes"),
    (INVITED, Posting("decline"), "yes"),
    (MEMBER, Posting("accept"), "not_yours_to_post"),
    (OWNER, Posting("accept"), "not_yours_to_post"),
    (STRANGER, Posting("accept"), "not_found"),
    (INVITED, Posting("accept", CLOSED), "circle_closed"),
    # Rekey: without change any member; with removal the owner, or the leaver for itself.
    (MEMBER, Posting("rekey"), "yes"),
    (OWNER, Posting("rekey"), "yes"),
    (INVITED, Posting("rekey"), "not_yours_to_post"),
    (MEMBER, Posting("rekey", removes=Removes.LAPSED), "yes"),
    (OWNER, Posting("rekey", removes=Removes.OTHERS), "yes"),
    (MEMBER, Posting("rekey", removes=Removes.OTHERS), "not_yours_to_post"),
    (MEMBER, Posting("rekey", removes=Removes.ITSELF), "yes"),
    (LAPSED, Posting("rekey", removes=Removes.ITSELF), "yes"),
    (LAPSED, Posting("rekey"), "not_accredited"),
    (MEMBER, Posting("rekey", CLOSED), "circle_closed"),
    (OWNER, Posting("rekey", CLOSED), "yes"),
    (OWNER, Posting("rekey", CLOSED, removes=Removes.OTHERS), "yes"),
    # Hold: the owner, or the authority the circle names, member or not.
    (OWNER, Posting("hold"), "yes"),
    (OWNER, Posting("hold", CLOSED), "yes"),
    (STRANGER, Posting("hold", named_authority=True), "yes"),
    (STRANGER, Posting("hold", CLOSED, named_authority=True), "yes"),
    (MEMBER, Posting("hold"), "not_yours_to_post"),
    # Handover and succession.
    (OWNER, Posting("handover"), "yes"),
    (MEMBER, Posting("accept", receiver=True), "yes"),
    (MEMBER, Posting("decline", CLOSED, receiver=True), "yes"),
    (OWNER, Posting("rekey", removes=Removes.ITSELF), "owner_hands_over"),
    (MEMBER, Posting("handover"), "not_yours_to_post"),
    (OTHER_VCU, Posting("succession", receiver=True), "yes"),
    (OWNER, Posting("succession"), "not_yours_to_post"),
    # A closed circle takes what the law still asks of its owner, and nothing from anybody else.
    (OWNER, Posting("release", CLOSED), "yes"),
    (OWNER, Posting("erase", CLOSED), "yes"),
    (OWNER, Posting("erase", held=True), "on_hold"),
    (OWNER, Posting("release", held=True), "yes"),
    (OWNER, Posting("plan", CLOSED), "circle_closed"),
    (OWNER, Posting("invite", CLOSED), "circle_closed"),
    (OWNER, Posting("grant", CLOSED), "circle_closed"),
    (MEMBER, Posting("erase", CLOSED), "not_yours_to_post"),
    *((poster, Posting(kind, CLOSED), "circle_closed") for kind in CONTENT for poster in (OWNER, MEMBER)),
    # What people say and do.
    *((poster, Posting(kind), "yes") for kind in CONTENT for poster in (OWNER, MEMBER)),
    *((ONLOOKER, Posting(kind), "not_assigned") for kind in CONTENT),
    (ONLOOKER, Posting("rekey", removes=Removes.ITSELF), "not_assigned"),
    *((INVITED, Posting(kind), "not_yours_to_post") for kind in CONTENT),
    *((STRANGER, Posting(kind), "not_found") for kind in CONTENT),
    # Whoever may not act at all.
    (REVIEWER, Posting("message"), "role_sees_no_content"),
    (KIT, Posting("close"), "kit_never_signs_in"),
    (LAPSED, Posting("message"), "not_accredited"),
    (OWNER, Posting("telepathy"), "unknown_kind"),
    (OWNER, Posting("rekey_removal"), "unknown_kind"),
]


@pytest.mark.parametrize(("poster", "posting", "expected"), TABLE)
def test_posting(poster: Poster, posting: Posting, expected: str) -> None:
    assert answer(poster, posting) == expected


def test_a_refusal_says_who_could_do_it() -> None:
    decision = may_post(*MEMBER, Posting("hold"))
    assert isinstance(decision, Denied)
    assert decision.say == (
        "Only the victim care unit that owns the circle or the authority named for this circle can do this. "
        "Ask them."
    )


def test_the_control_chain_holds_exactly_what_the_protocol_lists() -> None:
    control = {kind for kind in rules().kinds if is_control(kind)}
    assert control == {
        *("open", "invite", "grant", "release", "close", "reopen", "erase", "accept", "decline", "hold"),
        *("rekey", "handover", "succession"),
    }
    assert not is_control("telepathy")
