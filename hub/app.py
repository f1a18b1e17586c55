"""The application: the ordered list of features, and how a hub is put together, started and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TextIO

from aiohttp import web

from hub.accounts import jobs as accounts_jobs
from hub.accounts import routes as accounts_routes
from hub.accounts.sessions import Sessions
from hub.audit import routes as audit_routes
from hub.audit.appender import appending
from hub.audit.openings import Openings
from hub.circles import openings
from hub.circles import routes as circles_routes
from hub.circles import state as circles_state
from hub.circles.reactions import Reaction, Reactions
from hub.config import Settings
from hub.documents import jobs as documents_jobs
from hub.documents import receiving as documents_receiving
from hub.documents import routes as documents_routes
from hub.documents import service as documents
from hub.kernel import health
from hub.kernel.caller import SessionReader
from hub.kernel.context import Clock, Hub
from hub.kernel.dispatch import mount
from hub.kernel.edge import edge
from hub.kernel.feature import Feature
from hub.kernel.headers import secured
from hub.kernel.jobs import Job, Wakes
from hub.kernel.keys import HubKeys, load_keys
from hub.kernel.limits import Buckets
from hub.kernel.live import Live
from hub.kernel.metrics import Metrics
from hub.kernel.requestlog import RequestLog
from hub.kernel.routes import Route
from hub.notifications import jobs as notifications_jobs
from hub.notifications import part as notifications_part
from hub.notifications import routes as notifications_routes
from hub.organisations import routes as organisations_routes
from hub.referrals import routes as referrals_routes
from hub.web import routes as web_routes
from hub.web import site as web_site
from hub.worker import Worker
from hub.workflow import jobs as workflow_jobs
from hub.workflow import part as workflow_part
from hub.workflow import routes as workflow_routes
from hub.workflow import service as workflow
from storage.blobs import BlobStore
from storage.database import Database

KERNEL = Feature("kernel", health.ROUTES)

# Lowest first: audit, notifications, accounts, organisations, circles, documents, referrals, workflow.
# The web app stands beside them all: its last route takes what no other has.
# Each is started in this order and stopped in reverse.
FEATURES: tuple[Feature, ...] = (
    Feature("audit", audit_routes.ROUTES, start=appending),
    Feature("notifications", notifications_routes.ROUTES, notifications_jobs.JOBS, notifications_part.start),
    Feature("accounts", accounts_routes.ROUTES, accounts_jobs.JOBS),
    Feature("organisations", organisations_routes.ROUTES),
    Feature("circles", circles_routes.ROUTES, start=circles_state.start),
    Feature("referrals", referrals_routes.ROUTES),
    Feature("documents", documents_routes.ROUTES, documents_jobs.JOBS, documents_receiving.start),
    Feature("workflow", workflow_routes.ROUTES, workflow_jobs.JOBS, workflow_part.start),
    Feature("web", web_routes.ROUTES, start=web_site.start),
)

# What happens besides when an entry is taken in, in the same transaction and in this order.
REACTIONS: tuple[Reaction, ...] = (documents.attach, workflow.react)

SESSIONS: SessionReader = Sessions()

HUB = web.AppKey("hub", Hub)


def assemble(
    settings: Settings,
    *,
    database: Database,
    blobs: BlobStore,
    clock: Clock,
    keys: HubKeys | None = None,
    sessions: SessionReader = SESSIONS,
) -> Hub:
    """Everything a request, a job or a test needs at hand. Call it inside a running loop."""
    hub = Hub(
        settings=settings,
        database=database,
        blobs=blobs,
        clock=clock,
        keys=keys or load_keys(settings),
        live=Live(),
        wakes=Wakes(),
        buckets=Buckets(factor=settings.rate_factor),
        sessions=sessions,
    )
    hub.parts[Reactions] = Reactions(REACTIONS)
    hub.parts[Openings] = Openings(openings.judge)
    return hub


def build(
    hub: Hub, features: tuple[Feature, ...] = FEATURES, *, request_log: TextIO | None = None
) -> web.Application:
    """The web application of ``hub``. Raises TypeError for a route that is not properly declared."""
    requests = None if request_log is None else RequestLog(request_log)
    metrics = Metrics(hub.live) if hub.settings.metrics else None
    if metrics is not None:
        hub.parts[Metrics] = metrics
    app = web.Application(middlewares=[edge(hub.clock, requests, metrics)], client_max_size=1024)
    app[HUB] = hub
    app.on_response_prepare.append(secured(hub.settings.https))
    mount(app, hub, routes(features))
    jobs_of = features if hub.settings.worker else ()

    async def while_running(_: web.Application) -> AsyncIterator[None]:
        async with running(hub, features, jobs(jobs_of)):
            yield
        if requests is not None:
            requests.flush()

    async def stop_streams(_: web.Application) -> None:
        hub.live.close()

    app.cleanup_ctx.append(while_running)
    app.on_shutdown.append(stop_streams)
    return app


@asynccontextmanager
async def running(hub: Hub, features: Iterable[Feature], jobs: tuple[Job, ...]) -> AsyncIterator[Worker]:
    """Run what lives as long as the process: each feature's part, the bridge, the heartbeat, the worker."""
    async with _parts(hub, tuple(features)):
        tasks = [asyncio.create_task(hub.live.beat())]
        if hub.settings.on_postgresql:
            from hub.kernel.bridge import Bridge  # late: a start on SQLite need not wait for it

            bridge = Bridge(hub.settings.database.reveal(), hub.live, hub.wakes)
            hub.parts[Bridge] = bridge
            tasks.append(asyncio.create_task(bridge.run()))
        worker = Worker(hub, jobs)
        worker.start()
        try:
            yield worker
        finally:
            await worker.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _parts(hub: Hub, features: tuple[Feature, ...]) -> AsyncIterator[None]:
    if not features:
        yield
        return
    first, rest = features[0], features[1:]
    if first.start is None:
        async with _parts(hub, rest):
            yield
        return
    async with first.start(hub) as part:
        hub.parts[type(part)] = part
        async with _parts(hub, rest):
            yield


def routes(features: Iterable[Feature] = FEATURES) -> tuple[Route, ...]:
    """Every declared route, the kernel's first."""
    return tuple(route for feature in (KERNEL, *features) for route in feature.routes)


def jobs(features: Iterable[Feature] = FEATURES) -> tuple[Job, ...]:
    """Every declared job. Raises TypeError when two share a name."""
    found = tuple(job for feature in features for job in feature.jobs)
    if len({job.name for job in found}) != len(found):
        raise TypeError("two jobs have the same name")
    return found
