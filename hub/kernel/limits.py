"""Rates: token buckets in memory, by account, by proof and by address.

Address limits are wide and account limits tight, so a training room behind one address is not blocked
by its neighbours' sign-ins. The number of buckets is bounded; the longest unused is forgotten first.
Each process counts for itself.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from hub.kernel.refusals import TooMany

By = Literal["address", "account", "proof"]


@dataclass(frozen=True, slots=True)
class Rate:
    """``times`` in any ``seconds``, all of which may come at once."""

    times: int
    seconds: int = 60
    by: By = "account"

    def __post_init__(self) -> None:
        if self.times < 1 or self.seconds < 1:
            raise TypeError("a rate needs at least one time in at least one second")


ADDRESS = Rate(1200, 60, by="address")
ACCOUNT = Rate(3000, 60, by="account")

Key = tuple[str, Rate, bytes | str]


class Buckets:
    """Token buckets under a bounded number of keys. ``factor`` widens every rate; 0 switches rates off."""

    def __init__(self, *, factor: float = 1.0, room: int = 100_000) -> None:
        self._factor = factor
        self._room = room
        self._left: OrderedDict[Key, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def spend(self, rate: Rate, name: str, key: bytes | str, now: int) -> None:
        """Take one token of (name, key) at ``now`` milliseconds; each rate counts for itself. Raises TooMany
        with seconds to wait."""
        if self._factor == 0:
            return
        full = rate.times * self._factor
        per_ms = full / (rate.seconds * 1000)
        left = self._now_left((name, rate, key), full, per_ms, now)
        taken = left >= 1
        self._left[name, rate, key] = (left - 1 if taken else left, now)
        if len(self._left) > self._room:
            self._left.popitem(last=False)
        if not taken:
            raise TooMany(retry_after=max(1, math.ceil((1 - left) / per_ms / 1000)))

    def _now_left(self, key: Key, full: float, per_ms: float, now: int) -> float:
        known = self._left.pop(key, None)
        if known is None:
            return full
        left, then = known
        return min(full, left + max(0, now - then) * per_ms)
