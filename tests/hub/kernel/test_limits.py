"""Rates by account, by proof and by address."""

import pytest

from hub.kernel.addresses import client_address
from hub.kernel.limits import Buckets, Rate
from hub.kernel.refusals import TooMany

TEN = Rate(10, 60, by="proof")


def spend_all(buckets: Buckets, key: str, now: int) -> int:
    """How many go through before the first refusal."""
    for count in range(1000):
        try:
            buckets.spend(TEN, "sign-in", key, now)
        except TooMany:
            return count
    return 1000


def test_so_many_at_once_then_wait() -> None:
    buckets = Buckets()
    assert spend_all(buckets, "a", 0) == 10
    with pytest.raises(TooMany) as refused:
        buckets.spend(TEN, "sign-in", "a", 0)
    assert refused.value.facts == {"retry_after": 6}


def test_tokens_come_back_with_time_and_never_more_than_all() -> None:
    buckets = Buckets()
    spend_all(buckets, "a", 0)
    assert spend_all(buckets, "a", 12_000) == 2
    assert spend_all(buckets, "a", 10_000_000) == 10


def test_a_clock_that_jumps_back_gives_nothing_and_takes_nothing() -> None:
    buckets = Buckets()
    spend_all(buckets, "a", 1_000_000)
    assert spend_all(buckets, "a", 0) == 0
    assert spend_all(buckets, "a", 60_000) == 10


def test_one_account_does_not_use_up_another() -> None:
    buckets = Buckets()
    spend_all(buckets, "a", 0)
    assert spend_all(buckets, "b", 0) == 10


def test_a_narrow_rate_and_a_wide_one_of_the_same_person_count_apart() -> None:
    buckets, wide = Buckets(), Rate(100, 60, by="proof")
    buckets.spend(wide, "sign-in", "a", 0)
    assert spend_all(buckets, "a", 0) == 10
    for _ in range(99):
        buckets.spend(wide, "sign-in", "a", 0)


def test_the_number_of_keys_is_bounded_and_the_longest_unused_goes_first() -> None:
    buckets = Buckets(room=3)
    for key in "abc":
        spend_all(buckets, key, 0)
    spend_all(buckets, "a", 0)
    buckets.spend(TEN, "sign-in", "d", 0)
    assert len(buckets) == 3
    assert spend_all(buckets, "a", 0) == 0
    assert spend_all(buckets, "b", 0) == 10


def test_a_factor_widens_every_rate_and_nothing_switches_them_off() -> None:
    assert spend_all(Buckets(factor=3), "a", 0) == 30
    assert spend_all(Buckets(factor=0), "a", 0) == 1000


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(TypeError):
        Rate(0)


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "address"),
    [
        ("10.0.0.1", None, 0, "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6", 0, "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", 2, "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4", 2, "10.0.0.1"),
        ("10.0.0.1", "nonsense", 1, "unknown"),
        ("2001:db8:1:2:3:4:5:6", None, 0, "2001:db8:1:2::"),
        ("::ffff:1.2.3.4", None, 0, "1.2.3.4"),
        (None, None, 0, "unknown"),
        ("10.0.0.1", ", " * 100_000, 1, "unknown"),
        ("10.0.0.1", "203.0.113.9:50123", 1, "203.0.113.9"),
        ("10.0.0.1", "[2001:db8:1:2:3:4:5:6]:443", 1, "2001:db8:1:2::"),
        ("10.0.0.1", "[2001:db8:1:2:3:4:5:6]", 1, "2001:db8:1:2::"),
        ("10.0.0.1", "203.0.113.9:", 1, "unknown"),
        ("10.0.0.1", "203.0.113.999:80", 1, "unknown"),
    ],
)
def test_only_trusted_proxies_are_believed(
    peer: str | None, forwarded: str | None, proxies: int, address: str
) -> None:
    assert client_address(peer, forwarded, proxies) == address
