"""When the next mail to one person leaves, and the little it may say.

Source: DOMAIN, "Several nudges to one person in one morning become one mail"; EXPERIENCE, "Mail".

- Everything pending for a person goes in one mail.
- Mail leaves in service hours alone, unless something is immediate.
- New things leave after a short gathering time; reminders at most once in a morning and once in an afternoon.
- A mail says for which organisation, how many and how urgent. Never who, what or why.
"""

from collections.abc import Sequence
from datetime import time
from functools import cache

from msgspec import Struct

from policies.calendar import Calendar
from policies.limits import MINUTE
from policies.tables import Table, read
from policies.urgency import Urgency


class DigestRules(Table, frozen=True):
    """Gathering and resting times (`data/digest.toml`)."""

    gather_minutes: int
    rest_minutes: int
    half_day: time

    def __post_init__(self) -> None:
        if self.gather_minutes < 0 or self.rest_minutes < self.gather_minutes:
            raise ValueError("rest_minutes may not be shorter than gather_minutes, nor either negative")


class Nudge(Struct, frozen=True):
    """One thing a person is to be told of: since when it waits, and how urgent it is."""

    at: int
    urgency: Urgency


class Words(Struct, frozen=True):
    """A mail's subject and its lines, in plain text without a link."""

    subject: str
    lines: tuple[str, ...]


LINES = (
    (Urgency.IMMEDIATE, "{} thing needs you at once", "{} things need you at once"),
    (Urgency.OVERDUE, "{} thing is overdue", "{} things are overdue"),
    (Urgency.TODAY, "{} thing is due today", "{} things are due today"),
    (Urgency.SOON, "{} thing waits to be looked at soon", "{} things wait to be looked at soon"),
    (Urgency.NEW, "{} thing is new", "{} things are new"),
)
SUBJECTS = {
    Urgency.IMMEDIATE: "Urgent: something needs you at once at {}",
    Urgency.OVERDUE: "Overdue: something waits for you at {}",
    Urgency.TODAY: "Due today: something waits for you at {}",
    Urgency.SOON: "Something waits for you at {}",
    Urgency.NEW: "Something new waits for you at {}",
}
NAME_MAX = 120


@cache
def rules() -> DigestRules:
    """The rules the product ships with, read once."""
    return read("digest", DigestRules)


def next_mail(
    pending: Sequence[Nudge],
    last_sent: int | None,
    now: int,
    calendar: Calendar,
    digest: DigestRules | None = None,
) -> int | None:
    """When one mail with everything pending leaves; at or before `now` means at once. None: nothing to send.

    `last_sent`: when this person's last mail left.
    """
    if any(nudge.urgency is Urgency.IMMEDIATE for nudge in pending):
        return now
    times = [_ready(nudge, last_sent, calendar, digest or rules()) for nudge in pending]
    return min(times, default=None)


def say_mail(pending: Sequence[Nudge], organisation: str) -> Words:
    """The words of a mail about `pending` (at least one) to a person at `organisation` (accredited name)."""
    if not pending:
        raise ValueError("there is no mail about nothing")
    counts = {level: sum(nudge.urgency is level for nudge in pending) for level in Urgency}
    lines = [
        (one if counts[level] == 1 else many).format(counts[level])
        for level, one, many in LINES
        if counts[level]
    ]
    name = _one_line(organisation)
    return Words(SUBJECTS[max(nudge.urgency for nudge in pending)].format(name), tuple(lines))


def _ready(nudge: Nudge, last_sent: int | None, calendar: Calendar, digest: DigestRules) -> int:
    begun = calendar.next_service_moment(nudge.at)
    ready = calendar.next_service_moment(begun + digest.gather_minutes * MINUTE)
    if last_sent is None:
        return ready
    if nudge.urgency is Urgency.NEW:
        return calendar.next_service_moment(max(ready, last_sent + digest.rest_minutes * MINUTE))
    if _half_day(ready, calendar, digest) > _half_day(last_sent, calendar, digest):
        return ready
    return _next_half_day(last_sent, calendar, digest)


def _half_day(moment: int, calendar: Calendar, digest: DigestRules) -> tuple[int, bool]:
    """Half-days compare in the order they come."""
    local = calendar.local(moment)
    return local.date().toordinal(), local.time() >= digest.half_day


def _next_half_day(moment: int, calendar: Calendar, digest: DigestRules) -> int:
    day = calendar.local(moment).date()
    noon = calendar.moment(day, digest.half_day)
    if moment < noon:
        return calendar.next_service_moment(noon)
    return calendar.next_service_moment(max(moment, calendar.closing(day)))


def _one_line(name: str) -> str:
    """A name that cannot break a mail's header: printable, on one line, and not endless."""
    return "".join(letter if letter.isprintable() else " " for letter in name)[:NAME_MAX].strip()
