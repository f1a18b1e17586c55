"""The listening socket: bounded heads, idle times and connections, whatever comes from outside."""

from __future__ import annotations

import asyncio
import logging
import socket

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from hub.config import Listen

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


class BoundedSite(web.BaseSite):
    """Listens on an address for at most ``connections`` at a time."""

    def __init__(self, runner: web.BaseRunner, listen: Listen, *, connections: int, shared: bool) -> None:
        super().__init__(runner, backlog=BACKLOG)
        self._listen, self._connections, self._shared = listen, connections, shared
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

        def accept() -> asyncio.Protocol:
            return inner() if len(inner.connections) < self._connections else _Full()

        self._server = await asyncio.get_running_loop().create_server(
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
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_quiet(logging.getLogger("aiohttp.server")),
        auto_decompress=False,
        keepalive_timeout=HEAD_SECONDS,
        lingering_time=LINGER_SECONDS,
        max_line_size=HEAD_LINE,
        max_field_size=HEAD_LINE,
        max_headers=HEAD_FIELDS,
        shutdown_timeout=GRACE_SECONDS,
    )
    await runner.setup()
    site = BoundedSite(runner, where, connections=connections, shared=shared)
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
