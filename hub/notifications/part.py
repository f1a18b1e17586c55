"""What notifications keeps while the hub runs: the stop rules, and a calendar that has been read.

The first look at bank holidays takes most of a second, so a thread takes it while the hub starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.kernel.context import Hub
from hub.notifications.stops import Stops
from policies.calendar import calendar


class Almanac:
    """``ready`` is done once the calendar answers quickly."""

    def __init__(self, now: int) -> None:
        self.ready = asyncio.create_task(asyncio.to_thread(_read, now))


def _read(now: int) -> None:
    calendar().next_service_moment(now)


async def calendar_ready(hub: Hub) -> None:
    """Before anything asks the calendar: never wait for bank holidays on the loop."""
    await asyncio.shield(hub.part(Almanac).ready)


@asynccontextmanager
async def start(hub: Hub) -> AsyncIterator[Stops]:
    """One set of stop rules for each process."""
    almanac = hub.parts[Almanac] = Almanac(hub.clock())
    try:
        yield Stops()
    finally:
        await asyncio.wait([almanac.ready])
