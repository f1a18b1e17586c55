"""Wake-ups between the processes of one hub on PostgreSQL, by LISTEN and NOTIFY.

Only ids and numbers travel, and only after commit, on a connection of its own: a NOTIFY inside each
transaction would make all commits queue behind one lock. A lost wake-up is harmless: everything is in
tables, and after a broken line every listener is told to look again.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress

import asyncpg
import msgspec

from hub.kernel.jobs import Wakes
from hub.kernel.live import Event, Live

CHANNEL = "kith"
NOTIFY = "SELECT pg_notify($1, line) FROM unnest($2::text[]) AS line"
CHECK_SECONDS = 30.0
MOST_AUDIENCES = 100  # about 4 kB; PostgreSQL allows 8,000 bytes
MOST_WAITING = 10_000
BATCH = 500
LONGEST_REST = 30.0

log = logging.getLogger("hub.bridge")


class Message(msgspec.Struct, array_like=True, frozen=True):
    """One line on the wire: who sent it, then either a job to wake or an event."""

    sender: str
    job: str = ""
    kind: str = ""
    topic: bytes = b""
    seq: int = 0
    to: tuple[bytes, ...] = ()


class Bridge:
    """Carries events and job wake-ups to and from other processes while ``run`` runs."""

    def __init__(self, url: str, live: Live, wakes: Wakes) -> None:
        self._url = url
        self._live = live
        self._wakes = wakes
        self._me = os.urandom(6).hex()
        self._waiting: list[Message] = []
        self._asked: set[str] = set()
        self._some = asyncio.Event()
        self.connected = asyncio.Event()
        live.elsewhere = self.send_event
        wakes.elsewhere = self.send_wake

    def send_event(self, event: Event) -> None:
        """Queue an event for the others. Under a flood the oldest are dropped."""
        for start in range(0, len(event.to), MOST_AUDIENCES):
            to = event.to[start : start + MOST_AUDIENCES]
            self._waiting.append(Message(self._me, "", event.kind, event.topic, event.seq, to))
        del self._waiting[:-MOST_WAITING]
        self._some.set()

    def send_wake(self, job: str) -> None:
        """Queue a wake-up; asking twice before it leaves sends one."""
        self._asked.add(job)
        self._some.set()

    async def run(self) -> None:
        """Until cancelled: stay connected, pass on what comes, send what waits."""
        rest = 0.5
        while True:
            try:
                await self._connected_once()
                rest = 0.5
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning(
                    "bridge broken", extra={"error": type(error).__name__, "retry_ms": int(rest * 1000)}
                )
            self.connected.clear()
            await asyncio.sleep(rest)
            rest = min(rest * 2, LONGEST_REST)

    async def _connected_once(self) -> None:
        line = await asyncpg.connect(self._url, timeout=10)
        try:
            line.add_termination_listener(lambda _: self._some.set())
            await line.add_listener(CHANNEL, self._heard)
            self.connected.set()
            self._live.resync()
            while not line.is_closed():
                await self._send(line)
        finally:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await line.close(timeout=2)

    async def _send(self, line: asyncpg.Connection) -> None:
        """Wait for something to send, for a while; then send it, or ask whether the line still holds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._some.wait(), CHECK_SECONDS)
        self._some.clear()
        jobs, self._asked = self._asked, set()
        messages = [Message(self._me, job) for job in jobs] + self._waiting
        self._waiting = []
        try:
            for batch in [messages[at : at + BATCH] for at in range(0, len(messages), BATCH)] or [[]]:
                texts = [msgspec.json.encode(message).decode() for message in batch]
                await line.execute(NOTIFY, CHANNEL, texts, timeout=10)
        except BaseException:
            self._waiting = messages + self._waiting
            raise

    def _heard(self, line: object, pid: int, channel: str, text: object) -> None:
        try:
            message = msgspec.json.decode(str(text), type=Message)
        except msgspec.DecodeError:
            return
        if message.sender == self._me:
            return
        if message.job:
            self._wakes.heard(message.job)
        else:
            self._live.deliver(Event(message.kind, message.topic, message.seq, message.to))
