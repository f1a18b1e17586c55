"""What workflow keeps while the hub runs: nothing of its own; it tells notifications its stop rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hub.kernel.context import Hub
from hub.notifications.stops import Rule, Stops
from hub.workflow.settled import settled


@dataclass(frozen=True, slots=True)
class Told:
    """The rule that notifications was told."""

    rule: Rule


@asynccontextmanager
async def start(hub: Hub) -> AsyncIterator[Told]:
    """Once for each process."""
    hub.part(Stops).add(settled)
    yield Told(settled)
