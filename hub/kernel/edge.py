"""The outermost layer: times every request, renders every error, logs one line."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Middleware

from hub.kernel.context import Clock
from hub.kernel.metrics import Metrics
from hub.kernel.problems import as_refused, new_incident, problem
from hub.kernel.refusals import Unexpected
from hub.kernel.requestlog import RequestLog

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger("hub.http")


def edge(clock: Clock, requests: RequestLog | None, metrics: Metrics | None) -> Middleware:
    """The aiohttp middleware."""

    @web.middleware
    async def outermost(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = perf_counter()
        incident = ""
        try:
            response = await handler(request)
        except Exception as error:
            incident, response = _failed(request, error)
        seconds, route = perf_counter() - began, template(request)
        if metrics is not None:
            metrics.seen(request.method, route, response.status, seconds)
        if requests is not None:
            requests.add(clock(), request.method, route, response.status, seconds, incident)
        return response

    return outermost


def _failed(request: web.Request, error: Exception) -> tuple[str, web.StreamResponse]:
    """The problem response and, for what nobody foresaw, its incident. An answer already begun is cut off."""
    refused = as_refused(error)
    incident = new_incident() if isinstance(refused, Unexpected) else ""
    if incident:
        trace = (type(error), error, error.__traceback__)
        log.error("unexpected", exc_info=trace, extra={"incident": incident, "route": template(request)})
    if request.writer.output_size:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError
    return incident, problem(refused, incident)


def template(request: web.Request) -> str:
    """The declared path, never the asked one; "-" when no route fits."""
    resource = request.match_info.route.resource
    return "-" if resource is None else resource.canonical
