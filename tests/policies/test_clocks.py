"""How long people have, under which version of the Code, and how it is said."""

from datetime import date

import msgspec
import pytest

from policies.calendar import calendar
from policies.clocks import Clock, ClockHistory, due_time, history, in_force, say_due, version
from tests.policies.moments import at, words

CALENDAR = calendar()
NOW = at("2026-11-23 11:00")

# DOMAIN's table, in working days: clock, standard, enhanced rights.
DOMAIN = [
    (Clock.REFERRAL, 2, 2),
    (Clock.FIRST_CONTACT, 2, 1),
    (Clock.KEY_EVENT, 5, 1),
    (Clock.INVITATION, 2, 1),
    (Clock.ACTION, 5, 2),
]
CLOSES = {1: "2026-11-24 18:00", 2: "2026-11-25 18:00", 5: "2026-11-30 18:00"}


@pytest.mark.parametrize(("clock", "standard", "enhanced"), DOMAIN)
def test_each_clock_runs_as_long_as_the_domain_says(clock: Clock, standard: int, enhanced: int) -> None:
    clocks = in_force(NOW, CALENDAR)
    assert words(due_time(clocks, clock, NOW, enhanced=False, calendar=CALENDAR)) == CLOSES[standard]
    assert words(due_time(clocks, clock, NOW, enhanced=True, calendar=CALENDAR)) == CLOSES[enhanced]


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-27 17:59", "2026-12-01 18:00"),
        ("2026-11-27 22:00", "2026-12-01 18:00"),
        ("2026-11-28 12:00", "2026-12-01 18:00"),
        ("2026-11-30 00:01", "2026-12-02 18:00"),
        ("2026-12-23 12:00", "2026-12-29 18:00"),
    ],
)
def test_an_invitation_waits_over_weekends_and_holidays(start: str, due: str) -> None:
    clocks = in_force(at(start), CALENDAR)
    assert words(due_time(clocks, Clock.INVITATION, at(start), enhanced=False, calendar=CALENDAR)) == due


def test_a_case_keeps_the_version_it_began_under() -> None:
    first = history().version[-1]
    second = msgspec.structs.replace(first, version=first.version + 1, valid_from=date(2027, 4, 1))
    known = ClockHistory((first, second))
    began = in_force(at("2027-03-31 23:59"), CALENDAR, known)
    assert began is first
    assert in_force(at("2027-04-01 00:00"), CALENDAR, known) is second
    assert version(began.version, known) is first


def test_before_the_first_version_the_first_one_counts() -> None:
    assert in_force(at("2001-01-01 12:00"), CALENDAR) is history().version[0]


def test_a_version_that_never_was_is_refused() -> None:
    assert version(1) is history().version[0]
    with pytest.raises(KeyError, match="no version 99"):
        version(99)


SAID = [
    ("2026-11-23 18:00", "due today, 6pm"),
    ("2026-11-24 18:00", "due tomorrow, 6pm"),
    ("2026-11-24 09:05", "due tomorrow, 9:05am"),
    ("2026-11-25 12:00", "due Wednesday, midday"),
    ("2026-11-25 00:00", "due Wednesday, midnight"),
    ("2026-11-25 12:30", "due Wednesday, 12:30pm"),
    ("2026-11-29 18:00", "due Sunday, 6pm"),
    ("2026-11-30 18:00", "due 30 November, 6pm"),
    ("2027-01-04 18:00", "due 4 January 2027, 6pm"),
    ("2026-11-23 11:00", "due today, 11am"),
    ("2026-11-23 10:59", "overdue since today, 10:59am"),
    ("2026-11-22 18:00", "overdue since yesterday, 6pm"),
    ("2026-11-20 18:00", "overdue since Friday, 6pm"),
    ("2026-11-16 18:00", "overdue since 16 November, 6pm"),
    ("2025-11-20 18:00", "overdue since 20 November 2025, 6pm"),
]


@pytest.mark.parametrize(("due", "said"), SAID)
def test_a_due_time_is_said_as_people_say_it(due: str, said: str) -> None:
    assert say_due(at(due), NOW, CALENDAR) == said
