"""A hub for tests: real database, real blobs, real sockets, and a clock that moves only when told to."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

import aiohttp
import msgspec

from hub.app import FEATURES, SESSIONS, assemble, build, jobs
from hub.config import Settings
from hub.kernel.caller import SessionReader
from hub.kernel.context import Hub
from hub.kernel.feature import Feature
from hub.kernel.opening import opened
from hub.kernel.server import listen
from storage.blobs import BlobStore
from storage.database import Database
from tests.hub.ready import lay_out

START = 1_795_000_000_000  # a Wednesday morning, 2026-11-18


@dataclass
class Clock:
    """UTC milliseconds. Moves only by ``move``."""

    now: int = START

    def __call__(self) -> int:
        return self.now

    def move(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, ms: int = 0
    ) -> int:
        """Forward by so much; gives the new time."""
        self.now += ms + int(1000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days))))
        return self.now


@dataclass(frozen=True)
class Answer:
    """What came back. ``body`` is decoded JSON where it was JSON, bytes otherwise."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass
class RunningHub:
    """A hub that serves on ``url`` until the test ends."""

    hub: Hub
    url: str
    clock: Clock
    client: aiohttp.ClientSession
    features: tuple[Feature, ...] = field(default=FEATURES)

    @property
    def database(self) -> Database:
        return self.hub.database

    @property
    def blobs(self) -> BlobStore:
        return self.hub.blobs

    @property
    def settings(self) -> Settings:
        return self.hub.settings

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request. ``body`` bytes go as they are; anything else goes as JSON."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = "Bearer " + base64.b64encode(token).decode()
        data = body if isinstance(body, bytes) else None if body is None else msgspec.json.encode(body)
        if body is not None:
            sent.setdefault(
                "Content-Type", "application/octet-stream" if data is body else "application/json"
            )
        async with self.client.request(method, self.url + path, data=data, headers=sent) as answer:
            text = await answer.read()
            is_json = answer.content_type.endswith("json")
            return Answer(answer.status, msgspec.json.decode(text) if is_json else text, answer.headers)

    async def run(self, name: str) -> int:
        """Run one declared job until it has nothing more; how many batches that took."""
        [job] = [job for job in jobs(self.features) if job.name == name]
        for batches in range(1, 1001):
            if not await job.run(self.hub, self.clock()):
                return batches
        raise AssertionError(f"{name} never comes to an end")


@asynccontextmanager
async def running_hub(
    settings: Settings,
    *,
    features: tuple[Feature, ...] = FEATURES,
    sessions: SessionReader = SESSIONS,
    clock: Clock | None = None,
    request_log: TextIO | None = None,
) -> AsyncIterator[RunningHub]:
    """Start one; several may share a database."""
    clock = clock or Clock()
    lay_out(settings)
    async with opened(settings) as (database, blobs), aiohttp.ClientSession() as client:
        hub = assemble(settings, database=database, blobs=blobs, clock=clock, sessions=sessions)
        runner, site = await listen(build(hub, features, request_log=request_log), settings.listen)
        try:
            yield RunningHub(hub, f"http://127.0.0.1:{site.port}", clock, client, features)
        finally:
            await client.close()
            await runner.cleanup()
