"""A hub in a process of its own with circles on it, and the thinnest client that can load it.

The world is made through the hub's own HTTP interface by real ends (`tests.hub.build`); then the hub is
stopped, and started again as its command starts it, with rates switched off and no jobs of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from hub.config import read_settings
from hub.kernel.keys import make_keys
from tests.hub.build import HubWorld, Team, b64, build_world
from tests.hub.circles.ends import Author, Circle, worker
from tests.hub.running import Clock, RunningHub, running_hub
from tests.real.postgresql import running as postgresql
from tests.real.s3 import free_ports


@dataclass
class Place:
    """Where one hub keeps its things."""

    dialect: str
    folder: Path
    database: str
    processes: int = 1
    blobs: str = ""

    @property
    def words(self) -> dict[str, object]:
        return {
            "home": self.folder,
            "database": self.database,
            "blobs": self.blobs or self.folder / "blobs",
            "keys": self.folder / "keys",
            "rate_factor": 0,
            "worker": "no",
        }


@contextmanager
def places(dialects: list[str], processes: int = 1) -> Iterator[list[Place]]:
    """An empty database of each kind; PostgreSQL is a real server that synchronises its disk."""
    with tempfile.TemporaryDirectory() as name, postgresql() as server:
        found = []
        for dialect in dialects:
            folder = Path(name) / dialect
            folder.mkdir()
            make_keys(folder / "keys")
            small = dialect == "sqlite"
            url = f"sqlite:///{folder}/hub.db" if small else server.create("hub")
            found.append(Place(dialect, folder, url, 1 if small else processes))
        yield found


@asynccontextmanager
async def world_in(place: Place) -> AsyncIterator[tuple[RunningHub, HubWorld]]:
    """The hub in this process, with its world, to prepare what is measured."""
    settings = read_settings({}, listen="127.0.0.1:0", **place.words)
    async with running_hub(settings, clock=Clock(now=milliseconds())) as running:
        yield running, await build_world(running)


@asynccontextmanager
async def serving(place: Place) -> AsyncIterator[int]:
    """The hub as a command; its port."""
    [port] = free_ports(1)
    words = {f"KITH_{name.upper()}": str(value) for name, value in place.words.items()}
    words |= {"KITH_LISTEN": f"127.0.0.1:{port}", "KITH_PROCESSES": str(place.processes)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "serve",
        env={**os.environ, **words},
        stdout=subprocess.DEVNULL,
        stderr=(place.folder / "log").open("ab"),
    )  # fmt: skip
    try:
        await answering(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def answering(port: int) -> None:
    for _ in range(400):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("the hub did not start")


def milliseconds() -> int:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


async def shared_circle(world: HubWorld, *teams: Team) -> tuple[Circle, Author, list[Author]]:
    """A circle of the victim care unit's worker that these teams have joined."""
    owner = worker(world.vcu)
    circle = await Circle.opened(owner)
    for team in teams:
        await circle.join(owner, worker(team))
    return circle, owner, [worker(team) for team in teams]


def request(method: str, path: str, token: bytes, body: object = None) -> bytes:
    """The whole request as bytes, so that a client's only work is to send them."""
    data = b"" if body is None else msgspec.json.encode(body)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {b64(token)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


class Wire(asyncio.Protocol):
    """One connection: bytes out, one whole answer back."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport

    @classmethod
    async def to(cls, port: int) -> Wire:
        _, wire = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return wire

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end < 0 or self._waiting is None:
            return
        head = bytes(self._held[:end]).lower()
        at = head.find(b"content-length: ")
        length = int(head[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._held) < end + 4 + length:
            return
        answer = (int(head[9:12]), bytes(self._held[end + 4 : end + 4 + length]))
        self._held.clear()
        waiting, self._waiting = self._waiting, None
        waiting.set_result(answer)

    def connection_lost(self, _: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the hub hung up"))

    async def ask(self, whole: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(whole)
        return await self._waiting

    def close(self) -> None:
        self._transport.close()


@dataclass
class Measured:
    """What one run gave. Times in milliseconds."""

    rate: float
    p50: float
    p99: float
    failures: int


async def load(port: int, requests: list[list[bytes]], good: int) -> Measured:
    """One connection for each list, all at once, each sending its requests one after another."""
    wires = [await Wire.to(port) for _ in requests]
    times: list[float] = []
    failures = 0

    async def writer(wire: Wire, mine: list[bytes]) -> None:
        nonlocal failures
        for whole in mine:
            began = time.perf_counter()
            status, body = await wire.ask(whole)
            times.append((time.perf_counter() - began) * 1000)
            if status != good:
                failures += 1
                if failures == 1:
                    print(status, body[:300], file=sys.stderr)

    began = time.perf_counter()
    await asyncio.gather(*(writer(wire, mine) for wire, mine in zip(wires, requests, strict=True)))
    seconds = time.perf_counter() - began
    for wire in wires:
        wire.close()
    times.sort()
    return Measured(len(times) / seconds, statistics.median(times), times[int(len(times) * 0.99)], failures)


def show(title: str, rows: list[dict[str, Any]]) -> None:
    """A small table for people, then one line of JSON for programs."""
    print(f"\n{title}")
    names = list(rows[0])
    widths = [max(len(name), *(len(_said(row[name])) for row in rows)) for name in names]
    for row in [dict(zip(names, names, strict=True)), *rows]:
        print(
            "  " + "  ".join(_said(row[name]).rjust(width) for name, width in zip(names, widths, strict=True))
        )
    print(json.dumps({"bench": title, "rows": rows}))


def _said(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
