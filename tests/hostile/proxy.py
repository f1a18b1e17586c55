"""A hub that lies: a real one behind a proxy that changes what it answers.

proxy.change("/headers", lambda answer, asked: ...)     # the decoded JSON in, what to serve out
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web


@dataclass(frozen=True)
class Asked:
    """A request as it came: path, query, body."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


Change = Callable[[Any, Asked], Any]


class Denied(Exception):
    """Raised by a change: answer with this status instead."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


@dataclass
class Proxy:
    """Passes everything on, except for what it was told to change."""

    hub: str
    url: str = ""
    session: aiohttp.ClientSession | None = None
    rules: list[tuple[str, str, Change]] = field(default_factory=list)
    raw: list[tuple[str, Callable[[bytes], bytes]]] = field(default_factory=list)
    forced: set[str] = field(default_factory=set)
    """Paths whose refusals become good answers, for a change to fill."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    answered: list[tuple[str, Any]] = field(default_factory=list)

    def change(self, part: str, change: Change, method: str = "") -> None:
        """Change JSON answers to requests whose path ends with ``part``."""
        self.rules.append((method, part, change))

    def change_bytes(self, part: str, change: Callable[[bytes], bytes]) -> None:
        """Change stored objects whose path contains ``part``."""
        self.raw.append((part, change))

    def honest(self) -> None:
        """Change nothing any more."""
        self.rules.clear()
        self.raw.clear()

    def last(self, part: str) -> Any:
        """The last true answer to a path that ends with ``part``."""
        return next(body for path, body in reversed(self.answered) if path.endswith(part))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.method, request.path, dict(request.query), await request.read())
        self.asked.append((asked.method, asked.path))
        headers = {
            name: value
            for name, value in request.headers.items()
            if name in {"Authorization", "Content-Type", "Accept", "Range"}
        }
        assert self.session is not None
        target = self.hub + str(request.rel_url)
        async with self.session.request(asked.method, target, data=asked.body, headers=headers) as answer:
            return self._answer(asked, answer.status, answer.content_type, await answer.read())

    def _answer(self, asked: Asked, status: int, media: str, body: bytes) -> web.Response:
        if asked.path in self.forced and status >= 400:
            status, media, body = 200, "application/json", b"{}"
        if media != "application/json":
            for part, change in self.raw:
                if part in asked.path:
                    body = change(body)
            return web.Response(status=status, body=body or None, content_type=media or None)
        served = json.loads(body)
        self.answered.append((asked.path, json.loads(body)))
        try:
            for method, part, rule in self.rules:
                if asked.path.endswith(part) and method in ("", asked.method):
                    served = rule(served, asked)
        except Denied as denied:
            problem = {"code": denied.code, "title": denied.code, "status": denied.status}
            return web.Response(
                status=denied.status,
                body=json.dumps(problem).encode(),
                content_type="application/problem+json",
            )
        return web.Response(status=status, body=json.dumps(served).encode(), content_type=media)


@asynccontextmanager
async def lying(hub: str) -> AsyncIterator[Proxy]:
    """A proxy in front of ``hub`` until the end of the block."""
    proxy = Proxy(hub)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{tail:.*}", proxy.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    proxy.url = site.name
    async with aiohttp.ClientSession() as proxy.session:
        try:
            yield proxy
        finally:
            await runner.cleanup()
