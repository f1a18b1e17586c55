"""The escalation ladder: DOMAIN's rungs at their moments, what stops it, and no storm after a sleep."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import escalation
from policies.actions import State
from policies.calendar import calendar
from policies.escalation import (
    ActionFacts,
    Audience,
    InvitationFacts,
    is_overdue,
    is_red,
    is_theirs,
    next_invitation_step,
    next_step,
)
from policies.urgency import Urgency
from tests.policies.moments import at, words

CALENDAR = calendar()
STARTED = at("2026-11-23 15:00")
DUE = at("2026-11-30 18:00")
PROPOSED = ActionFacts(State.PROPOSED, STARTED, DUE)
ASSIGNEE, MANAGER, OWNER = Audience.ASSIGNEE, Audience.MANAGER, Audience.OWNER


def climb(facts: ActionFacts | InvitationFacts) -> list[tuple[str, str, tuple[Audience, ...]]]:
    """Every step, each taken at its moment."""
    steps, fired, now = [], list[int](), 0
    ask: Any = next_step if isinstance(facts, ActionFacts) else next_invitation_step
    while (step := ask(facts, fired, now, CALENDAR)) is not None:
        if step.when > now:
            now = step.when
            continue
        fired.append(step.rung)
        steps.append((words(step.when), step.key, step.audience))
    return steps


def test_an_unopened_action_climbs_every_rung() -> None:
    assert climb(PROPOSED) == [
        ("2026-11-23 15:00", "new", (ASSIGNEE,)),
        ("2026-11-24 15:00", "not_opened", (ASSIGNEE,)),
        ("2026-11-27 10:00", "due_tomorrow", (ASSIGNEE,)),
        ("2026-11-30 10:00", "due_today", (ASSIGNEE,)),
        ("2026-12-01 10:00", "overdue", (ASSIGNEE, MANAGER)),
        ("2026-12-02 10:00", "overdue_owner", (ASSIGNEE, MANAGER, OWNER)),
        ("2026-12-07 10:00", "reassign", (OWNER,)),
    ]


@pytest.mark.parametrize(
    "facts",
    [
        ActionFacts(State.PROPOSED, STARTED, DUE, opened_at=STARTED + 1),
        ActionFacts(State.ACCEPTED, STARTED, DUE),
    ],
)
def test_an_opened_or_accepted_action_is_not_called_unopened_but_still_pushed(facts: ActionFacts) -> None:
    assert [key for _, key, _ in climb(facts)] == [
        "new",
        "due_tomorrow",
        "due_today",
        "overdue",
        "overdue_owner",
        "reassign",
    ]


def test_an_unanswered_invitation_ends_with_its_owner() -> None:
    facts = InvitationFacts(at("2026-11-23 15:00"), at("2026-11-25 18:00"))
    assert climb(facts) == [
        ("2026-11-23 15:00", "new", (ASSIGNEE,)),
        ("2026-11-24 15:00", "not_opened", (ASSIGNEE,)),
        ("2026-11-25 10:00", "due_today", (ASSIGNEE,)),
        ("2026-11-26 10:00", "unanswered", (MANAGER, OWNER)),
    ]


QUIET = [
    ("done", ActionFacts(State.DONE, STARTED, DUE)),
    ("declined", ActionFacts(State.DECLINED, STARTED, DUE)),
    ("cancelled", ActionFacts(State.CANCELLED, STARTED, DUE)),
    ("progress", ActionFacts(State.IN_PROGRESS, STARTED, DUE, progress_at=STARTED + 1)),
    ("a colleague handled it", ActionFacts(State.PROPOSED, STARTED, DUE, handled=True)),
    ("a closed circle", ActionFacts(State.PROPOSED, STARTED, DUE, circle_open=False)),
    ("an answered invitation", InvitationFacts(STARTED, DUE, answered=True)),
    ("an invitation to a closed circle", InvitationFacts(STARTED, DUE, circle_open=False)),
]


@pytest.mark.parametrize("facts", [facts for _, facts in QUIET], ids=[name for name, _ in QUIET])
def test_nobody_is_nudged_after(facts: ActionFacts | InvitationFacts) -> None:
    assert climb(facts) == []


def test_a_week_asleep_leads_to_one_catch_up_step_and_not_a_storm() -> None:
    woken = at("2026-12-02 11:00")
    step = next_step(PROPOSED, [1], woken, CALENDAR)
    assert step is not None
    assert (step.key, step.when <= woken) == ("overdue_owner", True)
    after = next_step(PROPOSED, [1, step.rung], woken, CALENDAR)
    assert after is not None
    assert (after.key, words(after.when)) == ("reassign", "2026-12-07 10:00")
    assert next_step(PROPOSED, [after.rung], woken, CALENDAR) is None


def test_a_step_carries_what_a_mail_may_say_and_whether_it_shows_red() -> None:
    step = next_step(PROPOSED, [5], at("2026-12-02 10:00"), CALENDAR)
    assert step is not None
    assert (step.urgency, step.red) == (Urgency.OVERDUE, True)


def test_what_is_due_tomorrow_when_it_begins_is_new_and_not_late() -> None:
    facts = ActionFacts(State.PROPOSED, STARTED, at("2026-11-24 18:00"))
    assert [(when, key) for when, key, _ in climb(facts)][:3] == [
        ("2026-11-23 15:00", "new"),
        ("2026-11-24 10:00", "due_today"),
        ("2026-11-25 10:00", "overdue"),
    ]


@pytest.mark.parametrize(
    ("due", "tomorrow", "today"),
    [
        ("2026-12-04 12:00", "2026-12-03 10:00", "2026-12-04 10:00"),
        # Before opening: the last working day that opens before it is due.
        ("2026-12-04 09:00", "2026-12-02 10:00", "2026-12-03 10:00"),
        # At a weekend: the Friday before.
        ("2026-12-05 12:00", "2026-12-03 10:00", "2026-12-04 10:00"),
    ],
)
def test_reminders_come_before_it_is_due_and_in_service_hours(due: str, tomorrow: str, today: str) -> None:
    facts = ActionFacts(State.ACCEPTED, STARTED, at(due))
    moments = {key: when for when, key, _ in climb(facts)}
    assert (moments["due_tomorrow"], moments["due_today"]) == (tomorrow, today)


@pytest.mark.parametrize(
    ("state", "circle_open", "now", "overdue", "red"),
    [
        (State.PROPOSED, True, "2026-11-30 18:00", False, False),
        (State.PROPOSED, True, "2026-11-30 18:01", True, False),
        (State.ACCEPTED, True, "2026-12-02 09:59", True, False),
        (State.IN_PROGRESS, True, "2026-12-02 10:00", True, True),
        (State.DONE, True, "2026-12-09 10:00", False, False),
        (State.DECLINED, True, "2026-12-09 10:00", False, False),
        (State.CANCELLED, True, "2026-12-09 10:00", False, False),
        (State.PROPOSED, False, "2026-12-09 10:00", False, False),
    ],
)
def test_overdue_and_red_are_derived(
    state: State, circle_open: bool, now: str, overdue: bool, red: bool
) -> None:
    facts = ActionFacts(state, STARTED, DUE, circle_open=circle_open)
    assert is_overdue(facts, at(now)) == overdue
    assert is_red(facts, at(now), CALENDAR) == red


def test_progress_silences_but_late_stays_late() -> None:
    facts = ActionFacts(State.IN_PROGRESS, STARTED, DUE, progress_at=DUE)
    assert next_step(facts, [], DUE + 1, CALENDAR) is None
    assert is_overdue(facts, DUE + 1)


def test_once_a_colleague_took_it_on_the_others_are_left_in_peace() -> None:
    mine, theirs = b"me", b"colleague"
    assert is_theirs(None, mine)
    assert is_theirs(mine, mine)
    assert not is_theirs(theirs, mine)


TIMES = st.integers(min_value=at("2026-01-01 00:00"), max_value=at("2028-01-01 00:00"))


@given(
    started=TIMES,
    lead=st.integers(1, 60 * 86_400_000),
    naps=st.lists(st.integers(0, 8 * 86_400_000), max_size=30),
)
def test_however_the_worker_sleeps_rungs_only_rise_and_never_repeat(
    started: int, lead: int, naps: list[int]
) -> None:
    facts = ActionFacts(State.PROPOSED, started, started + lead)
    now, fired = started, list[int]()
    for nap in naps:
        now += nap
        step = next_step(facts, fired, now, CALENDAR)
        if step is not None and step.when <= now:
            assert step.rung > max(fired, default=0)
            fired.append(step.rung)
            again = next_step(facts, fired, now, CALENDAR)
            assert again is None or again.when > now


@given(started=TIMES, lead=st.integers(1, 60 * 86_400_000))
def test_waking_at_each_promised_moment_always_reaches_the_owner(started: int, lead: int) -> None:
    keys = [key for _, key, _ in climb(ActionFacts(State.PROPOSED, started, started + lead))]
    assert keys[0] == "new"
    assert keys[-3:] == ["overdue", "overdue_owner", "reassign"]
    assert len(set(keys)) == len(keys)


@given(
    started=TIMES, lead=st.integers(1, 60 * 86_400_000), waited=st.integers(0, 90 * 86_400_000),
    rung=st.integers(0, 7), opened=st.booleans(),
)  # fmt: skip
def test_both_steps_at_once_are_the_two_steps_one_by_one(
    started: int, lead: int, waited: int, rung: int, opened: bool
) -> None:
    now, fired = started + waited, [rung] if rung else []
    seen = started if opened else None
    facts = ActionFacts(State.PROPOSED, started, started + lead, seen)
    asked = InvitationFacts(started, started + lead, seen)
    for both, first, next_one in [
        (escalation.climb(facts, fired, now, CALENDAR), next_step(facts, fired, now, CALENDAR), facts),
        (
            escalation.climb_invitation(asked, fired, now, CALENDAR),
            next_invitation_step(asked, fired, now, CALENDAR),
            asked,
        ),
    ]:
        due = first is not None and first.when <= now
        assert both.fire == (first if due else None)
        after = first
        if first is not None and due:
            one_by_one = next_step if isinstance(next_one, ActionFacts) else next_invitation_step
            after = one_by_one(next_one, [first.rung], now, CALENDAR)  # type: ignore[arg-type]  # each has its own
        assert both.again == (None if after is None else after.when)


def test_what_is_settled_has_nothing_to_climb() -> None:
    done = ActionFacts(State.DONE, 0, DUE)
    assert escalation.climb(done, [], DUE, CALENDAR) == escalation.Climb()
    answered = InvitationFacts(0, DUE, answered=True)
    assert escalation.climb_invitation(answered, [], DUE, CALENDAR) == escalation.Climb()
