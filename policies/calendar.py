"""Working days and service hours, in one zone, safe across daylight saving.

A working day is a listed weekday that is no bank holiday of England and Wales. A moment is UTC milliseconds
from 1970 to the end of 2099, which is as far as bank holidays are known; anything else raises ValueError,
so bound times that come from outside first.

How days are counted: the day something happens is day 0, and a day off counts as the close of the last
working day. So what starts later never falls due earlier.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.tables import Table, read, unique

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)
FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2099, 12, 31)
LAST_MOMENT = (datetime(2100, 1, 1, tzinfo=UTC) - EPOCH) // MILLISECOND - 1
MOST_DAYS = 1000


class OffCalendar(ValueError):
    """A day or moment before 1970 or after 2099."""


class EarlyClosing(Table, frozen=True):
    """A working day that ends before the usual time."""

    day: date
    closes: time


class Calendar(Table, frozen=True):
    """Which days and hours count (`data/calendar.toml`); a hub may run with its own."""

    zone: str
    opens: time
    closes: time
    weekdays: tuple[int, ...]
    extra_holidays: tuple[date, ...] = ()
    worked_holidays: tuple[date, ...] = ()
    early_closing: tuple[EarlyClosing, ...] = ()

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as fault:
            raise ValueError(f"unknown zone {self.zone!r}") from fault
        if not self.weekdays or not set(self.weekdays) <= set(range(1, 8)):
            raise ValueError("weekdays must be some of 1 (Monday) to 7 (Sunday)")
        unique("early closing days", [row.day for row in self.early_closing])
        for closes in (self.closes, *(row.closes for row in self.early_closing)):
            if closes <= self.opens:
                raise ValueError("service hours must close after they open, on the same day")

    # Days

    def is_working_day(self, day: date) -> bool:
        """Is `day` worked at all?"""
        if not FIRST_DAY <= day <= LAST_DAY:
            raise OffCalendar(f"{day} is outside the years bank holidays are known for")
        if day.isoweekday() not in self.weekdays or day in self.extra_holidays:
            return False
        return day in self.worked_holidays or day not in bank_holidays(day.year)

    def working_day_after(self, day: date, days: int) -> date:
        """The `days`-th working day after `day`; with 0, the last working day up to and including `day`."""
        return _counted(self, day, days, DAY)

    def working_day_before(self, day: date, days: int) -> date:
        """The `days`-th working day before `day`; with 0, the last working day up to and including `day`."""
        return _counted(self, day, days, -DAY)

    # Moments

    def local(self, moment: int) -> datetime:
        """`moment` on this calendar's wall clock."""
        if not 0 <= moment <= LAST_MOMENT:
            raise OffCalendar(f"{moment} is outside the years bank holidays are known for")
        return (EPOCH + moment * MILLISECOND).astimezone(ZoneInfo(self.zone))

    def moment(self, day: date, at: time) -> int:
        """The moment of a wall-clock time. A time that daylight saving repeats means its first turn."""
        return _moment(self.zone, day, at)

    def opening(self, day: date) -> int:
        """When service opens on `day`."""
        return self.moment(day, self.opens)

    def closing(self, day: date) -> int:
        """When service closes on `day`: earlier on a half day."""
        early = next((row.closes for row in self.early_closing if row.day == day), self.closes)
        return self.moment(day, early)

    def in_service(self, moment: int) -> bool:
        """Is `moment` on a working day, from opening up to but not including closing?"""
        day = self.local(moment).date()
        return self.is_working_day(day) and self.opening(day) <= moment < self.closing(day)

    def next_service_moment(self, now: int) -> int:
        """`now` if service is open, else the next opening."""
        if self.in_service(now):
            return now
        day = self.local(now).date()
        if self.is_working_day(day) and now < self.opening(day):
            return self.opening(day)
        return self.opening(self.working_day_after(day, 1))

    def add_working_days(self, start: int, days: int) -> int:
        """`start` moved on by working days, its time of day kept but held within service hours.

        What starts on a day off counts as the close of the last working day.
        """
        begun = self.local(start)
        day = self.working_day_after(begun.date(), days)
        if not self.is_working_day(begun.date()):
            return self.closing(day)
        kept = self.moment(day, begun.time())
        return min(max(kept, self.opening(day)), self.closing(day))

    def close_of_working_day(self, start: int, days: int) -> int:
        """The close of service on the `days`-th working day after the day of `start`."""
        return self.closing(self.working_day_after(self.local(start).date(), days))


# The same few days are asked about again and again when thousands of ladders are looked at together.
REMEMBERED = 8192


@lru_cache(REMEMBERED)
def _moment(zone: str, day: date, at: time) -> int:
    return (datetime.combine(day, at, tzinfo=ZoneInfo(zone)) - EPOCH) // MILLISECOND


@lru_cache(REMEMBERED)
def _counted(known: Calendar, day: date, days: int, direction: timedelta) -> date:
    """From the last working day up to `day`, so many working days in one direction."""
    if not 0 <= days <= MOST_DAYS:
        raise ValueError(f"count between 0 and {MOST_DAYS} working days")
    while not known.is_working_day(day):
        day -= DAY
    for _ in range(days):
        day += direction
        while not known.is_working_day(day):
            day += direction
    return day


@cache
def calendar() -> Calendar:
    """The calendar the product ships with, read once."""
    return read("calendar", Calendar)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Bank holidays of England and Wales in `year`. The first call is slow: make it at start."""
    from holidays import country_holidays  # slow to import, and many commands ask about no day at all

    return frozenset(country_holidays("GB", subdiv="ENG", years=year))
