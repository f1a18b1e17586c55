"""How long people have: versioned clocks in working days (`data/clocks.toml`), and how a due time is said.

Source: DOMAIN, "Clocks"; the Victims' Code, which is being revised. So clocks have versions, and a case
stores the number of the version it began under (`in_force`) and keeps it (`version`).
"""

from datetime import date, datetime
from enum import StrEnum
from functools import cache
from itertools import pairwise

from policies.calendar import Calendar
from policies.tables import Table, read


class Clock(StrEnum):
    """What is being waited for."""

    REFERRAL = "referral"
    FIRST_CONTACT = "first_contact"
    KEY_EVENT = "key_event"
    INVITATION = "invitation"
    ACTION = "action"


class Span(Table, frozen=True):
    """Working days, for everyone and for people with enhanced rights."""

    standard: int
    enhanced: int
    label: str

    def __post_init__(self) -> None:
        if not 0 < self.enhanced <= self.standard:
            raise ValueError(f"{self.label!r}: enhanced rights never mean a longer wait")


class ClockVersion(Table, frozen=True):
    """All clocks as they stood from the start of a day on."""

    version: int
    valid_from: date
    clocks: dict[Clock, Span]

    def __post_init__(self) -> None:
        if set(self.clocks) != set(Clock):
            raise ValueError(f"version {self.version} must set every clock")


class ClockHistory(Table, frozen=True):
    """Every version, oldest first."""

    version: tuple[ClockVersion, ...]

    def __post_init__(self) -> None:
        rows = [(row.version, row.valid_from) for row in self.version]
        rising = all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(rows))
        if not rows or not rising:
            raise ValueError("versions must rise, each in force later than the one before")


@cache
def history() -> ClockHistory:
    """The versions the product ships with, read once."""
    return read("clocks", ClockHistory)


def in_force(at: int, calendar: Calendar, known: ClockHistory | None = None) -> ClockVersion:
    """The version a case that begins at `at` stays under; the first one, if that was earlier still."""
    rows = (known or history()).version
    day = calendar.local(at).date()
    return next((row for row in reversed(rows) if row.valid_from <= day), rows[0])


def version(number: int, known: ClockHistory | None = None) -> ClockVersion:
    """The version a case began under. Raises KeyError if it never was."""
    for row in (known or history()).version:
        if row.version == number:
            return row
    raise KeyError(f"clocks have no version {number}")


def due_time(clocks: ClockVersion, clock: Clock, start: int, *, enhanced: bool, calendar: Calendar) -> int:
    """When the clock that began at `start` runs out: the close of service on its last working day."""
    span = clocks.clocks[clock]
    return calendar.close_of_working_day(start, span.enhanced if enhanced else span.standard)


def say_due(due: int, now: int, calendar: Calendar) -> str:
    """A due time as people say it: "due tomorrow, 6pm", "overdue since Friday, 6pm"."""
    when = calendar.local(due)
    today = calendar.local(now).date()
    start = "due" if now <= due else "overdue since"
    return f"{start} {_say_day(when.date(), today)}, {_say_time(when)}"


def _say_day(day: date, today: date) -> str:
    distance = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(distance)
    if near is not None:
        return near
    if abs(distance) < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B %Y}"


def _say_time(when: datetime) -> str:
    if (when.hour, when.minute) in ((0, 0), (12, 0)):
        return "midday" if when.hour else "midnight"
    minutes = f":{when.minute:02}" if when.minute else ""
    return f"{when.hour % 12 or 12}{minutes}{'am' if when.hour < 12 else 'pm'}"
