"""Sweeping: challenges nobody answered, sessions that ended, codes, PINs, devices and drafts past their time,
links, waiting accounts and waiting words long forgotten."""

from __future__ import annotations

from hub.accounts import queries, wiping
from hub.accounts.sessions import changed
from hub.kernel.context import Hub
from hub.kernel.jobs import Job
from policies.limits import limits

BATCH = 500
KEPT_MS = 30 * 24 * 60 * 60 * 1000
"""An invitation stays this long after it expired, so that a late retry is told why it fails; and an account,
or new words, wait this long to be admitted."""


async def sweep(hub: Hub, now: int) -> bool:
    """One batch of each. True when there may be more."""
    bounds = limits()
    async with hub.database.write() as unit:
        challenges = await unit.run(queries.END_OLD_CHALLENGES, p_now=now)
        sessions = await unit.run(queries.END_OLD_SESSIONS, p_now=now, p_idle=now - bounds.sessions.idle_ms)
        invitations = await unit.run(queries.END_OLD_INVITATIONS, p_before=now - KEPT_MS)
        past = [
            await unit.run(queries.END_OLD_CODES, p_now=now),
            await unit.run(queries.END_OLD_HALVES, p_now=now),
            await unit.run(queries.END_OLD_DEVICES, p_before=now - bounds.devices.unused_ms),
            await unit.run(queries.END_OLD_DRAFTS, p_before=now - bounds.drafts.lasts_ms),
        ]
    waited = await _give_up_waiting(hub, now)
    replaced = await _give_up_replacing(hub, now)
    return waited or replaced or BATCH in (challenges, sessions, invitations, *past)


async def _give_up_waiting(hub: Hub, now: int) -> bool:
    """Let go of accounts that nobody admitted, and of the sign-in names they held."""
    async with hub.database.write() as unit:
        rows = await unit.all(queries.OLD_WAITING, p_before=now - KEPT_MS)
        for row in rows:
            await unit.run(queries.DROP_WAITING, p_worker=row.worker)
            await unit.run(queries.END_SESSIONS_OF, p_worker=row.worker)
            await unit.run(queries.DROP_NAMES_OF, p_worker=row.worker)
            await wiping.everything(unit, row.worker)
            changed(unit, hub, row.worker)
    return bool(rows)


async def _give_up_replacing(hub: Hub, now: int) -> bool:
    """Let go of new words that nobody admitted, and of the sign-in names they held; the old ones go on."""
    async with hub.database.write() as unit:
        rows = await unit.all(queries.OLD_REPLACEMENTS, p_before=now - KEPT_MS)
        for row in rows:
            await unit.run(queries.DROP_REPLACEMENT, p_worker=row.worker)
            await unit.run(queries.DROP_OTHER_NAMES, p_worker=row.worker, p_address=row.address)
    return bool(rows)


JOBS = (Job("accounts.sweep", every_ms=60_000, run=sweep),)
