"""The line between a browser and the hub: it can be cut, slowed down, and says how much went over it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PIECE = 64 * 1024


@dataclass
class Line:
    """Passes bytes on as they are. ``went`` to the hub and ``came`` from it, in bytes."""

    hub_port: int
    url: str = ""
    went: int = 0
    came: int = 0
    bytes_a_second: int | None = None
    """Towards the hub; None: as fast as it goes."""
    _is_cut: bool = False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Every connection breaks, and none comes up."""
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """As it was before."""
        self._is_cut, self.bytes_a_second = False, None

    async def until(self, went: int) -> None:
        """Wait until so many bytes more have gone to the hub."""
        goal = self.went + went
        async with asyncio.timeout(60):
            while self.went < goal:
                await asyncio.sleep(0.01)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self._is_cut:
            writer.transport.abort()
            return
        hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self.hub_port)
        both = {writer, hub_writer}
        self._open |= both
        with suppress(ConnectionError, OSError):
            await asyncio.gather(self._up(reader, hub_writer), self._down(hub_reader, writer))
        self._open -= both
        for each in both:
            each.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(PIECE):
            self.went += len(piece)
            writer.write(piece)
            await writer.drain()
            if self.bytes_a_second is not None:
                await asyncio.sleep(len(piece) / self.bytes_a_second)
        raise ConnectionError

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(PIECE):
            self.came += len(piece)
            writer.write(piece)
            await writer.drain()
        raise ConnectionError


@asynccontextmanager
async def line_to(hub: str) -> AsyncIterator[Line]:
    """A line to the hub at that address, until the end of the block."""
    line = Line(urlsplit(hub).port or 80)
    listening = socket.create_server(("127.0.0.1", 0))
    # Else the system takes in whole parts at once, however slow the line.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * PIECE)
    server = await asyncio.start_server(line.serve, sock=listening, limit=4 * PIECE)
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        line.cut()
