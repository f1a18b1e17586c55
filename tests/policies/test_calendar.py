"""Working days and service hours: weekends, bank holidays, half days, daylight saving."""

from datetime import date, time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.calendar import DAY, LAST_MOMENT, Calendar, EarlyClosing, OffCalendar, calendar
from tests.policies.moments import at, words

CALENDAR = calendar()
CHRISTMAS_EVE = msgspec.structs.replace(CALENDAR, early_closing=(EarlyClosing(date(2026, 12, 24), time(13)),))
MOMENTS = st.integers(min_value=at("1971-01-01 00:00"), max_value=at("2095-12-31 00:00"))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-11-20", True),
        ("2026-11-21", False),
        ("2026-11-22", False),
        ("2026-12-25", False),
        ("2026-12-26", False),
        ("2026-12-28", False),
        ("2026-12-29", True),
        ("2027-01-01", False),
        ("2026-04-03", False),
        ("2026-04-06", False),
        ("2026-05-04", False),
        ("2026-08-31", False),
        ("2022-09-19", False),
        ("2026-11-30", True),
        ("2026-07-13", True),
    ],
    ids=lambda value: str(value),
)
def test_weekends_and_the_bank_holidays_of_england_and_wales_are_not_worked(day: str, worked: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) == worked


def test_a_proclaimed_holiday_can_be_added_and_a_bank_holiday_worked() -> None:
    changed = msgspec.structs.replace(
        CALENDAR, extra_holidays=(date(2026, 11, 23),), worked_holidays=(date(2026, 12, 28),)
    )
    assert not changed.is_working_day(date(2026, 11, 23))
    assert changed.is_working_day(date(2026, 12, 28))
    assert words(changed.add_working_days(at("2026-11-20 12:00"), 1)) == "2026-11-24 12:00"


ADDED = [
    # start, working days, where that leads
    ("2026-11-23 15:00", 1, "2026-11-24 15:00"),
    ("2026-11-20 15:00", 1, "2026-11-23 15:00"),
    ("2026-11-20 15:00", 0, "2026-11-20 15:00"),
    ("2026-11-23 08:00", 1, "2026-11-24 10:00"),
    ("2026-11-23 20:00", 1, "2026-11-24 18:00"),
    ("2026-11-21 09:00", 1, "2026-11-23 18:00"),
    ("2026-11-22 23:59", 0, "2026-11-20 18:00"),
    ("2026-12-23 11:00", 1, "2026-12-24 11:00"),
    ("2026-12-23 11:00", 2, "2026-12-29 11:00"),
    ("2026-12-31 11:00", 1, "2027-01-04 11:00"),
    ("2026-04-02 17:30", 1, "2026-04-07 17:30"),
    # Clocks go forward on 29 March 2026 and back on 25 October: the wall clock stays.
    ("2026-03-27 12:00", 1, "2026-03-30 12:00"),
    ("2026-10-23 12:00", 1, "2026-10-26 12:00"),
    ("2026-03-29 01:30", 1, "2026-03-30 18:00"),
    ("2026-10-25 01:30", 1, "2026-10-26 18:00"),
]


@pytest.mark.parametrize(("start", "days", "expected"), ADDED)
def test_adding_working_days(start: str, days: int, expected: str) -> None:
    assert words(CALENDAR.add_working_days(at(start), days)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-23 17:59", "2026-11-23 17:59"),
        ("2026-11-23 09:59", "2026-11-23 10:00"),
        ("2026-11-23 18:00", "2026-11-24 10:00"),
        ("2026-11-20 18:00", "2026-11-23 10:00"),
        ("2026-11-21 12:00", "2026-11-23 10:00"),
        ("2026-12-24 18:30", "2026-12-29 10:00"),
        ("2026-03-28 12:00", "2026-03-30 10:00"),
    ],
)
def test_the_next_service_moment(now: str, expected: str) -> None:
    assert words(CALENDAR.next_service_moment(at(now))) == expected


