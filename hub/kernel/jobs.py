"""Jobs: work that is due, run by a worker.

Several workers at once are safe because each job claims its rows itself (SKIP LOCKED or the write lock)
and writes the effect in the same transaction. A wake-up only makes a job run sooner; what is due is in
tables.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.kernel.context import Hub


@dataclass(frozen=True, slots=True)
class Job:
    """``run(hub, now)`` does one bounded batch and returns True when more is waiting.

    name      "feature.verb", as logs show it and as ``wakes.wake`` takes it
    every_ms  how long to rest when nothing is waiting and nobody wakes it, real milliseconds
    """

    name: str
    every_ms: int
    run: Callable[[Hub, int], Awaitable[bool | None]]


class Wakes:
    """One event per job. ``elsewhere`` carries a wake-up to other processes, where there are any."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}
        self.elsewhere: Callable[[str], None] | None = None

    def event(self, job: str) -> asyncio.Event:
        """The event that a worker in this process waits for."""
        return self._events.setdefault(job, asyncio.Event())

    def wake(self, job: str) -> None:
        """Run ``job`` soon. Call it after commit: ``unit.after_commit(lambda: wakes.wake("mail.send"))``."""
        if job in self._events:
            self._events[job].set()
        elif self.elsewhere is not None:
            self.elsewhere(job)

    def heard(self, job: str) -> None:
        """Another process asked."""
        if job in self._events:
            self._events[job].set()
