"""The ladder that pushes a partner: from facts and the rungs already fired to the next step.

Source: DOMAIN, "Pushing a partner"; the rungs are data (`data/ladders.toml`).

- Overdue and red are derived here each time, and stored nowhere.
- Any progress stops the ladder; so does an end, a colleague who handled it, and a closed circle.
- Rungs fire upwards only, so a worker that slept a week takes one step, the highest due, and not five.
- A rung whose moment had passed before the ladder began is void: what is due tomorrow when it is created is
  new, not late.
- Reassigning, or a new due time, begins a new ladder: callers start again with a new `started_at` and
  nothing fired.
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache

from msgspec import Struct

from policies.actions import State, is_finished
from policies.calendar import REMEMBERED, Calendar
from policies.tables import Table, read
from policies.urgency import Urgency


class Trigger(StrEnum):
    """What a rung's moment is counted from."""

    AT_ONCE = "at_once"
    AFTER_START = "after_start"
    BEFORE_DUE = "before_due"
    AFTER_DUE = "after_due"


class Audience(StrEnum):
    """Who is told. `assignee`: whoever took it on, or the whole organisation until somebody has."""

    ASSIGNEE = "assignee"
    MANAGER = "manager"
    OWNER = "owner"


class Rung(Table, frozen=True):
    """One row of a ladder."""

    number: int
    key: str
    trigger: Trigger
    audience: tuple[Audience, ...]
    urgency: Urgency
    days: int = 0
    unopened: bool = False
    red: bool = False

    def __post_init__(self) -> None:
        if not self.audience or self.days < 0:
            raise ValueError(f"rung {self.key!r} needs an audience, and no negative days")


class Ladder(Table, frozen=True):
    """Rungs in rising order."""

    rung: tuple[Rung, ...]

    def __post_init__(self) -> None:
        numbers = [row.number for row in self.rung]
        if not numbers or numbers != sorted(set(numbers)) or numbers[0] < 1:
            raise ValueError("rungs must be numbered upwards from 1")


class Ladders(Table, frozen=True):
    """Every ladder (`data/ladders.toml`)."""

    action: Ladder
    invitation: Ladder


class ActionFacts(Struct, frozen=True):
    """What the hub knows of one action. Times in UTC milliseconds.

    `started_at`: proposed, reassigned or given a new due time. `opened_at`: first opened by its organisation
    (accepting it implies that). `progress_at`: the last sign of work since then (see `actions.is_progress`).
    `handled`: a colleague has dealt with it, though its state does not say so yet.
    """

    state: State
    started_at: int
    due: int
    opened_at: int | None = None
    progress_at: int | None = None
    handled: bool = False
    circle_open: bool = True


class InvitationFacts(Struct, frozen=True):
    """What the hub knows of one invitation; `answered` also when it was withdrawn or has expired."""

    invited_at: int
    due: int
    opened_at: int | None = None
    answered: bool = False
    circle_open: bool = True


class Step(Struct, frozen=True):
    """Fire `rung` at `when` (now, if that has passed) to `audience`, and record `rung` as fired with it."""

    when: int
    rung: int
    key: str
    audience: tuple[Audience, ...]
    urgency: Urgency
    red: bool


Moments = list[tuple[int, Rung]]


class Climb(Struct, frozen=True):
    """`fire` is the step to take now, if any; `again` is when to look again after that, if ever."""

    fire: Step | None = None
    again: int | None = None


@cache
def ladders() -> Ladders:
    """The ladders the product ships with, read once."""
    return read("ladders", Ladders)


def next_step(
    facts: ActionFacts, fired: Collection[int], now: int, calendar: Calendar, ladder: Ladder | None = None
) -> Step | None:
    """The next step for an action: due now if `when <= now`, else to come back for; None if there is none."""
    path = _action_path(facts, calendar)
    return path.next(ladder or ladders().action, fired, now) if path else None


def climb(facts: ActionFacts, fired: Collection[int], now: int, calendar: Calendar) -> Climb:
    """The next step and the one after it, worked out together: for who looks at thousands."""
    path = _action_path(facts, calendar)
    return path.climb(ladders().action, fired, now) if path else Climb()


def next_invitation_step(
    facts: InvitationFacts, fired: Collection[int], now: int, calendar: Calendar, ladder: Ladder | None = None
) -> Step | None:
    """The same for an invitation that waits for its answer."""
    path = _invitation_path(facts, calendar)
    return path.next(ladder or ladders().invitation, fired, now) if path else None


