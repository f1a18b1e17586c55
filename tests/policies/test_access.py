"""Who may do what, as a table: organisation kind, role, tie to the circle -> the answer."""

from collections.abc import Callable

import pytest

from policies import access
from policies.decisions import Allowed, Decision, Denied
from policies.people import Link, Membership, OrganisationKind, Person, Role

PARTNER, VCU, POLICE, OVERSIGHT = (
    OrganisationKind.PARTNER,
    OrganisationKind.VCU,
    OrganisationKind.POLICE,
    OrganisationKind.OVERSIGHT,
)
WORKER, MANAGER, REVIEWER, KIT = Role.WORKER, Role.MANAGER, Role.REVIEWER, Role.KIT
OWNER, MEMBER, PENDING, NONE = Membership.OWNER, Membership.MEMBER, Membership.PENDING, Membership.NONE
RISK = 1


def answer(decision: Decision) -> str:
    """A decision in one word."""
    if isinstance(decision, Denied):
        return decision.code
    return "yes, and the manager is told" if decision.alert_manager else "yes"


READING = [
    # kind, role, membership, assigned, break-glass reason, answer
    (PARTNER, WORKER, MEMBER, True, None, "yes"),
    (PARTNER, WORKER, MEMBER, False, None, "not_assigned"),
    (PARTNER, WORKER, MEMBER, False, RISK, "yes, and the manager is told"),
    (PARTNER, WORKER, MEMBER, True, RISK, "yes"),
    (PARTNER, WORKER, MEMBER, False, 99, "unknown_reason"),
    (PARTNER, MANAGER, MEMBER, False, None, "yes"),
    (PARTNER, REVIEWER, MEMBER, True, RISK, "role_sees_no_content"),
    (PARTNER, KIT, MEMBER, True, RISK, "kit_never_signs_in"),
    (PARTNER, WORKER, PENDING, True, None, "answer_first"),
    (PARTNER, MANAGER, PENDING, False, RISK, "answer_first"),
    (PARTNER, WORKER, NONE, False, None, "not_found"),
    (PARTNER, WORKER, NONE, True, RISK, "not_found"),
    (PARTNER, MANAGER, NONE, False, RISK, "not_found"),
    (VCU, WORKER, OWNER, False, None, "yes"),
    (VCU, MANAGER, OWNER, False, None, "yes"),
    (VCU, REVIEWER, OWNER, False, RISK, "role_sees_no_content"),
    (VCU, WORKER, MEMBER, False, None, "not_assigned"),
    (VCU, WORKER, NONE, False, RISK, "not_found"),
    (POLICE, WORKER, MEMBER, True, None, "yes"),
    (POLICE, WORKER, NONE, False, RISK, "not_found"),
    (OVERSIGHT, WORKER, NONE, False, RISK, "not_found"),
    (OVERSIGHT, REVIEWER, NONE, False, RISK, "not_found"),
    (OVERSIGHT, WORKER, MEMBER, True, RISK, "role_sees_no_content"),
    (OVERSIGHT, MANAGER, OWNER, True, RISK, "role_sees_no_content"),
]


@pytest.mark.parametrize(("kind", "role", "membership", "assigned", "glass", "expected"), READING)
def test_reading_a_circle(
    kind: OrganisationKind,
    role: Role,
    membership: Membership,
    assigned: bool,
    glass: int | None,
    expected: str,
) -> None:
    decision = access.may_read_circle(Person(kind, role), Link(membership, assigned, glass))
    assert answer(decision) == expected


@pytest.mark.parametrize(("kind", "role", "membership", "assigned", "glass", "expected"), READING)
def test_working_on_a_circle_is_reading_it_without_a_reason(
    kind: OrganisationKind,
    role: Role,
    membership: Membership,
    assigned: bool,
    glass: int | None,
    expected: str,
) -> None:
    if kind is OVERSIGHT:
        return
    works = access.works_on_circle(Person(kind, role), Link(membership, assigned, glass))
    assert works == (expected == "yes")


STANDING = [
    (Person(PARTNER, WORKER), "yes", "yes"),
    (Person(PARTNER, REVIEWER), "yes", "yes"),
    (Person(PARTNER, KIT), "kit_never_signs_in", "kit_never_signs_in"),
    (Person(PARTNER, WORKER, admitted=False), "not_admitted", "not_admitted"),
    (Person(PARTNER, WORKER, accredited=False), "yes", "not_accredited"),
]


@pytest.mark.parametrize(("person", "signing_in", "standing"), STANDING)
def test_signing_in_and_standing(person: Person, signing_in: str, standing: str) -> None:
    assert answer(access.may_sign_in(person)) == signing_in
    assert answer(access.in_good_standing(person)) == standing


NOBODY = [Person(PARTNER, KIT), Person(VCU, MANAGER, admitted=False)]
EVERYTHING: list[Callable[[Person], Decision]] = [
    access.may_see_directory,
    lambda person: access.may_see_circle_exists(person, OWNER),
    lambda person: access.may_read_circle(person, Link(OWNER, assigned=True)),
    lambda person: access.may_read_invitation(person, PENDING),
    lambda person: access.may_answer_invitation(person, PENDING),
    lambda person: access.may_assign(person, Link(OWNER), themself=True, anyone_assigned=False),
    lambda person: access.may_manage_organisation(person, own=True),
    lambda person: access.may_see_colleagues(person, own=True),
    lambda person: access.may_read_access_log(person, own=True, in_remit=True),
]


