"""Trying again: longer and longer, with chance handed in, and an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.limits import HOUR
from policies.retry import GiveUp, RetryRules, TryAgain, after_failure, rules, wait_ms

RULES = RetryRules(first_seconds=10, longest_seconds=100, attempts=6, give_up_hours=1)


@pytest.mark.parametrize(
    ("attempts", "jitter", "waits"),
    [(1, 0, 10_000), (2, 0, 20_000), (4, 0, 80_000), (5, 0, 100_000), (2, 0.5, 15_000)],
)
def test_waits_double_up_to_the_longest_less_what_chance_takes(
    attempts: int, jitter: float, waits: int
) -> None:
    again = after_failure(RULES, attempts=attempts, first_try=0, now=1_000, jitter=jitter)
    assert again == TryAgain(1_000 + waits)


@pytest.mark.parametrize(
    ("attempts", "now", "permanent", "code"),
    [
        (1, 0, True, "refused_for_good"),
        (6, 0, False, "too_many_attempts"),
        (7, 0, False, "too_many_attempts"),
        (1, HOUR - 9_999, False, "too_old"),
    ],
)
def test_work_becomes_a_dead_letter(attempts: int, now: int, permanent: bool, code: str) -> None:
    end = after_failure(RULES, attempts=attempts, first_try=0, now=now, jitter=0, permanent=permanent)
    assert end == GiveUp(code)


@pytest.mark.parametrize(("attempts", "jitter"), [(0, 0.0), (1, 1.0), (1, -0.1)])
def test_nonsense_is_refused(attempts: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="jitter"):
        after_failure(RULES, attempts=attempts, first_try=0, now=0, jitter=jitter)


@given(attempts=st.integers(1, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_nothing_and_never_endless(attempts: int, jitter: float) -> None:
    assert 5_000 <= wait_ms(RULES, attempts, jitter) <= 100_000


def test_a_mail_server_may_be_away_for_a_day() -> None:
    now, attempts = 0, 1
    while now < 24 * HOUR:
        again = after_failure(rules().mail, attempts=attempts, first_try=0, now=now, jitter=0.99)
        assert isinstance(again, TryAgain)
        now, attempts = again.when, attempts + 1
