"""Escalation: each ladder whose moment has come is climbed one step, in batches, by any number of workers."""

from __future__ import annotations

from hub.kernel.context import Hub
from hub.kernel.jobs import Job
from hub.notifications.part import calendar_ready
from hub.workflow import queries
from hub.workflow.ladders import climb

BATCH = 500


async def escalate(hub: Hub, now: int) -> bool:
    """One batch, claimed and done in one transaction. True when there may be more."""
    await calendar_ready(hub)
    async with hub.database.write() as unit:
        rows = await unit.all(queries.DUE, p_now=now, p_limit=BATCH)
        await climb(unit, hub, rows, now)
    return len(rows) == BATCH


JOBS = (Job("workflow.escalate", every_ms=5000, run=escalate),)
