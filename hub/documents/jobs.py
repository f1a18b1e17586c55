"""What becomes of uploads nobody goes on with, of erased documents' bytes, and of old tickets."""

from __future__ import annotations

from hub.documents import queries
from hub.documents.service import DROP_JOB, forget_bytes
from hub.kernel.context import Hub
from hub.kernel.jobs import Job
from policies.limits import limits


async def drop(hub: Hub, now: int) -> bool:
    """Take the bytes of dropped uploads away, then forget them. Doing it twice does no harm."""
    async with hub.database.read() as unit:
        rows = await unit.all(queries.DROPPED)
    for row in rows:
        await forget_bytes(hub, row.upload)
        async with hub.database.write() as unit:
            for statement in (queries.FORGET_TICKETS_OF, queries.FORGET_PARTS, queries.FORGET):
                await unit.run(statement, upload=row.upload)
    return bool(rows)


async def abandon(hub: Hub, now: int) -> bool:
    """Drop uploads that rested too long, and tickets that have expired."""
    before = now - limits().upload_idle_ms
    async with hub.database.write() as unit:
        if await unit.run(queries.ABANDON, before=before, dropped_at=now):
            unit.after_commit(lambda: hub.wakes.wake(DROP_JOB))
        await unit.run(queries.EXPIRE_TICKETS, now=now)
    return False


JOBS = (
    Job(DROP_JOB, every_ms=60_000, run=drop),
    Job("documents.abandon", every_ms=10 * 60_000, run=abandon),
)
