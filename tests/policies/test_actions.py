"""The life of an action: every move from every state by every part, against one readable table."""

import itertools

import pytest

from policies.actions import (
    Move,
    Mover,
    State,
    assignee_after,
    is_finished,
    is_progress,
    may_be_assigned,
    may_be_due,
    next_state,
    table,
)
from policies.decisions import Denied
from policies.limits import DAY, limits
from policies.people import Membership

ASSIGNED, OWNER, MEMBER = Mover(assigned=True), Mover(owner=True), Mover()
P, A, IP, DO, DE, C = State
REASON = {Move.DECLINE: 1, Move.CANCEL: 1}

# move -> who may make it, and where it leads from each state it is open in
LIFE: dict[Move, tuple[tuple[Mover, ...], dict[State | None, State]]] = {
    Move.PROPOSE: ((ASSIGNED, OWNER, MEMBER), {None: P}),
    Move.ACCEPT: ((ASSIGNED,), {P: A}),
    Move.START: ((ASSIGNED,), {P: IP, A: IP}),
    Move.COMPLETE: ((ASSIGNED,), {A: DO, IP: DO}),
    Move.DECLINE: ((ASSIGNED,), {P: DE, A: DE, IP: DE}),
    Move.CANCEL: ((OWNER,), {P: C, A: C, IP: C, DE: C}),
    Move.REASSIGN: ((OWNER,), {P: P, A: P, IP: P, DE: P}),
    Move.HAND_OVER: ((ASSIGNED,), {P: P, A: A, IP: IP}),
    Move.RESCHEDULE: ((OWNER,), {P: P, A: A, IP: IP}),
    Move.NOTE: ((ASSIGNED,), {A: A, IP: IP}),
}


@pytest.mark.parametrize("move", Move)
def test_each_move_leads_where_the_domain_says_and_nowhere_else(move: Move) -> None:
    who, leads = LIFE[move]
    for state, mover in itertools.product((None, *State), (ASSIGNED, OWNER, MEMBER)):
        result = next_state(state, move, mover, REASON.get(move))
        if mover not in who:
            assert isinstance(result, Denied)
            assert result.code == "not_your_move"
        elif state in leads:
            assert result is leads[state]
        else:
            assert isinstance(result, Denied)
            assert result.code == ("no_such_action" if state is None else "wrong_state")


@pytest.mark.parametrize(
    ("move", "mover", "reason", "code"),
    [
        (Move.DECLINE, ASSIGNED, None, "unknown_reason"),
        (Move.DECLINE, ASSIGNED, 0, "unknown_reason"),
        (Move.DECLINE, ASSIGNED, 99, "unknown_reason"),
        (Move.CANCEL, OWNER, None, "unknown_reason"),
        (Move.ACCEPT, ASSIGNED, 1, "reason_not_asked"),
    ],
)
def test_reasons_are_given_where_asked_and_only_there(
    move: Move, mover: Mover, reason: int | None, code: str
) -> None:
    result = next_state(P, move, mover, reason)
    assert isinstance(result, Denied)
    assert result.code == code


def test_the_reason_0_of_signed_facts_means_none() -> None:
    assert next_state(P, Move.ACCEPT, ASSIGNED, 0) is A


def test_a_refusal_says_where_the_action_stands_in_words() -> None:
    result = next_state(State.IN_PROGRESS, Move.ACCEPT, ASSIGNED)
    assert isinstance(result, Denied)
    assert "in progress" in result.say


def test_done_declined_and_cancelled_are_ends() -> None:
    assert [state for state in State if is_finished(state)] == [DO, DE, C]


def test_work_counts_as_progress_and_a_promise_does_not() -> None:
    assert [move for move in Move if is_progress(move)] == [Move.START, Move.NOTE]


def test_no_way_leads_out_of_done_or_cancelled() -> None:
    assert not [row.key for row in table().moves if {DO, C} & set(row.origin)]


@pytest.mark.parametrize("membership", Membership)
def test_actions_go_to_members_and_to_the_invited(membership: Membership) -> None:
    assert bool(may_be_assigned(membership)) == (membership is not Membership.NONE)


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (1, None),
        (732 * DAY, None),
        (0, "due_in_the_past"),
        (-DAY, "due_in_the_past"),
        (732 * DAY + 1, "due_too_far"),
        (2**53, "due_too_far"),
    ],
)
def test_a_due_time_lies_ahead_and_within_two_years(ahead: int, code: str | None) -> None:
    now = 1_795_000_000_000
    decision = may_be_due(now + ahead, now, limits())
    assert (decision.code if isinstance(decision, Denied) else None) == code


@pytest.mark.parametrize(
    ("move", "before", "given", "after"),
    [
        (Move.ACCEPT, None, None, b"author"),
        (Move.START, None, None, b"author"),
        (Move.ACCEPT, b"other", None, b"other"),
        (Move.ACCEPT, b"other", b"named", b"named"),
        (Move.COMPLETE, None, None, None),
        (Move.NOTE, b"other", None, b"other"),
        (Move.HAND_OVER, b"other", b"named", b"named"),
        (Move.HAND_OVER, b"other", None, None),
        (Move.REASSIGN, b"other", None, None),
    ],
)
def test_whoever_accepts_what_nobody_had_takes_it_on(
    move: Move, before: bytes | None, given: bytes | None, after: bytes | None
) -> None:
    assert assignee_after(move, before, given, b"author") == after
