"""A process of the hub: opens what it needs, serves or works until SIGTERM, and puts all of it down."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from crypto.errors import CryptoError
from hub.app import FEATURES, assemble, build, jobs, running
from hub.config import Settings, SettingsError
from hub.kernel.keys import load_keys
from hub.kernel.logs import configure_logs
from hub.kernel.opening import bring_up_to_date, opened, require_up_to_date
from hub.kernel.refusals import Refused
from hub.kernel.server import listen
from hub.organisations import service as organisations

log = logging.getLogger("hub.running")


def now() -> int:
    """UTC milliseconds: the only clock of a running hub."""
    return time.time_ns() // 1_000_000


def serve_forever(settings: Settings) -> None:
    """Serve, in as many processes as the settings say. SQLite brings itself up to date first."""
    configure_logs(settings.log_level)
    load_keys(settings)
    if settings.on_postgresql:
        require_up_to_date(settings)
    else:
        bring_up_to_date(settings)
    if settings.processes == 1:
        _run(lambda: serve(settings))
        return
    if settings.listen.port == 0:
        raise SettingsError("KITH_LISTEN: several processes need a port of their own choice")
    from hub.kernel.processes import Family

    Family(settings.processes, lambda: _run(lambda: serve(settings))).run()


def work_forever(settings: Settings) -> None:
    """Run the jobs alone."""
    configure_logs(settings.log_level)
    require_up_to_date(settings)
    _run(lambda: work(settings))


def trust_root(settings: Settings, packed: bytes) -> str:
    """Store the authority's first root; what to tell the operator. Raises SettingsError otherwise."""
    bring_up_to_date(settings)
    with asyncio.Runner() as runner:
        return runner.run(_trust(settings, packed))


async def _trust(settings: Settings, packed: bytes) -> str:
    async with opened(settings) as (database, blobs):
        hub = assemble(settings, database=database, blobs=blobs, clock=now)
        try:
            async with database.write() as unit:
                root = await organisations.trust(unit, hub, packed, now())
        except (Refused, CryptoError) as error:
            raise SettingsError(f"This root cannot be trusted: {error}") from None
    return f"Root {root.number} is trusted. {len(root.keys)} keys, of which {root.threshold} must sign."


async def serve(settings: Settings) -> None:
    """One serving process, until SIGTERM or SIGINT."""
    stop = _stop_signal()
    async with opened(settings) as (database, blobs):
        requests = sys.stderr if settings.log_level in {"debug", "info"} else None
        hub = assemble(settings, database=database, blobs=blobs, clock=now)
        app = build(hub, request_log=requests)
        shared = settings.processes > 1
        runner, site = await listen(app, settings.listen, connections=settings.connections, shared=shared)
        log.info("listening", extra={"listen": site.name, "dialect": database.dialect})
        try:
            await stop.wait()
        finally:
            await runner.cleanup()


async def work(settings: Settings) -> None:
    """One working process, until SIGTERM or SIGINT."""
    stop = _stop_signal()
    async with opened(settings) as (database, blobs):
        hub = assemble(replace(settings, worker=True), database=database, blobs=blobs, clock=now)
        async with running(hub, FEATURES, jobs(FEATURES)):
            log.info("working", extra={"dialect": database.dialect, "count": len(jobs(FEATURES))})
            await stop.wait()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """On uvloop where there is one."""
    factory = None
    if sys.platform != "win32":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())
