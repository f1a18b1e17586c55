"""The worker: one loop for each job. It runs a batch, again while more waits, rests, backs off on failure."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from hub.kernel.context import Hub
from hub.kernel.jobs import Job

LONGEST_REST_MS = 300_000
STOP_SECONDS = 10.0

log = logging.getLogger("hub.worker")


class Worker:
    """Runs jobs in this process. Any number of workers may run at once."""

    def __init__(self, hub: Hub, jobs: tuple[Job, ...], *, stop_seconds: float = STOP_SECONDS) -> None:
        self._hub = hub
        self._jobs = jobs
        self._stop_seconds = stop_seconds
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; each job runs once straight away."""
        for job in self._jobs:
            wake = self._hub.wakes.event(job.name)
            self._tasks.append(asyncio.create_task(self._loop(job, wake)))

    async def stop(self) -> None:
        """Let running batches finish, for a while; then cut them off, which undoes their transaction."""
        self._stopping.set()
        if not self._tasks:
            return
        for job in self._jobs:
            self._hub.wakes.event(job.name).set()
        _, late = await asyncio.wait(self._tasks, timeout=self._stop_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _loop(self, job: Job, wake: asyncio.Event) -> None:
        failures = 0
        while not self._stopping.is_set():
            wake.clear()
            more, failed = await self._once(job, failures)
            failures = failures + 1 if failed else 0
            if self._stopping.is_set():
                return
            if failed:
                await self._rest(self._stopping, rest_ms(job, failures))
            elif not more:
                await self._rest(wake, job.every_ms)

    async def _once(self, job: Job, failures: int) -> tuple[bool, bool]:
        """(more is waiting, it failed)"""
        try:
            return bool(await job.run(self._hub, self._hub.clock())), False
        except Exception as error:
            fields = {"job": job.name, "error": type(error).__name__, "retry_ms": rest_ms(job, failures + 1)}
            log.exception("job failed", extra=fields)
            return False, True

    async def _rest(self, until: asyncio.Event, ms: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), ms / 1000)


def rest_ms(job: Job, failures: int) -> int:
    """How long to rest after so many failures in a row: doubling, at most five minutes."""
    return min(max(job.every_ms, 100) << min(failures - 1, 16), LONGEST_REST_MS)
