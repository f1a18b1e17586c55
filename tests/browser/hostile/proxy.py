"""A hub that lies to a browser: the app's files, the live line and headers go through it as they are."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
from aiohttp import web

from tests.hostile.proxy import Asked, Proxy

_HOP = {
    "connection",
    "content-length",
    "date",
    "host",
    "keep-alive",
    "server",
    "transfer-encoding",
    "upgrade",
}
_LARGEST = 64 * 1024 * 1024
Reforge = Callable[[bytes, Mapping[str, str]], bytes]
Kind = TypeVar("Kind", bound="Between")


@dataclass
class Between(Proxy):
    """Between a browser and its hub. ``ranges`` changes stored objects by what range was asked for."""

    ranges: list[tuple[str, Reforge]] = field(default_factory=list)
    played: dict[str, bytes] = field(default_factory=dict)
    """Beginnings of paths that the hub does not have, and what it answers there all the same."""

    def change_ranges(self, part: str, change: Reforge) -> None:
        """Change objects whose path contains ``part``; the change is told the request's headers."""
        self.ranges.append((part, change))

    def honest(self) -> None:
        super().honest()
        self.ranges.clear()
        self.forced.clear()
        self.played.clear()

    def sent(self, since: int = 0) -> list[str]:
        """Paths to which anything was handed over that others would see, since that many requests."""
        return [path for method, path in self.asked[since:] if method == "POST" and path.endswith("/entries")]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.method, request.path, dict(request.query), await request.read())
        self.asked.append((asked.method, asked.path))
        for part, answered in self.played.items():
            if asked.path.startswith(part):
                return _played(asked.path, answered)
        headers = _through(request.headers)
        assert self.session is not None
        target = self.hub + str(request.rel_url)
        body = io.BytesIO(asked.body) if asked.body else None
        asking = self.session.request(asked.method, target, data=body, headers=headers)
        async with asking as answer:
            if answer.content_type == "text/event-stream":
                return await _streamed(request, answer)
            whole = await answer.read()
            for part, change in self.ranges:
                if part in asked.path and answer.status < 300:
                    whole = change(whole, request.headers)
            served = self._answer(asked, answer.status, answer.content_type, whole)
            for name, value in _through(answer.headers).items():
                if name.lower() not in {"content-type", "content-encoding"} or not asked.path.startswith(
                    "/v1/"
                ):
                    served.headers[name] = value
            return served


def _played(path: str, body: bytes) -> web.Response:
    media = "text/javascript" if path.endswith(".js") else "application/octet-stream"
    kept = {"Cache-Control": "max-age=1000", "Cross-Origin-Embedder-Policy": "require-corp"}
    return web.Response(body=body, content_type=media, headers=kept)


def _through(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _HOP}


async def _streamed(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    """Pass on piece by piece, until either side has had enough."""
    response = web.StreamResponse(status=answer.status, headers=_through(answer.headers))
    await response.prepare(request)
    try:
        async for piece in answer.content.iter_any():
            await response.write(piece)
    except (ConnectionError, aiohttp.ClientError):
        pass
    return response


@asynccontextmanager
async def between(hub: str, make: Callable[[str], Kind]) -> AsyncIterator[Kind]:
    """A proxy in front of ``hub`` until the end of the block."""
    proxy = make(hub)
    app = web.Application(client_max_size=_LARGEST)
    app.router.add_route("*", "/{tail:.*}", proxy.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    proxy.url = site.name
    connector = aiohttp.TCPConnector(limit=0)
    patient = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(
        connector=connector, timeout=patient, auto_decompress=False, skip_auto_headers=["Accept-Encoding"]
    ) as proxy.session:
        try:
            yield proxy
        finally:
            await runner.cleanup()
