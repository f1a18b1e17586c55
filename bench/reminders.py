"""How fast reminders fire with 100,000 actions open, and how quickly a worker's page of today comes.

    python -m bench.reminders [--actions 100000] [--only sqlite] [--each 200]

Firing is the whole of it: claim a batch, ask policies, write what fired, queue the notices for the people
they reach, set the next moment. Against a bare loop of the raw driver in the same run: claim as many rows,
insert an effect and an outbox row for each, move them on, commit.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import time
from typing import Any

import asyncpg
import uvloop

from bench.listing import world_again
from bench.stage import Place, load, milliseconds, places, request, serving, show, world_in
from hub.notifications import service as notifications
from hub.notifications.part import calendar_ready
from hub.workflow import jobs, queries
from policies.actions import State, state_code
from storage.tables.circles import assignments
from storage.tables.workflow import actions, ladders
from tests.hub.build import End, HubWorld
from tests.hub.circles.ends import worker
from tests.hub.running import RunningHub

WORKERS, EACH_CIRCLE = 100, 50
DAY = 86_400_000
BARE = {
    "claim": "SELECT id FROM bare_due WHERE next_at <= {} ORDER BY next_at LIMIT 500",
    "effect": "INSERT INTO bare_effect (id, at) VALUES ({}, {})",
    "out": "INSERT INTO bare_out (id, at) VALUES ({}, {})",
    "move": "UPDATE bare_due SET next_at = NULL WHERE id = {}",
}
TABLES = (
    "CREATE TABLE bare_due (id BIGINT PRIMARY KEY, next_at BIGINT)",
    "CREATE INDEX ix_bare_due ON bare_due (next_at)",
    "CREATE TABLE bare_effect (id BIGINT PRIMARY KEY, at BIGINT)",
    "CREATE TABLE bare_out (id BIGINT PRIMARY KEY, at BIGINT)",
)


async def grow(running: RunningHub, world: HubWorld, count: int) -> None:
    """So many open actions of the charity, as posting leaves them: accepted, due some day, to be looked at
    now."""
    now, charity = milliseconds(), world.charity
    people = [charity.worker.id, *(os.urandom(16) for _ in range(WORKERS - 1))]
    async with running.database.write() as unit:
        for number, person in enumerate(people):
            await notifications.set_recipient(
                unit, person, charity.id, "worker", f"w{number}@charity.example"
            )
    state = state_code(State.ACCEPTED)
    for start in range(0, count, 5_000):
        rows: list[dict[str, Any]] = []
        due: list[dict[str, Any]] = []
        circles: list[dict[str, Any]] = []
        for number in range(start, min(start + 5_000, count)):
            if number % EACH_CIRCLE == 0:
                circles.append({"circle": os.urandom(32), "owner": world.vcu.id, "closed": False})
            circle, action = circles[-1]["circle"], os.urandom(16)
            assignee = people[number % WORKERS] if number % 10 else queries.NOBODY
            due_at = now + (number % 20 - 10) * DAY
            started = now - 20 * DAY
            shared = {
                "circle": circle, "organisation": charity.id, "assignee": assignee, "state": state,
                "due_at": due_at, "started_at": started, "seq": number + 1,
            }  # fmt: skip
            rows.append(
                shared
                | {
                    "action": action, "proposer": world.vcu.id, "owner": world.vcu.id, "priority": 0,
                    "created_at": started, "changed_at": started, "open": True, "here": True,
                }
            )  # fmt: skip
            due.append(shared | {"subject": action, "kind": "action", "rung": 0, "next_at": now - 1})
        mine = [_assigned(charity.worker, each["circle"], now) for each in circles]
        async with running.database.write() as unit:
            await unit.run_many(queries.PUT_CIRCLE, circles)
            await unit.run_many(actions.insert(), rows)
            await unit.run_many(ladders.insert(), due)
            await unit.run_many(assignments.insert(), mine)


def _assigned(end: End, circle: bytes, now: int) -> dict[str, Any]:
    return {
        "circle": circle, "worker": end.id, "organisation": end.house.id,
        "assigned_by": end.id, "assigned_at": now,
    }  # fmt: skip


async def fired_per_second(running: RunningHub) -> float:
    """Until nothing is due any more."""
    await calendar_ready(running.hub)
    now, began, count = milliseconds(), time.perf_counter(), 0
    while await jobs.escalate(running.hub, now):
        count += jobs.BATCH
    return count / (time.perf_counter() - began)


def bare_on_sqlite(place: Place, count: int) -> float:
    """The bare loop on a file of its own, synchronised at each commit."""
    connection = sqlite3.connect(f"{place.folder}/bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    for table in TABLES:
        connection.execute(table)
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO bare_due VALUES (?, 1)", [(number,) for number in range(count)])
    connection.execute("COMMIT")
    sql = {name: text.format("?", "?") for name, text in BARE.items()}
    began, done = time.perf_counter(), 0
    while True:
        connection.execute("BEGIN IMMEDIATE")
        ids = connection.execute(sql["claim"], (1,)).fetchall()
        connection.executemany(sql["effect"], [(number, 1) for (number,) in ids])
        connection.executemany(sql["out"], [(number, 1) for (number,) in ids])
        connection.executemany(sql["move"], ids)
        connection.execute("COMMIT")
        done += len(ids)
        if not ids:
            return done / (time.perf_counter() - began)


async def bare_on_postgresql(place: Place, count: int) -> float:
    """The bare loop on tables of its own in the same server."""
    server = await asyncpg.connect(place.database)
    for table in TABLES:
        await server.execute(table)
    await server.copy_records_to_table("bare_due", records=[(number, 1) for number in range(count)])
    sql = {name: text.format("$1", "$2") for name, text in BARE.items()}
    began, done = time.perf_counter(), 0
    while True:
        async with server.transaction():
            ids = [row[0] for row in await server.fetch(sql["claim"] + " FOR UPDATE SKIP LOCKED", 1)]
            await server.executemany(sql["effect"], [(number, 1) for number in ids])
            await server.executemany(sql["out"], [(number, 1) for number in ids])
            await server.executemany(sql["move"], [(number,) for number in ids])
        done += len(ids)
        if not ids:
            await server.close()
            return done / (time.perf_counter() - began)


async def analyse(place: Place) -> None:
    """What a server does by itself after a while."""
    if place.dialect == "postgresql":
        server = await asyncpg.connect(place.database)
        await server.execute("ANALYZE")
        await server.close()


async def measure(place: Place, options: argparse.Namespace) -> dict[str, Any]:
    """One line for one database."""
    async with world_in(place) as (running, world):
        await grow(running, world, options.actions)
        reader = world.charity.worker
    await analyse(place)
    async with serving(place) as port:
        asked = request("GET", "/v1/today", reader.token or b"")
        await load(port, [[asked] * 20], 200)
        page = await load(port, [[asked] * options.each], 200)
    async with world_again(place, worker(world.charity)) as running:
        fired = await fired_per_second(running)
    small = place.dialect == "sqlite"
    bare = (
        bare_on_sqlite(place, options.actions) if small else await bare_on_postgresql(place, options.actions)
    )
    return {
        "database": place.dialect, "open actions": options.actions, "fired/s": fired, "bare/s": bare,
        "ratio": fired / bare, "today p50 ms": page.p50, "today p99 ms": page.p99, "failures": page.failures,
    }  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--actions", type=int, default=100_000)
    words.add_argument("--each", type=int, default=200)
    words.add_argument("--only", choices=("sqlite", "postgresql"))
    options = words.parse_args()
    with places([options.only] if options.only else ["sqlite", "postgresql"]) as found:
        show("reminders", [uvloop.run(measure(place, options)) for place in found])


if __name__ == "__main__":
    main()
