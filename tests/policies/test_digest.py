"""A digest instead of a storm: when the one mail leaves, and how little it says."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.calendar import calendar
from policies.digest import DigestRules, Nudge, next_mail, say_mail
from policies.urgency import Urgency
from tests.policies.moments import at, words

CALENDAR = calendar()
NEW, SOON, TODAY, OVERDUE, IMMEDIATE = Urgency

WHEN = [
    # waiting since, urgency, last mail, when the next one leaves
    ("2026-11-23 11:00", NEW, None, "2026-11-23 11:05"),
    ("2026-11-23 10:00", TODAY, None, "2026-11-23 10:05"),
    ("2026-11-23 22:00", NEW, None, "2026-11-24 10:05"),
    ("2026-11-21 12:00", OVERDUE, None, "2026-11-23 10:05"),
    ("2026-11-23 17:58", NEW, None, "2026-11-24 10:00"),
    # New things rest half an hour after the last mail.
    ("2026-11-23 11:00", NEW, "2026-11-23 10:50", "2026-11-23 11:20"),
    ("2026-11-23 11:00", NEW, "2026-11-23 09:00", "2026-11-23 11:05"),
    # Reminders: at most one mail in a morning, and one in an afternoon.
    ("2026-11-23 11:00", TODAY, "2026-11-23 10:05", "2026-11-23 13:00"),
    ("2026-11-23 14:00", TODAY, "2026-11-23 10:05", "2026-11-23 14:05"),
    ("2026-11-23 15:00", SOON, "2026-11-23 13:05", "2026-11-24 10:00"),
    ("2026-11-27 15:00", OVERDUE, "2026-11-27 13:05", "2026-11-30 10:00"),
    ("2026-11-24 10:00", OVERDUE, "2026-11-23 10:05", "2026-11-24 10:05"),
    ("2026-11-23 17:58", SOON, "2026-11-23 20:00", "2026-11-24 10:00"),
    # Immediate: now, even at night.
    ("2026-11-23 03:00", IMMEDIATE, "2026-11-23 02:59", "2026-11-23 03:00"),
]


@pytest.mark.parametrize(("since", "urgency", "last", "leaves"), WHEN)
def test_the_next_mail_leaves(since: str, urgency: Urgency, last: str | None, leaves: str) -> None:
    sent = None if last is None else at(last)
    moment = next_mail([Nudge(at(since), urgency)], sent, at(since), CALENDAR)
    assert moment is not None
    assert words(moment) == leaves


def test_nothing_pending_means_no_mail() -> None:
    assert next_mail([], None, at("2026-11-23 11:00"), CALENDAR) is None


def test_several_nudges_of_one_morning_leave_together() -> None:
    morning = at("2026-11-23 10:00")
    pending = [Nudge(morning, TODAY), Nudge(morning, OVERDUE), Nudge(morning + 60_000, SOON)]
    assert next_mail(pending, None, morning, CALENDAR) == at("2026-11-23 10:05")


def test_an_immediate_thing_takes_the_others_along() -> None:
    night = at("2026-11-22 23:00")
    assert next_mail([Nudge(night, TODAY), Nudge(night, IMMEDIATE)], night - 1, night, CALENDAR) == night


def test_a_hub_may_gather_differently() -> None:
    eager = DigestRules(0, 0, time(13))
    now = at("2026-11-23 11:00")
    assert next_mail([Nudge(now, NEW)], None, now, CALENDAR, eager) == now


TIMES = st.integers(at("2026-01-01 00:00"), at("2028-01-01 00:00"))


@given(since=st.lists(TIMES, min_size=1, max_size=20), urgency=st.sampled_from([NEW, SOON, TODAY, OVERDUE]))
def test_ordinary_mail_leaves_in_service_hours_alone(since: list[int], urgency: Urgency) -> None:
    last: int | None = None
    for moment in sorted(since):
        leaves = next_mail([Nudge(moment, urgency)], last, moment, CALENDAR)
        assert leaves is not None
        assert leaves >= moment
        assert CALENDAR.in_service(leaves)
        last = leaves


@given(since=st.lists(TIMES, min_size=2, max_size=30))
def test_reminders_never_make_two_mails_in_one_half_day(since: list[int]) -> None:
    sent: list[int] = []
    for moment in sorted(since):
        leaves = next_mail([Nudge(moment, TODAY)], sent[-1] if sent else None, moment, CALENDAR)
        assert leaves is not None
        sent.append(leaves)
    halves = [(CALENDAR.local(leaves).date(), CALENDAR.local(leaves).hour >= 13) for leaves in sent]
    assert len(set(halves)) == len(halves)


def test_a_mail_says_how_many_and_how_urgent() -> None:
    pending = [Nudge(0, OVERDUE), Nudge(0, NEW), Nudge(0, NEW), Nudge(0, TODAY), Nudge(0, SOON)]
    said = say_mail(pending, "Harbour House")
    assert said.subject == "Overdue: something waits for you at Harbour House"
    assert said.lines == (
        "1 thing is overdue",
        "1 thing is due today",
        "1 thing waits to be looked at soon",
        "2 things are new",
    )


@pytest.mark.parametrize("urgency", Urgency)
def test_every_urgency_has_its_words(urgency: Urgency) -> None:
    said = say_mail([Nudge(0, urgency), Nudge(0, urgency)], "Harbour House")
    assert "Harbour House" in said.subject
    assert len(said.lines) == 1
    assert said.lines[0].startswith("2 ")


def test_an_organisation_name_cannot_break_a_mail() -> None:
    said = say_mail([Nudge(0, NEW)], "Harbour\r\nBcc: all@example.org\u202e" + "x" * 500)
    assert said.subject.isprintable()
    assert len(said.subject) < 200


def test_there_is_no_mail_about_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        say_mail([], "Harbour House")
