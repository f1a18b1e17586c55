"""How fast the first page of an organisation's circles is, at 100, 1,000 and 10,000 circles: it must not
grow.

    python -m bench.listing [--each 100] [--only sqlite] [--sizes 100 1000 10000]

Against the bare query of one table of the same number of rows by the raw driver in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import time
from typing import Any

import asyncpg
import uvloop

from bench.stage import (
    Place,
    Wire,
    load,
    milliseconds,
    places,
    request,
    serving,
    shared_circle,
    show,
    world_in,
)
from hub.circles import queries, state
from hub.circles.state import Place as Stands
from hub.circles.state import Standing, Summary
from storage.tables.circles import circles as circles_table
from storage.tables.circles import places as places_table
from tests.hub.circles.ends import Author
from tests.hub.running import RunningHub

QUERY = (
    "SELECT * FROM circle_places p JOIN circles c ON c.circle = p.circle"
    " WHERE p.organisation = {} ORDER BY p.activity DESC, p.circle DESC LIMIT 100"
)


async def grow(running: RunningHub, reader: Author, others: bytes, count: int) -> None:
    """More circles of the reader's organisation and another, as posting leaves them. Heads are made up."""
    now = milliseconds()
    both = (others, reader.organisation)
    summary = state.pack(Summary(others, False, tuple(Stands(o, Standing.IN, bytes(32), 1) for o in both)))
    made = [os.urandom(32) for _ in range(count)]
    circles = [
        {
            "circle": circle, "seq": 1, "head": os.urandom(32), "control_head": os.urandom(32), "epoch": 1,
            "received_at": now - at, "about_seq": 1, "summary": summary,
        }
        for at, circle in enumerate(made)
    ]  # fmt: skip
    stood = [
        {"circle": circle, "organisation": o, "standing": "member", "activity": now - at}
        for at, circle in enumerate(made)
        for o in both
    ]
    async with running.database.write() as unit:
        await unit.run_many(circles_table.insert(), circles)
        await unit.run_many(places_table.insert(), stood)
        await unit.run_many(queries.ASSIGN, [_assigned(reader, circle, now) for circle in made[::3]])


def _assigned(reader: Author, circle: bytes, now: int) -> dict[str, Any]:
    return {
        "circle": circle, "worker": reader.worker, "organisation": reader.organisation,
        "assigned_by": reader.worker, "assigned_at": now,
    }  # fmt: skip


async def bare(place: Place, organisation: bytes, count: int) -> float:
    """Median milliseconds of the bare query."""
    times = []
    if place.dialect == "sqlite":
        connection = sqlite3.connect(f"{place.folder}/hub.db")
        for _ in range(count):
            began = time.perf_counter()
            connection.execute(QUERY.format("?"), (organisation,)).fetchall()
            times.append(time.perf_counter() - began)
        connection.close()
    else:
        server = await asyncpg.connect(place.database)
        await server.execute("ANALYZE")
        for _ in range(count):
            began = time.perf_counter()
            await server.fetch(QUERY.format("$1"), organisation)
            times.append(time.perf_counter() - began)
        await server.close()
    return statistics.median(times) * 1000


async def measure(place: Place, options: argparse.Namespace) -> list[dict[str, Any]]:
    """A line for each size."""
    rows = []
    have = 1
    async with world_in(place) as (running, world):
        _, _, [reader] = await shared_circle(world, world.partner)
    for size in options.sizes:
        async with world_again(place, reader) as running:
            await grow(running, reader, world.vcu.id, size - have)
        have = size
        limit = await bare(place, reader.organisation, options.each)
        async with serving(place) as port:
            asked = request("GET", "/v1/circles", reader.end.token or b"")
            await load(port, [[asked] * 10], 200)
            found = await load(port, [[asked] * options.each], 200)
            length = await _length(port, asked)
        rows.append(
            {
                "database": place.dialect, "circles": size, "p50 ms": found.p50, "p99 ms": found.p99,
                "bare p50 ms": limit, "ratio": found.p50 / limit, "kB": length / 1000,
                "failures": found.failures,
            }
        )  # fmt: skip
    return rows


def world_again(place: Place, reader: Author) -> Any:
    """The same hub's database once more in this process."""
    from hub.config import read_settings
    from tests.hub.running import Clock, running_hub

    settings = read_settings({}, listen="127.0.0.1:0", **place.words)
    return running_hub(settings, clock=Clock(now=milliseconds()))


async def _length(port: int, asked: bytes) -> int:
    wire = await Wire.to(port)
    _, body = await wire.ask(asked)
    wire.close()
    await asyncio.sleep(0)
    return len(body)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--each", type=int, default=100)
    words.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    words.add_argument("--only", choices=("sqlite", "postgresql"))
    options = words.parse_args()
    with places([options.only] if options.only else ["sqlite", "postgresql"]) as found:
        show("listing", [row for place in found for row in uvloop.run(measure(place, options))])


if __name__ == "__main__":
    main()
