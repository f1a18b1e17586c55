"""The outermost layer: times every request, renders every error, logs one line."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter

from aiohttp import web

from hub.kernel.metrics import Metrics
from hub.kernel.problems import as_refused, new_incident, problem
from hub.kernel.refusals import Unexpected

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Middleware = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]

log = logging.getLogger("hub.http")


def edge(metrics: Metrics | None) -> Middleware:
    """The aiohttp middleware."""

    @web.middleware
    async def outermost(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = perf_counter()
        incident = ""
        try:
            response = await handler(request)
        except Exception as error:
            incident, response = _failed(request, error)
        _note(request, response.status, perf_counter() - began, incident, metrics)
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


def _note(request: web.Request, status: int, seconds: float, incident: str, metrics: Metrics | None) -> None:
    if metrics is not None:
        metrics.seen(request.method, template(request), status, seconds)
    if log.isEnabledFor(logging.INFO):
        fields: dict[str, object] = {
            "method": request.method,
            "route": template(request),
            "status": status,
            "ms": round(seconds * 1000, 2),
        }
        if incident:
            fields["incident"] = incident
        log.info("request", extra=fields)


def template(request: web.Request) -> str:
    """The declared path, never the asked one; "-" when no route fits."""
    resource = request.match_info.route.resource
    return "-" if resource is None else resource.canonical
