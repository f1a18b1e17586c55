"""Kill the hub again and again under many writers, and see that every promise was kept.

python -m tests.solid.kills [--times 50] [--writers 64] [--seed 1] [--only sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from tests.real.postgresql import running as postgresql
from tests.solid.checking import Kept, check_all
from tests.solid.process import Place, Process, asked_at, world_at
from tests.solid.writers import Crowd, chance

SHORTEST, LONGEST = 0.0, 1.2


@dataclass(frozen=True)
class Outcome:
    """What a run was, and what held at its end."""

    kills: int
    writers: int
    kept: Kept
    silent: int
    again: int
    seconds: float
    start_seconds: float


async def run(place: Place, *, kills: int, writers: int, random: Random, calm: int = 4) -> Outcome:
    """``calm`` entries by every writer undisturbed, all at once; then kill the hub at random moments.

    Raises AssertionError for any failure while nothing was wrong, and for anything lost, doubled or changed.
    """
    async with world_at(place) as world:
        crowd = await Crowd.gather(world, writers)
    process = Process(place)
    began, starts = time.monotonic(), 0.0
    try:
        async with asked_at(world, process, place) as running:
            await process.start()
            await crowd.write(calm)
            assert (crowd.tally.answers, crowd.tally.silent) == ({201: writers * calm}, 0)
            over = asyncio.Event()
            working = asyncio.create_task(crowd.work(over))
            for _ in range(kills):
                await asyncio.sleep(random.uniform(SHORTEST, LONGEST))
                process.kill()
                if working.done():
                    await working
                restarted = time.monotonic()
                await process.start()
                starts += time.monotonic() - restarted
            await asyncio.sleep(0.3)
            over.set()
            await working
            kept = await check_all(running, crowd, place.database)
    finally:
        process.stop()
    assert "Traceback" not in process.said(), process.said()[-3000:]
    seconds = time.monotonic() - began
    tally = crowd.tally
    return Outcome(kills, writers, kept, tally.silent, tally.again, seconds, starts / max(kills, 1))


@contextmanager
def places(names: list[str]) -> Iterator[list[Place]]:
    """A place on each database; PostgreSQL is a real server that synchronises its disk."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        if "postgresql" not in names:
            yield [Place(base / "sqlite")]
            return
        with postgresql() as server:
            large = Place(base / "postgresql", server.create("hub"))
            yield [Place(base / "sqlite"), large] if "sqlite" in names else [large]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--times", type=int, default=50)
    words.add_argument("--writers", type=int, default=64)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--only", choices=("sqlite", "postgresql"))
    options = words.parse_args()
    with places([options.only] if options.only else ["sqlite", "postgresql"]) as found:
        for place in found:
            outcome = asyncio.run(
                run(place, kills=options.times, writers=options.writers, random=chance(options.seed))
            )
            said = {"database": place.folder.name, "seed": options.seed, **asdict(outcome)}
            sys.stdout.write(json.dumps(said, default=str) + "\n")


if __name__ == "__main__":
    main()
