"""When failed work is tried again, and when it is given up as a dead letter (`data/retry.toml`).

Chance is handed in: `jitter` is a number from 0 up to 1, so that the same facts always give the same answer.
"""

from functools import cache

from msgspec import Struct

from policies.limits import HOUR, Positive
from policies.tables import Table, read

MOST_DOUBLINGS = 40


class RetryRules(Positive, frozen=True):
    """How one sort of work is tried again."""

    first_seconds: int
    longest_seconds: int
    attempts: int
    give_up_hours: int


class RetryTable(Table, frozen=True):
    """Every sort of work."""

    mail: RetryRules
    job: RetryRules


class TryAgain(Struct, frozen=True):
    """Try again at `when`."""

    when: int


class GiveUp(Struct, frozen=True):
    """Make it a dead letter. `code` says why, for the operator."""

    code: str


@cache
def rules() -> RetryTable:
    """The rules the product ships with, read once."""
    return read("retry", RetryTable)


def after_failure(
    retry: RetryRules, *, attempts: int, first_try: int, now: int, jitter: float, permanent: bool = False
) -> TryAgain | GiveUp:
    """What follows the failure of try number `attempts` (from 1). `permanent`: the other side said never."""
    if not 0 <= jitter < 1 or attempts < 1:
        raise ValueError("jitter is from 0 up to 1, and attempts count from 1")
    if permanent:
        return GiveUp("refused_for_good")
    if attempts >= retry.attempts:
        return GiveUp("too_many_attempts")
    when = now + wait_ms(retry, attempts, jitter)
    if when - first_try > retry.give_up_hours * HOUR:
        return GiveUp("too_old")
    return TryAgain(when)


def wait_ms(retry: RetryRules, attempts: int, jitter: float) -> int:
    """The wait after `attempts` failures: doubles up to the longest, less up to half by `jitter`."""
    doubled = retry.first_seconds * 2 ** min(attempts - 1, MOST_DOUBLINGS)
    return int(min(doubled, retry.longest_seconds) * 1000 * (1 - jitter / 2))
