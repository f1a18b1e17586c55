"""Live events: wake-ups only. They carry no content and are never believed; they say "look again"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from keyholder.connection import Connection
from keyholder.errors import Away

PAUSE = 1.0
LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Wake:
    """Something changed. ``resync``: look at everything again."""

    kind: str
    topic: bytes
    seq: int | None


class _Data(msgspec.Struct, frozen=True):
    topic: str = ""
    seq: int | None = None


async def wakes(connection: Connection) -> AsyncIterator[Wake]:
    """Wake-ups, for as long as the caller listens; a lost connection is taken up again."""
    pause = PAUSE
    while True:
        try:
            async for wake in _one(connection):
                pause = PAUSE
                yield wake
        except Away:
            pass
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST)
        yield Wake("resync", b"", None)


async def _one(connection: Connection) -> AsyncIterator[Wake]:
    kind = ""
    async for line in connection.events("/v1/live"):
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value[:64]
        elif name == "data" or (kind == "resync" and not line):
            wake = _wake(kind, value)
            if wake is not None:
                yield wake
            kind = ""


def _wake(kind: str, value: str) -> Wake | None:
    if kind == "resync":
        return Wake(kind, b"", None)
    try:
        data = msgspec.json.decode(value, type=_Data)
        return Wake(kind, bytes.fromhex(data.topic), data.seq)
    except (msgspec.DecodeError, ValueError):
        return None
