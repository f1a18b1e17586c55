"""From a declared route to an aiohttp handler: rate, session, access, body, handler, answer, in order."""

from __future__ import annotations

import binascii
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from hub.kernel.addresses import address_of
from hub.kernel.bodies import read_json
from hub.kernel.caller import TOKEN_BYTES, Caller
from hub.kernel.context import Hub
from hub.kernel.limits import ACCOUNT, ADDRESS, Rate
from hub.kernel.paths import pattern
from hub.kernel.refusals import NotSignedIn
from hub.kernel.replies import Reply, encoded
from hub.kernel.requests import Request
from hub.kernel.routes import Route

ALL = "account"
"""All routes without a rate of their own count together."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def mount(app: web.Application, hub: Hub, routes: tuple[Route, ...]) -> None:
    """Add declared routes to the application. Raises TypeError when two share a method and a path."""
    taken: set[tuple[str, str]] = set()
    for route in routes:
        key = (route.method, pattern(route.path))
        if key in taken:
            raise TypeError(f"{route.method} {route.path} is declared twice")
        taken.add(key)
        app.router.add_route(route.method, key[1], bind(hub, route))


def bind(hub: Hub, route: Route) -> Handler:
    """The handler that aiohttp calls."""
    decoder = None if route.body is None else msgspec.json.Decoder(route.body, strict=True)
    public, access, limit, handler = not route.access.session, route.access, route.limit, route.handler
    by_address = tuple(rate for rate in route.rates if rate.by == "address")
    by_account = tuple(rate for rate in route.rates if rate.by == "account")
    name = f"{route.method} {route.path}"

    async def handle(web_request: web.Request) -> web.StreamResponse:
        now = hub.clock()
        if by_address:
            _spend_address(hub, by_address, name, web_request, now)
        caller = None if public else await _caller(hub, web_request, now)
        access.check(caller)
        if caller is not None:
            for rate in by_account:
                hub.buckets.spend(rate, ALL if rate is ACCOUNT else name, caller.worker, now)
        body = None if decoder is None else await read_json(web_request, decoder, limit)
        answer = await handler(Request(hub, web_request, now, caller, body))
        return answer if route.raw else rendered(answer)

    return handle


def rendered(reply: Reply) -> web.Response:
    """The aiohttp response of a reply. Raw handlers may use it too."""
    response = web.Response(status=reply.status, body=encoded(reply.body))
    headers = response.headers
    if reply.body is not None:
        headers["Content-Type"] = reply.media
    headers.update(reply.headers)
    return response


async def _caller(hub: Hub, request: web.Request, now: int) -> Caller | None:
    """The live session behind the bearer token. Guessing tokens is counted by address."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    caller = await hub.sessions(hub.database, _token(header), now)
    if caller is None:
        _spend_address(hub, (ADDRESS,), "unknown-session", request, now)
    return caller


def _token(header: str) -> bytes:
    kind, _, text = header.partition(" ")
    try:
        token = binascii.a2b_base64(text, strict_mode=True) if len(text) == 44 else b""
    except (binascii.Error, ValueError):
        token = b""
    if kind.lower() != "bearer" or len(token) != TOKEN_BYTES:
        raise NotSignedIn("The session token is not one of this hub's.")
    return token


def _spend_address(hub: Hub, rates: tuple[Rate, ...], name: str, request: web.Request, now: int) -> None:
    address = address_of(request, hub.settings.proxies)
    for rate in rates:
        hub.buckets.spend(rate, name, address, now)
