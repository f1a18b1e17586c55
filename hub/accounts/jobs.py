"""Sweeping: challenges nobody answered, sessions that ended, links long expired."""

from __future__ import annotations

from hub.accounts import queries
from hub.kernel.context import Hub
from hub.kernel.jobs import Job
from policies.limits import limits

BATCH = 500
KEPT_MS = 30 * 24 * 60 * 60 * 1000
"""An invitation stays this long after it expired, so that a late retry is told why it fails."""


async def sweep(hub: Hub, now: int) -> bool:
    """One batch of each. True when there may be more."""
    async with hub.database.write() as unit:
        challenges = await unit.run(queries.END_OLD_CHALLENGES, p_now=now)
        sessions = await unit.run(queries.END_OLD_SESSIONS, p_now=now, p_idle=now - limits().sessions.idle_ms)
        invitations = await unit.run(queries.END_OLD_INVITATIONS, p_before=now - KEPT_MS)
    return BATCH in (challenges, sessions, invitations)


JOBS = (Job("accounts.sweep", every_ms=60_000, run=sweep),)
