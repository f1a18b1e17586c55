"""One line for each request, as ``logs`` writes them, gathered for a moment and written together.

The logging library would cost more than the rest of the kernel for these; everything rarer goes through it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from hub.kernel.routes import METHODS

GATHER_SECONDS = 0.05
MOST = 256


class Line(msgspec.Struct, omit_defaults=True):
    """The fields of one line; none of them says who asked or for what."""

    at: str
    level: str | None = None
    event: str | None = None
    method: str | None = None
    route: str | None = None
    status: int = 0
    ms: float | None = None
    incident: str = ""


_encode = msgspec.json.Encoder().encode


class RequestLog:
    """Writes to ``stream``. ``close`` writes what is still held."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._held: list[str] = []
        self._second = (-1, "")

    def add(
        self, at_ms: int, method: str, route: str, status: int, seconds: float, incident: str = ""
    ) -> None:
        """Hold one line; must be called on the loop."""
        if not self._held:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self.flush)
        known = method if method in METHODS else "other"
        ms = round(seconds * 1000, 2)
        line = Line(self._time(at_ms), "info", "request", known, route, status, ms, incident)
        self._held.append(_encode(line).decode())
        if len(self._held) >= MOST:
            self.flush()

    def flush(self) -> None:
        """Write what is held. A log that cannot be written must not stop the hub."""
        if not self._held:
            return
        text, self._held = "\n".join(self._held) + "\n", []
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return

    def _time(self, at_ms: int) -> str:
        second, ms = divmod(at_ms, 1000)
        if second != self._second[0]:
            self._second = second, datetime.fromtimestamp(second, UTC).isoformat()[:19]
        return f"{self._second[1]}.{ms:03}+00:00"