@pytest.mark.parametrize("person", NOBODY)
@pytest.mark.parametrize("ask", EVERYTHING)
def test_a_kit_and_a_removed_worker_may_do_nothing(person: Person, ask: Callable[[Person], Decision]) -> None:
    assert isinstance(ask(person), Denied)


def test_a_lapsed_organisation_reads_nothing_and_can_still_put_its_house_in_order() -> None:
    manager = Person(PARTNER, MANAGER, accredited=False)
    assert answer(access.may_read_circle(manager, Link(MEMBER))) == "not_accredited"
    assert answer(access.may_answer_invitation(manager, PENDING)) == "not_accredited"
    assert answer(access.may_manage_organisation(manager, own=True)) == "yes"
    assert answer(access.may_see_directory(manager)) == "yes"


@pytest.mark.parametrize(
    ("role", "membership", "expected"),
    [
        (WORKER, PENDING, "yes"),
        (MANAGER, PENDING, "yes"),
        (REVIEWER, PENDING, "role_sees_no_content"),
        (WORKER, MEMBER, "not_invited"),
        (WORKER, OWNER, "not_invited"),
        (WORKER, NONE, "not_found"),
    ],
)
def test_answering_an_invitation(role: Role, membership: Membership, expected: str) -> None:
    assert answer(access.may_answer_invitation(Person(PARTNER, role), membership)) == expected


def test_an_invitation_is_read_before_it_is_answered() -> None:
    assert access.may_read_invitation(Person(PARTNER, WORKER), PENDING)
    assert not access.may_read_invitation(Person(PARTNER, WORKER), NONE)


@pytest.mark.parametrize(
    ("role", "membership", "themself", "anyone", "expected"),
    [
        (MANAGER, MEMBER, False, True, "yes"),
        (MANAGER, PENDING, False, False, "yes"),
        (WORKER, MEMBER, True, False, "yes"),
        (WORKER, MEMBER, True, True, "managers_only"),
        (WORKER, MEMBER, False, False, "managers_only"),
        (WORKER, OWNER, False, True, "yes"),
        (REVIEWER, MEMBER, True, False, "role_sees_no_content"),
        (MANAGER, NONE, False, False, "not_found"),
    ],
)
def test_assigning(role: Role, membership: Membership, themself: bool, anyone: bool, expected: str) -> None:
    decision = access.may_assign(
        Person(PARTNER, role), Link(membership), themself=themself, anyone_assigned=anyone
    )
    assert answer(decision) == expected


@pytest.mark.parametrize(
    ("role", "own", "expected"),
    [
        (MANAGER, True, "yes"),
        (MANAGER, False, "other_organisation"),
        (WORKER, True, "managers_only"),
        (REVIEWER, True, "managers_only"),
    ],
)
def test_managing_an_organisation(role: Role, own: bool, expected: str) -> None:
    assert answer(access.may_manage_organisation(Person(VCU, role), own=own)) == expected


@pytest.mark.parametrize(
    ("role", "own", "expected"),
    [
        (MANAGER, True, "yes"),
        (KIT, True, "yes"),
        (KIT, False, "kit_never_signs_in"),
        (WORKER, True, "managers_only"),
        (MANAGER, False, "other_organisation"),
    ],
)
def test_extending_an_organisations_chain(role: Role, own: bool, expected: str) -> None:
    assert answer(access.may_extend_chain(Person(PARTNER, role), own=own)) == expected


@pytest.mark.parametrize(("own", "expected"), [(True, "yes"), (False, "other_organisation")])
def test_seeing_colleagues(own: bool, expected: str) -> None:
    assert answer(access.may_see_colleagues(Person(PARTNER, WORKER), own=own)) == expected


@pytest.mark.parametrize(
    ("kind", "role", "own", "in_remit", "expected"),
    [
        (PARTNER, MANAGER, True, False, "yes"),
        (PARTNER, REVIEWER, True, False, "yes"),
        (PARTNER, WORKER, True, False, "outside_remit"),
        (PARTNER, REVIEWER, False, True, "outside_remit"),
        (OVERSIGHT, REVIEWER, False, True, "yes"),
        (OVERSIGHT, REVIEWER, False, False, "outside_remit"),
        (OVERSIGHT, WORKER, False, True, "outside_remit"),
        (OVERSIGHT, MANAGER, False, True, "outside_remit"),
    ],
)
def test_reading_the_access_log(
    kind: OrganisationKind, role: Role, own: bool, in_remit: bool, expected: str
) -> None:
    assert answer(access.may_read_access_log(Person(kind, role), own=own, in_remit=in_remit)) == expected


def test_only_the_operator_sees_undelivered_mail() -> None:
    assert isinstance(access.may_see_dead_letters(operator=True), Allowed)
    assert answer(access.may_see_dead_letters(operator=False)) == "operators_only"
