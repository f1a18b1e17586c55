"""How fast entries are taken in, against a bare durable insert of the same bytes by the raw driver in the
same run.

    python -m bench.posting [--writers 64] [--each 60] [--rounds 3] [--only sqlite] [--processes 1]

Pre-sealed messages by one worker in many circles of two organisations, over HTTP: signature, policy,
order, head, signed receipt, notices, durable commit. Then one writer alone, for the time that one person
waits.
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

from bench.stage import Place, load, places, request, serving, shared_circle, show, world_in
from tests.hub.circles.ends import Author, Circle, Made

INSERT = "INSERT INTO bare (hash, header, signature, body) VALUES"


def chain(circle: Circle, author: Author, count: int) -> list[Made]:
    """Messages that follow each other, sealed before the first is sent: each names the author's one
    before."""
    found = []
    for _ in range(count):
        made = circle.thread.message(author)
        circle.thread.authors[author.worker] = made.entry.hash
        found.append(made)
    return found


async def prepared(place: Place, writers: int, each: int, rounds: int) -> list[list[list[Made]]]:
    """For each round, each writer's own circle and messages; last, one writer alone."""
    async with world_in(place) as (_, world):
        found = []
        for count in [*[writers] * rounds, 1]:
            circles = [await shared_circle(world, world.partner) for _ in range(count)]
            found.append([chain(circle, owner, each) for circle, owner, _ in circles])
            for made in found[-1]:
                tokens[made[0].header.circle] = circles[0][1].end.token or b""
        return found


tokens: dict[bytes, bytes] = {}


def posts(each: list[Made]) -> list[bytes]:
    circle = each[0].header.circle
    path = f"/v1/circles/{circle.hex()}/entries"
    return [request("POST", path, tokens[circle], made.json()) for made in each]


def values(made: Made) -> tuple[bytes, bytes, bytes, bytes]:
    return made.entry.hash, made.entry.header, made.entry.signature, made.body


async def bare_postgresql(url: str, rounds: list[list[Made]]) -> float:
    """64 connections, each committing row after row."""
    pool = await asyncpg.create_pool(url, min_size=len(rounds), max_size=len(rounds))
    await pool.execute(
        "CREATE TABLE IF NOT EXISTS bare (hash bytea PRIMARY KEY, header bytea, signature bytea, body bytea)"
    )
    await pool.execute("TRUNCATE bare")

    async def writer(mine: list[Made]) -> None:
        async with pool.acquire() as connection:
            for made in mine:
                await connection.execute(f"{INSERT} ($1, $2, $3, $4)", *values(made))

    began = time.perf_counter()
    await asyncio.gather(*map(writer, rounds))
    seconds = time.perf_counter() - began
    await pool.close()
    return sum(map(len, rounds)) / seconds


def bare_sqlite(path: str, rounds: list[list[Made]]) -> float:
    """One connection, one durable commit for each row: SQLite has one writer."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS bare (hash BLOB PRIMARY KEY, header BLOB, signature BLOB, body BLOB)"
    )
    connection.execute("DELETE FROM bare")
    began = time.perf_counter()
    for mine in rounds:
        for made in mine:
            connection.execute(f"{INSERT} (?, ?, ?, ?)", values(made))
    seconds = time.perf_counter() - began
    connection.close()
    return sum(map(len, rounds)) / seconds


async def bare(place: Place, made: list[list[Made]]) -> float:
    if place.dialect == "sqlite":
        return await asyncio.to_thread(bare_sqlite, f"{place.folder}/bare.db", made)
    return await bare_postgresql(place.database, made)


async def measure(place: Place, options: argparse.Namespace) -> dict[str, Any]:
    """One line of the table."""
    *rounds, alone = await prepared(place, options.writers, options.each, options.rounds)
    async with serving(place) as port:
        found = [await load(port, list(map(posts, made)), 201) for made in rounds]
        single = await load(port, list(map(posts, alone)), 201)
    limit = statistics.median([await bare(place, made) for made in rounds])
    rate = statistics.median(one.rate for one in found)
    return {
        "database": place.dialect,
        "processes": place.processes,
        "writers": options.writers,
        "posts/s": rate,
        "bare inserts/s": limit,
        "ratio": rate / limit,
        "p50 ms": statistics.median(one.p50 for one in found),
        "p99 ms": statistics.median(one.p99 for one in found),
        "p50 ms alone": single.p50,
        "failures": sum(one.failures for one in found) + single.failures,
    }


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--writers", type=int, default=64)
    words.add_argument("--each", type=int, default=60)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--processes", type=int, default=1)
    words.add_argument("--only", choices=("sqlite", "postgresql"))
    options = words.parse_args()
    with places([options.only] if options.only else ["sqlite", "postgresql"], options.processes) as found:
        rows = [uvloop.run(measure(place, options)) for place in found]
    show("posting", rows)


if __name__ == "__main__":
    main()