def test_a_half_day_ends_early() -> None:
    assert words(CHRISTMAS_EVE.closing(date(2026, 12, 24))) == "2026-12-24 13:00"
    assert words(CHRISTMAS_EVE.add_working_days(at("2026-12-23 16:00"), 1)) == "2026-12-24 13:00"
    assert words(CHRISTMAS_EVE.close_of_working_day(at("2026-12-23 16:00"), 1)) == "2026-12-24 13:00"
    assert not CHRISTMAS_EVE.in_service(at("2026-12-24 13:00"))
    assert words(CHRISTMAS_EVE.next_service_moment(at("2026-12-24 13:00"))) == "2026-12-29 10:00"


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-23", 1, "2026-11-20"),
        ("2026-11-22", 0, "2026-11-20"),
        ("2026-11-22", 1, "2026-11-19"),
        ("2026-12-29", 1, "2026-12-24"),
    ],
)
def test_counting_back(day: str, days: int, expected: str) -> None:
    assert CALENDAR.working_day_before(date.fromisoformat(day), days) == date.fromisoformat(expected)


@pytest.mark.parametrize("moment", [-1, LAST_MOMENT + 1, 2**53])
def test_moments_beyond_the_known_holidays_are_refused(moment: int) -> None:
    with pytest.raises(OffCalendar):
        CALENDAR.next_service_moment(moment)


def test_counting_past_the_last_known_holiday_is_refused() -> None:
    with pytest.raises(OffCalendar):
        CALENDAR.add_working_days(LAST_MOMENT, 1)


@pytest.mark.parametrize("days", [-1, 1001])
def test_only_a_sensible_number_of_days_is_counted(days: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 1000"):
        CALENDAR.add_working_days(at("2026-11-23 10:00"), days)


@given(start=MOMENTS, days=st.integers(0, 12))
def test_a_due_time_is_always_in_a_worked_day_within_service_hours(start: int, days: int) -> None:
    for due in (CALENDAR.add_working_days(start, days), CALENDAR.close_of_working_day(start, days)):
        day = CALENDAR.local(due).date()
        assert CALENDAR.is_working_day(day)
        assert CALENDAR.opening(day) <= due <= CALENDAR.closing(day)


@given(first=MOMENTS, gap=st.integers(0, 10 * 86_400_000), days=st.integers(0, 6))
def test_what_starts_later_never_falls_due_earlier(first: int, gap: int, days: int) -> None:
    later = first + gap
    assert CALENDAR.add_working_days(first, days) <= CALENDAR.add_working_days(later, days)
    assert CALENDAR.close_of_working_day(first, days) <= CALENDAR.close_of_working_day(later, days)


@given(start=MOMENTS, some=st.integers(0, 6), more=st.integers(0, 6))
def test_days_add_up(start: int, some: int, more: int) -> None:
    at_once = CALENDAR.add_working_days(start, some + more)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, some), more) == at_once


@given(day=st.dates(date(1971, 1, 1), date(2095, 1, 1)), days=st.integers(0, 12))
def test_counting_back_undoes_counting_on(day: date, days: int) -> None:
    worked = CALENDAR.working_day_before(day, 0)
    assert CALENDAR.working_day_before(CALENDAR.working_day_after(worked, days), days) == worked


@given(now=MOMENTS)
def test_the_next_service_moment_is_in_service_and_soon(now: int) -> None:
    then = CALENDAR.next_service_moment(now)
    assert CALENDAR.in_service(then)
    assert now <= then <= now + 6 * DAY.total_seconds() * 1000
    assert CALENDAR.next_service_moment(then) == then


def test_service_may_run_through_the_night_the_clocks_change() -> None:
    night = Calendar("Europe/London", time(0, 30), time(23, 30), (1, 2, 3, 4, 5, 6, 7))
    assert words(night.add_working_days(at("2026-03-28 01:30"), 1)) == "2026-03-29 02:30"
    assert night.add_working_days(at("2026-10-24 01:30"), 1) == at("2026-10-25 01:30")
