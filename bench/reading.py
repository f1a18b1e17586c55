"""How fast pages of 100 entries are given out, each after a durable statement of its own.

    python -m bench.reading [--readers 16] [--each 40] [--only sqlite]

Against the bare query of the same bodies by the raw driver in the same run; and against the page of
headers, which needs no statement, for what the statement adds to one reader's wait.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import time
from typing import Any

import asyncpg
import uvloop

from bench.stage import Measured, Place, load, places, request, serving, shared_circle, show, world_in
from tests.hub.circles.ends import Author, Circle, fetching

ENTRIES = 100
QUERY = "SELECT seq, body FROM entries WHERE circle = {} AND seq >= 1 AND seq < 101 ORDER BY seq"


async def prepared(place: Place) -> tuple[Circle, Author]:
    """One circle with a page of entries."""
    async with world_in(place) as (_, world):
        circle, owner, [friend] = await shared_circle(world, world.partner)
        while circle.thread.seq < ENTRIES:
            await circle.say(owner)
        return circle, friend


def pages(circle: Circle, reader: Author, count: int) -> list[bytes]:
    token = reader.end.token or b""
    wanted = (range(1, ENTRIES + 1), range(1, 2))
    return [
        request("POST", f"{circle.path}/fetch", token, fetching(reader, circle.id, *wanted))
        for _ in range(count)
    ]


async def bare(place: Place, circle: bytes, count: int) -> float:
    """Queries per second, one after another."""
    if place.dialect == "sqlite":
        return await asyncio.to_thread(_bare_sqlite, f"{place.folder}/hub.db", circle, count)
    connection = await asyncpg.connect(place.database)
    query = QUERY.format("$1")
    began = time.perf_counter()
    for _ in range(count):
        await connection.fetch(query, circle)
    seconds = time.perf_counter() - began
    await connection.close()
    return count / seconds


def _bare_sqlite(path: str, circle: bytes, count: int) -> float:
    connection = sqlite3.connect(path)
    query = QUERY.format("?")
    began = time.perf_counter()
    for _ in range(count):
        connection.execute(query, (circle,)).fetchall()
    seconds = time.perf_counter() - began
    connection.close()
    return count / seconds


async def measure(place: Place, options: argparse.Namespace) -> dict[str, Any]:
    """One line of the table."""
    circle, reader = await prepared(place)
    reader.end.running.clock.now = time.time_ns() // 1_000_000
    many = [pages(circle, reader, options.each) for _ in range(options.readers)]
    one, free = pages(circle, reader, options.each), _free(circle, reader, options.each)
    async with serving(place) as port:
        await load(port, [pages(circle, reader, 5)], 200)
        found: Measured = await load(port, many, 200)
        alone = await load(port, [one], 200)
        headers = await load(port, [free], 200)
    limit = statistics.median([await bare(place, circle.id, options.each * 4) for _ in range(3)])
    return {
        "database": place.dialect,
        "readers": options.readers,
        "pages/s": found.rate,
        "bare queries/s": limit,
        "ratio": found.rate / limit,
        "p50 ms": found.p50,
        "p50 ms alone": alone.p50,
        "headers alone": headers.p50,
        "failures": found.failures + alone.failures + headers.failures,
    }


def _free(circle: Circle, reader: Author, count: int) -> list[bytes]:
    path = f"{circle.path}/headers?after=0&limit={ENTRIES}"
    return [request("GET", path, reader.end.token or b"")] * count


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--readers", type=int, default=16)
    words.add_argument("--each", type=int, default=40)
    words.add_argument("--only", choices=("sqlite", "postgresql"))
    options = words.parse_args()
    with places([options.only] if options.only else ["sqlite", "postgresql"]) as found:
        show("reading", [uvloop.run(measure(place, options)) for place in found])


if __name__ == "__main__":
    main()
