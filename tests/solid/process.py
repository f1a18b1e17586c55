"""The hub as an operator runs it: the command, in a process of its own, that can be killed at any moment."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import aiohttp

from hub.config import Settings, read_settings
from hub.kernel.keys import make_keys
from tests.hub.build import End, HubWorld, Team, build_world
from tests.hub.running import Clock, RunningHub, running_hub
from tests.real.s3 import free_ports

ROOT = Path(__file__).parents[2]
Command = Literal["serve", "worker"]


def milliseconds() -> int:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass
class Place:
    """Where one hub keeps its things. ``ahead`` is how far its clock runs before the real one."""

    folder: Path
    database: str = ""
    blobs: str = ""
    smtp: str = ""
    ahead: int = 0
    more: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = self.database or f"sqlite:///{self.folder}/hub.db"
        self.blobs = self.blobs or str(self.folder / "blobs")
        make_keys(self.folder / "keys")
        self.set_clock(self.ahead)

    @property
    def clock_file(self) -> Path:
        """Where processes with a moved clock read how far it is moved."""
        return self.folder / "clock"

    def set_clock(self, ahead: int) -> None:
        """Move the clock of every process of this place that was started with one."""
        self.ahead = ahead
        aside = self.clock_file.with_suffix(".new")
        aside.write_bytes(struct.pack("<q", ahead))
        aside.replace(self.clock_file)

    @property
    def now(self) -> int:
        """What its clock shows."""
        return milliseconds() + self.ahead

    def words(self) -> dict[str, object]:
        """Its settings, by name."""
        found: dict[str, object] = {
            "home": self.folder,
            "database": self.database,
            "blobs": self.blobs,
            "keys": self.folder / "keys",
            "rate_factor": 0,
            "worker": "no",
            "log_level": "warning",
        }
        return found | ({"smtp": self.smtp} if self.smtp else {}) | dict(self.more)

    def settings(self) -> Settings:
        """For a hub in this process."""
        return read_settings({}, listen="127.0.0.1:0", **self.words())


class Process:
    """One `serve` or `worker`. It comes back on the same port each time."""

    def __init__(self, place: Place, command: Command = "serve", *, moved: bool = False) -> None:
        self.place, self.command, self.moved = place, command, moved
        [self.port] = free_ports(1)
        self.log = place.folder / f"{command}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Start the command; it does not answer yet."""
        words = {f"KITH_{name.upper()}": str(value) for name, value in self.place.words().items()}
        words["KITH_LISTEN"] = f"127.0.0.1:{self.port}"
        words["PYTHONPATH"] = str(ROOT)
        start = ["-m", "hub", self.command]
        if self.moved:
            start = ["-m", "tests.solid.moved_clock", self.command, str(self.place.clock_file)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *start],
                env={**os.environ, **words},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    async def start(self) -> None:
        """Start it and wait until it answers (a worker: until it has been begun)."""
        self.launch()
        if self.command == "serve":
            await self.answering()

    async def answering(self, seconds: float = 120) -> None:
        """Returns once somebody listens. Raises AssertionError, with the log, if the process ends before."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            if not self.is_running:
                break
            await asyncio.sleep(0.02)
        raise AssertionError(f"the hub did not start: {self.said()[-2000:]}")

    def kill(self) -> None:
        """As if the power had gone, for this process."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)

    def stop(self) -> None:
        """As an operator stops it."""
        if self._process is None or not self.is_running:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def limit_files(self, most: int | None) -> None:
        """From now on no file of the process may grow past so many bytes: its disk is full. None: no
        limit."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (hard if most is None else most, hard))

    def said(self) -> str:
        """Everything it wrote."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def memory(self, what: Literal["VmRSS", "VmHWM"] = "VmRSS") -> int:
        """Bytes of memory: now, or at most so far."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.partition(f"{what}:")[2].split()[0]) * 1024

    def forget_peak(self) -> None:
        """VmHWM counts from here on."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


@asynccontextmanager
async def world_at(place: Place) -> AsyncIterator[HubWorld]:
    """A hub in this process, with people and organisations, to prepare what a separate one then serves."""
    async with running_hub(place.settings(), clock=Clock(now=place.now)) as running:
        yield await build_world(running)


@asynccontextmanager
async def started(place: Place, *, moved: bool = False, worker: bool = False) -> AsyncIterator[Process]:
    """A serving process (and jobs in it, if ``worker``) for the length of a block."""
    if worker:
        place.more = {**place.more, "worker": "yes"}
    process = Process(place, moved=moved)
    try:
        await process.start()
        yield process
    finally:
        process.stop()


@asynccontextmanager
async def asked_at(world: HubWorld, process: Process, place: Place) -> AsyncIterator[RunningHub]:
    """Let everybody of that world ask the separate process from now on. Keys and settings stay at hand."""
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client:
        remote = RunningHub(world.running.hub, process.url, Clock(now=place.now), client)
        world.running = remote
        for end in everybody(world):
            end.running = remote
        yield remote


def everybody(world: HubWorld) -> list[End]:
    """Every end of the four organisations."""
    teams: list[Team] = [world.vcu, world.partner, world.charity, world.police]
    return [end for team in teams for end in (team.manager, team.worker)]


def problem_of(answer: Any) -> str:
    """The code of a problem document, checked to be one."""
    assert answer.headers["Content-Type"].startswith("application/problem+json"), answer
    assert answer.body["type"] == f"urn:kith:problem:{answer.body['code']}"
    assert answer.body["status"] == answer.status
    return str(answer.body["code"])