def climb_invitation(facts: InvitationFacts, fired: Collection[int], now: int, calendar: Calendar) -> Climb:
    """As `climb`."""
    path = _invitation_path(facts, calendar)
    return path.climb(ladders().invitation, fired, now) if path else Climb()


def is_theirs(assignee: bytes | None, worker: bytes) -> bool:
    """Is this worker to be nudged as `assignee`? Not once a colleague has taken it on."""
    return assignee is None or assignee == worker


def is_overdue(facts: ActionFacts, now: int) -> bool:
    """Unfinished past its due time in an open circle. Progress stops nudges, but late stays late."""
    return facts.circle_open and not is_finished(facts.state) and now > facts.due


def is_red(facts: ActionFacts, now: int, calendar: Calendar, ladder: Ladder | None = None) -> bool:
    """Overdue for as long as the ladder's red rung says."""
    if not is_overdue(facts, now):
        return False
    path = _path(facts.started_at, facts.due, True, calendar)
    return any(row.red and path.moment(row) <= now for row in (ladder or ladders().action).rung)


def _step(when: int, row: Rung) -> Step:
    return Step(when, row.number, row.key, row.audience, row.urgency, row.red)


class _Path(Struct, frozen=True):
    """One ladder being climbed: where it started, the day it leads to, the last opening before it is due."""

    start: int
    due_day: date
    last_day: date
    opened: bool
    calendar: Calendar

    def next(self, ladder: Ladder, fired: Collection[int], now: int) -> Step | None:
        due, later = self._sorted(ladder, fired, now)
        if due:
            return _step(*due[-1])
        return _step(*min(later, key=lambda pair: (pair[0], -pair[1].number))) if later else None

    def climb(self, ladder: Ladder, fired: Collection[int], now: int) -> Climb:
        due, later = self._sorted(ladder, fired, now)
        if not due:
            return Climb(None, min((when for when, _ in later), default=None))
        number = due[-1][1].number
        again = min((when for when, row in later if row.number > number), default=None)
        return Climb(_step(*due[-1]), again)

    def _sorted(self, ladder: Ladder, fired: Collection[int], now: int) -> tuple[Moments, Moments]:
        """The rungs above all that fired, in rising order: those that are due, and those still to come."""
        above = max(fired, default=0)
        due: Moments = []
        later: Moments = []
        for row in ladder.rung:
            if row.number <= above or (row.unopened and self.opened):
                continue
            when = self.moment(row)
            if row.trigger is Trigger.AT_ONCE or when > self.start:
                (due if when <= now else later).append((when, row))
        return due, later

    def moment(self, row: Rung) -> int:
        """When this rung falls due."""
        if row.trigger is Trigger.AT_ONCE:
            return self.start
        if row.trigger is Trigger.AFTER_START:
            return self.calendar.add_working_days(self.start, row.days)
        if row.trigger is Trigger.BEFORE_DUE:
            return _opening_before(self.calendar, self.last_day, row.days)
        return _opening_after(self.calendar, self.due_day, row.days)


def _action_path(facts: ActionFacts, calendar: Calendar) -> _Path | None:
    if is_finished(facts.state) or not facts.circle_open or facts.handled or facts.progress_at is not None:
        return None
    opened = facts.opened_at is not None or facts.state is not State.PROPOSED
    return _path(facts.started_at, facts.due, opened, calendar)


def _invitation_path(facts: InvitationFacts, calendar: Calendar) -> _Path | None:
    if facts.answered or not facts.circle_open:
        return None
    return _path(facts.invited_at, facts.due, facts.opened_at is not None, calendar)


def _path(start: int, due: int, opened: bool, calendar: Calendar) -> _Path:
    """Reminders count back from the last working day that opens before it is due: they are never late."""
    day = calendar.local(due).date()
    last = calendar.working_day_before(day, 0)
    if calendar.opening(last) > due:
        last = calendar.working_day_before(last, 1)
    return _Path(start, day, last, opened, calendar)


# Thousands of ladders lead to the same few days.


@lru_cache(REMEMBERED)
def _opening_before(calendar: Calendar, day: date, days: int) -> int:
    return calendar.opening(calendar.working_day_before(day, days))


@lru_cache(REMEMBERED)
def _opening_after(calendar: Calendar, day: date, days: int) -> int:
    return calendar.opening(calendar.working_day_after(day, days))
