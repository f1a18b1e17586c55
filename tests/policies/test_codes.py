"""Codes in signed facts keep their meaning for good, so the published ones are written down again here."""

import pytest

from policies.actions import Move, State, move_code, move_of, state_code, state_label, state_of
from policies.codes import Code, CodeList, needs, purposes, reasons
from policies.decisions import Denied

LISTS: list[tuple[CodeList, list[str]]] = [
    (
        purposes(),
        [
            "direct_support",
            "triage",
            "supervision",
            "safeguarding",
            "disclosure",
            "data_subject_request",
            "audit",
            "maintenance",
        ],
    ),
    (
        needs(),
        ["health", "shelter", "family", "education", "substances", "finance", "outlook", "social"],
    ),
    (
        reasons().invitation_decline,
        ["no_capacity", "outside_criteria", "conflict", "already_supported", "not_enough_information"],
    ),
    (
        reasons().action_decline,
        ["no_capacity", "outside_criteria", "conflict", "already_supported", "not_enough_information"],
    ),
    (reasons().action_cancel, ["no_longer_needed", "persons_wish", "unsafe", "replaced", "mistake"]),
    (
        reasons().removal,
        [
            "work_complete",
            "consent_withdrawn",
            "left_network",
            "accreditation_ended",
            "conflict",
            "safety",
            "exposed_keys",
            "mistake",
            "own_wish",
        ],
    ),
    (
        reasons().closing,
        [
            "needs_met",
            "declined",
            "no_response",
            "wrong_details",
            "unsafe_to_contact",
            "disengaged",
            "out_of_area",
            "transferred",
            "duplicate",
            "no_consent",
            "inappropriate",
            "moved",
            "deceased",
            "other",
        ],
    ),
    (
        reasons().erase,
        [
            "data_subject_request",
            "wrong_circle",
            "not_necessary",
            "inaccurate",
            "consent_withdrawn",
            "retention_ended",
            "court_order",
        ],
    ),
    (
        reasons().break_glass,
        ["immediate_risk", "colleague_absent", "person_in_contact", "complaint", "other"],
    ),
]


@pytest.mark.parametrize(("codes", "keys"), LISTS, ids=[codes.title for codes, _ in LISTS])
def test_published_codes_never_change(codes: CodeList, keys: list[str]) -> None:
    assert [(row.code, row.key) for row in codes.codes] == list(enumerate(keys, 1))


@pytest.mark.parametrize("codes", [codes for codes, _ in LISTS], ids=[codes.title for codes, _ in LISTS])
def test_every_code_is_found_both_ways(codes: CodeList) -> None:
    for row in codes.codes:
        assert codes.by_code(row.code) is row
        assert codes.by_key(row.key) is row
        assert codes.check(row.code)


def test_what_nobody_published_is_not_found() -> None:
    assert purposes().by_code(99) is None
    assert purposes().by_key("curiosity") is None


@pytest.mark.parametrize("code", [None, 0, -1, 99, 2**60])
def test_a_reason_off_the_list_is_refused(code: int | None) -> None:
    refusal = reasons().closing.check(code)
    assert isinstance(refusal, Denied)
    assert refusal.code == "unknown_reason"


def test_a_retired_code_is_still_read_and_no_longer_offered() -> None:
    codes = CodeList("t", (Code(1, "old", "Old", retired=True), Code(2, "new", "New")))
    assert codes.by_code(1) is not None
    assert [row.key for row in codes.offered()] == ["new"]
    assert not codes.check(1)


def test_closing_for_another_reason_asks_for_words() -> None:
    assert [row.key for row in reasons().closing.codes if row.needs_text] == ["other"]


def test_states_and_moves_of_an_action_keep_their_numbers() -> None:
    assert [state_code(state) for state in State] == [0, 1, 2, 3, 4, 5]
    assert [state_of(number) for number in range(6)] == list(State)
    assert [move_code(move) for move in Move] == list(range(10))
    assert [move_of(number) for number in range(10)] == list(Move)
    assert state_of(6) is None
    assert move_of(10) is None
    assert state_label(State.DONE) == "Done"
