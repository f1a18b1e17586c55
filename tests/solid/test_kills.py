"""Sixty-four writers at once, and a hub that is killed under them: what was promised is kept, nothing happens
twice."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from hub.kernel.opening import bring_up_to_date
from tests.solid.kills import run
from tests.solid.process import Place, Process
from tests.solid.writers import chance


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A hub's place on each database."""
    if request.param == "sqlite":
        return Place(tmp_path / "hub")
    return Place(tmp_path / "hub", request.getfixturevalue("postgresql_url"))


async def test_writers_all_get_through_and_every_receipt_survives_sudden_death(place: Place) -> None:
    outcome = await run(place, kills=3, writers=64, random=chance(20261121))
    assert outcome.kept.receipts > 64 * 4
    assert outcome.again > 0, "nobody was waiting for an answer when the hub died"


def children(process: Process) -> list[int]:
    """The serving processes of a hub of several."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(each) for each in listed.split()]


def lives(pid: int) -> bool:
    """It is there, and more than a name."""
    with suppress(OSError):
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


async def test_of_several_processes_one_that_dies_is_replaced_and_none_outlives_the_first(
    tmp_path: Path, postgresql_url: str
) -> None:
    process = Process(Place(tmp_path / "hub", postgresql_url, more={"processes": 2}))
    bring_up_to_date(process.place.settings())
    try:
        await process.start()
        first, second = children(process)
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(20):
            while len(alive := [pid for pid in children(process) if lives(pid)]) < 2 or first in alive:
                await asyncio.sleep(0.05)
        assert second in alive
        process.kill()
        async with asyncio.timeout(20):
            while any(map(lives, alive)):
                await asyncio.sleep(0.05)
        await process.start()
        assert not set(children(process)) & set(alive)
    finally:
        process.stop()
