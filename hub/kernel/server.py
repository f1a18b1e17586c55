"""The listening socket: bounded heads, idle times and connections, whatever comes from outside."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from hub.config import Listen
from hub.kernel.problems import problem
from hub.kernel.refusals import Malformed, Unexpected

HEAD_SECONDS = 20.0  # also bounds a head that arrives drop by drop
HEAD_LINE = 4096
HEAD_FIELDS = 64
LINGER_SECONDS = 2.0
GRACE_SECONDS = 10.0
BACKLOG = 1024


class _Full(asyncio.Protocol):
    """The answer to one connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class _Conversation(web.RequestHandler):
    """One connection. What is not HTTP is refused as everything is here, and never repeated to anyone."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The last resort, for what no route and no middleware ever saw."""
        super().handle_error(request, status, exc, message)
        known = Malformed("This hub cannot read such a request.") if status < 500 else Unexpected()
        response = problem(known)
        response.force_close()
        return response


class BoundedSite(web.BaseSite):
    """Listens on an address for at most ``connections`` at a time, each within ``bounds``."""

    def __init__(
        self,
        runner: web.BaseRunner,
        listen: Listen,
        *,
        connections: int,
        shared: bool,
        bounds: Mapping[str, Any],
    ) -> None:
        super().__init__(runner, backlog=BACKLOG)
        self._listen, self._connections, self._shared = listen, connections, shared
        self._bounds = bounds
        self.port = listen.port

    @property
    def name(self) -> str:
        """The address, for aiohttp."""
        return f"http://{self._listen.host}:{self.port}"

    async def start(self) -> None:
        """Listen. ``port`` is the real one from here on. Raises OSError when it is taken."""
        await super().start()
        inner = self._runner.server
        assert inner is not None
        loop = asyncio.get_running_loop()

        def accept() -> asyncio.Protocol:
            if len(inner.connections) >= self._connections:
                return _Full()
            return _Conversation(inner, loop=loop, **self._bounds)

        self._server = await loop.create_server(
            accept,
            self._listen.host,
            self._listen.port,
            backlog=self._backlog,
            reuse_address=True,
            reuse_port=self._shared or None,
        )
        self.port = _port(self._server.sockets[0])


async def listen(
    app: web.Application, where: Listen, *, connections: int = 8192, shared: bool = False
) -> tuple[web.AppRunner, BoundedSite]:
    """Serve ``app``; ``shared`` lets several processes take one port. Stop with ``runner.cleanup()``."""
    bounds: dict[str, Any] = {
        "access_log": None,
        "logger": _quiet(logging.getLogger("aiohttp.server")),
        "auto_decompress": False,
        "keepalive_timeout": HEAD_SECONDS,
        "lingering_time": LINGER_SECONDS,
        "max_line_size": HEAD_LINE,
        "max_field_size": HEAD_LINE,
        "max_headers": HEAD_FIELDS,
    }
    runner = web.AppRunner(app, **bounds, shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    site = BoundedSite(runner, where, connections=connections, shared=shared, bounds=bounds)
    try:
        await site.start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner, site


def _quiet(logger: logging.Logger) -> logging.Logger:
    """Without a line for each piece of nonsense that arrives: that would let a stranger fill the log."""
    if _worth_a_line not in logger.filters:
        logger.addFilter(_worth_a_line)
    return logger


def _worth_a_line(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def _port(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])
