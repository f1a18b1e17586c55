"""Three questions an operator's tools ask: are you alive, are you ready, how busy are you."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

from hub.kernel.access import Public
from hub.kernel.context import Hub
from hub.kernel.metrics import Metrics
from hub.kernel.queries import MIGRATED_TO, ONE
from hub.kernel.refusals import NotFound
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from hub.kernel.schemas import Output

PROBE_SECONDS = 3.0
PROBE_KEY = "00/00"

Probe = Callable[[Hub], Awaitable[bool]]


class Alive(Output):
    """``{"alive": true}``"""

    alive: bool = True


class Ready(Output):
    """Each part that must work, and whether it does. No addresses, no versions, no words of errors."""

    ready: bool
    database: bool
    blobs: bool
    migrations: bool


@route("GET", "/healthz", access=Public())
async def alive(request: Request[None]) -> Reply:
    """This process answers."""
    return Reply(Alive())


@route("GET", "/readyz", access=Public())
async def ready(request: Request[None]) -> Reply:
    """Everything behind this process answers too: 200, or 503 with what does not."""
    database, blobs, migrations = await asyncio.gather(
        _holds(_database, request.hub), _holds(_blobs, request.hub), _holds(_migrations, request.hub)
    )
    good = database and blobs and migrations
    answer = Ready(ready=good, database=database, blobs=blobs, migrations=migrations)
    return Reply(answer, status=200 if good else 503)


@route("GET", "/metrics", access=Public())
async def metrics(request: Request[None]) -> Reply:
    """Prometheus text, where settings switch it on."""
    if not request.hub.settings.metrics:
        raise NotFound
    return Reply(request.hub.part(Metrics).text(), media="text/plain; version=0.0.4")


ROUTES = (alive, ready, metrics)


async def _holds(probe: Probe, hub: Hub) -> bool:
    """A probe that fails or hangs, for whatever reason, means not ready."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await probe(hub)
    except Exception:
        return False


async def _database(hub: Hub) -> bool:
    async with hub.database.read() as unit:
        return await unit.value(ONE) == 1


async def _blobs(hub: Hub) -> bool:
    await hub.blobs.size(PROBE_KEY)
    return True


async def _migrations(hub: Hub) -> bool:
    newest = await asyncio.to_thread(_newest)
    async with hub.database.read() as unit:
        return bool(await unit.value(MIGRATED_TO) == newest)


@cache
def _newest() -> str | None:
    """The newest step of this program's code. Read from its files, in a thread."""
    from storage.migrate import newest

    return newest()
