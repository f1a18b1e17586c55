"""The worker: runs what is due, sleeps when nothing is, backs off upon failure, stops in good order."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hub.app import jobs
from hub.kernel.context import Hub
from hub.kernel.feature import Feature
from hub.kernel.jobs import Job
from hub.kernel.logs import JsonLines
from hub.worker import LONGEST_REST_MS, Worker, rest_ms
from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub

HOUR = 3_600_000


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    async with running_hub(small_settings(tmp_path), features=()) as running:
        yield running


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.005)


def job(
    run: Callable[[Hub, int], Awaitable[bool | None]], every_ms: int = HOUR, name: str = "test.run"
) -> Job:
    return Job(name, every_ms, run)


async def test_a_job_runs_at_once_with_the_hubs_time_and_again_while_more_waits(hub: RunningHub) -> None:
    seen: list[int] = []

    async def run(_: Hub, now: int) -> bool:
        seen.append(now)
        return len(seen) < 5

    worker = Worker(hub.hub, (job(run),))
    worker.start()
    await until(lambda: len(seen) == 5)
    await worker.stop()
    assert seen == [hub.clock.now] * 5


async def test_a_wake_up_runs_a_resting_job_and_one_during_a_run_is_not_lost(hub: RunningHub) -> None:
    runs = 0
    hold = asyncio.Event()

    async def run(_: Hub, now: int) -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            await hold.wait()

    worker = Worker(hub.hub, (job(run),))
    worker.start()
    await until(lambda: runs == 1)
    hub.hub.wakes.wake("test.run")
    await until(lambda: runs == 2)
    hub.hub.wakes.wake("test.run")
    hold.set()
    await until(lambda: runs == 3)
    await worker.stop()
    assert runs == 3


async def test_a_job_comes_round_by_itself(hub: RunningHub) -> None:
    runs = 0

    async def run(_: Hub, now: int) -> None:
        nonlocal runs
        runs += 1

    worker = Worker(hub.hub, (job(run, every_ms=5),))
    worker.start()
    await until(lambda: runs >= 3)
    await worker.stop()


async def test_a_failing_job_backs_off_and_holds_no_other(
    hub: RunningHub, caplog: pytest.LogCaptureFixture
) -> None:
    failed = other = 0

    async def fail(_: Hub, now: int) -> None:
        nonlocal failed
        failed += 1
        raise ValueError("Ada Lovelace")

    async def run(_: Hub, now: int) -> bool:
        nonlocal other
        other += 1
        await asyncio.sleep(0)
        return other < 50

    worker = Worker(hub.hub, (job(fail, every_ms=100, name="test.fail"), job(run)))
    with caplog.at_level(logging.ERROR):
        worker.start()
        await until(lambda: other == 50 and failed == 2)
        for _ in range(10):
            hub.hub.wakes.wake("test.fail")
            await asyncio.sleep(0.002)
        assert failed == 2
        await worker.stop()
    lines = [JsonLines().format(record) for record in caplog.records if record.name == "hub.worker"]
    assert [json.loads(line)["retry_ms"] for line in lines] == [100, 200]
    assert json.loads(lines[0])["job"] == "test.fail"
    assert "Ada" not in "".join(lines)


def test_rests_double_up_to_five_minutes() -> None:
    async def run(_: Hub, now: int) -> None: ...

    rests = [rest_ms(job(run, every_ms=1000), failures) for failures in (1, 2, 3, 20, 10_000)]
    assert rests == [1000, 2000, 4000, LONGEST_REST_MS, LONGEST_REST_MS]


async def test_stopping_lets_a_batch_finish(hub: RunningHub) -> None:
    steps: list[str] = []

    async def run(_: Hub, now: int) -> bool:
        steps.append("begun")
        await asyncio.sleep(0.05)
        steps.append("done")
        return True

    worker = Worker(hub.hub, (job(run),))
    worker.start()
    await until(lambda: bool(steps))
    await worker.stop()
    assert steps == ["begun", "done"]


async def test_a_batch_that_does_not_finish_is_cut_off(hub: RunningHub) -> None:
    begun = cut = False

    async def run(_: Hub, now: int) -> None:
        nonlocal begun, cut
        begun = True
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cut = True
            raise

    worker = Worker(hub.hub, (job(run),), stop_seconds=0.02)
    worker.start()
    await until(lambda: begun)
    await worker.stop()
    assert cut


async def test_a_hub_told_to_work_runs_its_features_jobs(tmp_path: Path) -> None:
    ran = asyncio.Event()

    async def run(_: Hub, now: int) -> None:
        ran.set()

    settings = replace(small_settings(tmp_path), worker=True)
    async with running_hub(settings, features=(Feature("test", jobs=(job(run),)),)):
        await asyncio.wait_for(ran.wait(), 30)


def test_two_jobs_cannot_share_a_name() -> None:
    async def run(_: Hub, now: int) -> None: ...

    with pytest.raises(TypeError, match="same name"):
        jobs((Feature("a", jobs=(job(run),)), Feature("b", jobs=(job(run),))))
