"""PostgreSQL restarted under load: clear refusals meanwhile, nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.real.postgresql import running as postgresql
from tests.solid.checking import check_all
from tests.solid.process import Place, asked_at, problem_of, started, world_at
from tests.solid.writers import Crowd


async def test_a_database_restarted_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with postgresql() as server:
        place = Place(tmp_path / "hub", server.create("hub"))
        async with world_at(place) as world:
            crowd = await Crowd.gather(world, 16)
        async with started(place) as process, asked_at(world, process, place) as running:
            over = asyncio.Event()
            working = asyncio.create_task(crowd.work(over))
            for kill in (False, True):
                await asyncio.sleep(0.7)
                await asyncio.to_thread(server.stop, kill=kill)
                await asyncio.sleep(0.5)
                ready = await running.ask("GET", "/readyz")
                assert (ready.status, ready.body["database"]) == (503, False)
                assert (await running.ask("GET", "/healthz")).status == 200
                before = crowd.promises
                await asyncio.to_thread(server.start)
                await grown(crowd, before)
            over.set()
            await working
            kept = await check_all(running, crowd, place.database)
        assert kept.receipts == crowd.promises
        assert crowd.tally.silent == 0, "the hub itself never went away"
        assert crowd.tally.answers.keys() <= {200, 201, 409, 503}
        refusals = crowd.tally.refusals
        assert refusals, "nobody was refused while the database was away"
        for refused in refusals:
            assert problem_of(refused) == "unavailable"
            assert int(refused.headers["Retry-After"]) >= 1
        assert crowd.tally.again > 0
        assert '"unexpected"' not in process.said(), process.said()[-3000:]


async def grown(crowd: Crowd, before: int, seconds: float = 30) -> None:
    """Returns once entries are taken in again."""
    for _ in range(int(seconds / 0.05)):
        if crowd.promises > before + 16:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the hub did not recover by itself")
