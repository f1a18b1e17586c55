"""What the worker does about mail: gather, send, forget what is long past."""

from __future__ import annotations

from hub.kernel.context import Hub
from hub.kernel.jobs import Job
from hub.notifications import queries
from hub.notifications.gathering import gather
from hub.notifications.part import calendar_ready
from hub.notifications.sending import send
from hub.notifications.service import SEND
from policies.limits import DAY

KEPT_NOTICES_MS = 30 * DAY
KEPT_MAILS_MS = 365 * DAY
"""An old link leads to sign-in, and then to its place, for this long."""
SWEPT = 500


async def send_mail(hub: Hub, now: int) -> bool:
    """One batch of each step. Without a mail server everything waits, and later leaves as one mail each."""
    server = hub.settings.smtp
    if server is None:
        return False
    await calendar_ready(hub)
    gathered = await gather(hub, now)
    sent = await send(hub, server, now)
    return gathered or sent


async def sweep(hub: Hub, now: int) -> bool:
    """One batch of what nobody needs any more."""
    async with hub.database.write() as unit:
        notices = await unit.run(queries.OLD_NOTICES, p_before=now - KEPT_NOTICES_MS, p_limit=SWEPT)
        mails = await unit.run(queries.OLD_MAILS, p_before=now - KEPT_MAILS_MS, p_limit=SWEPT)
    return SWEPT in (notices, mails)


JOBS = (
    Job(SEND, every_ms=1000, run=send_mail),
    Job("notifications.sweep", every_ms=600_000, run=sweep),
)
