"""Headers on every response. A route may tighten or replace them; none is ever missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

Prepare = Callable[[web.Request, web.StreamResponse], Awaitable[None]]

ALWAYS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def secured(https: bool) -> Prepare:
    """The aiohttp signal that adds them as a response starts."""
    always = (*ALWAYS, HSTS) if https else ALWAYS

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers["Server"] = "kith"  # aiohttp has put its version there by now
        for name, value in always:
            headers.setdefault(name, value)

    return prepare
