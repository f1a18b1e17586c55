"""How fast a durable unit is: ours against the raw driver and against SQLAlchemy, on both databases, in one
run.

    python -m bench.units [--seconds 1.5] [--rounds 3] [--writers 1 64]

Two jobs: one insert, and the six statements that posting an entry takes (lock the circle, look for the
author's previous entry, insert the entry of 1 kB, move the head, an outbox row, a statement). Client and
server share the machine. Prints the median of the rounds in units per second, and the share of the raw
driver's.
"""

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from bench.contenders import CONTENDERS, Contender
from tests.real.postgresql import running

Work = Callable[[int], Awaitable[None]]


async def rate(work: Work, writers: int, seconds: float) -> float:
    """Units per second by so many writers, each with its own circle."""
    done = 0
    until = time.perf_counter() + seconds

    async def writer(circle: int) -> None:
        nonlocal done
        while time.perf_counter() < until:
            await work(circle)
            done += 1

    await asyncio.gather(*(work(circle) for circle in range(writers)))  # prepares every connection
    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(writer(circle) for circle in range(writers)))
    return done / (time.perf_counter() - started)


async def measured(contender: Contender, url: str, writers: int, seconds: float) -> tuple[float, float]:
    """Units per second of each job: one insert, six statements."""
    await contender.open(url)
    try:
        return await rate(contender.insert, writers, seconds), await rate(contender.post, writers, seconds)
    finally:
        await contender.close()


async def compare(address: Callable[[str], str], dialect: str, options: argparse.Namespace) -> None:
    """One table for one database."""
    for writers in options.writers:
        found: dict[str, list[tuple[float, float]]] = {}
        for turn in range(options.rounds):
            for name, make in CONTENDERS[dialect].items():
                url = address(f"bench_{writers}_{turn}_{len(found)}_{name.split()[0].lower()}")
                found.setdefault(name, []).append(await measured(make(), url, writers, options.seconds))
        print(f"\n{dialect}, {writers} writer{'s' * (writers > 1)}: units/s, and share of the first line")
        first: list[float] = []
        for name, rounds in found.items():
            medians = [statistics.median(column) for column in zip(*rounds, strict=True)]
            first = first or medians
            shown = [f"{m:9,.0f} {m / f:5.2f}" for m, f in zip(medians, first, strict=True)]
            print(f"  {name:34} insert {shown[0]}   six statements {shown[1]}")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=1.5)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--writers", type=int, nargs="+", default=[1, 64])
    words.add_argument("--only", choices=sorted(CONTENDERS))
    options = words.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, uvloop, durable commits")
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "postgresql":
            uvloop.run(compare(lambda name: f"sqlite:///{Path(folder) / name}.db", "sqlite", options))
    if options.only != "sqlite":
        with running() as server:
            uvloop.run(compare(server.create, "postgresql", options))


if __name__ == "__main__":
    main()
