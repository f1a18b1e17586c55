"""Workers are killed at random while they fire: every step happens once, with its notice; none is lost."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from hub.kernel.keys import make_keys
from hub.notifications import service as notifications
from policies.actions import State, state_code
from storage.database import Database
from storage.migrate import upgrade
from storage.tables.notifications import notices
from storage.tables.workflow import action_circles, fired, ladders
from tests.hub.notifications.conftest import some
from tests.hub.workflow.conftest import moment

COUNT = 800
NOW = moment("2026-11-20 10:30")
FIRED, NOTICES = select(func.count(fired.c.at)), select(func.count(notices.c.at))
DUE = select(func.count(ladders.c.seq)).where(ladders.c.next_at <= NOW)
OWNER, CHARITY, WORKER = some("vcu"), some("charity"), some("worker")


async def lay_out(database: Database) -> None:
    """So many actions due today, each to be looked at now, all of one worker."""
    circle = some("circle", 32)
    rows = [
        {
            "circle": circle, "subject": some(f"action {number}"), "kind": "action", "organisation": CHARITY,
            "assignee": WORKER, "state": state_code(State.ACCEPTED), "seq": number + 1,
            "started_at": NOW - 8 * 86_400_000, "due_at": NOW + 3_600_000, "rung": 1, "next_at": NOW - 1,
        }
        for number in range(COUNT)
    ]  # fmt: skip
    async with database.write() as unit:
        await notifications.set_recipient(unit, WORKER, CHARITY, "worker", "w@charity.example")
        await unit.run(action_circles.insert(), circle=circle, owner=OWNER, closed=False)
        await unit.run_many(ladders.insert(), rows)


def started(home: Path, url: str) -> subprocess.Popen[str]:
    words = (home, url, home / "keys", NOW)
    command = [sys.executable, "-m", "tests.hub.workflow.endless_worker", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def two_workers_killed(home: Path, url: str, chance: random.Random) -> None:
    workers = [started(home, url) for _ in range(2)]
    for worker in workers:
        assert worker.stdout is not None
        await asyncio.to_thread(worker.stdout.readline)
    for worker in workers:
        await asyncio.sleep(chance.uniform(0.01, 0.2))
        worker.kill()
    for worker in workers:
        await asyncio.to_thread(worker.communicate)


async def test_every_step_fires_once_through_random_kills(database_url: str, tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    upgrade(database_url)
    database = await Database.open(database_url)
    await lay_out(database)
    chance, kills = random.Random(7), 0

    async def count(statement: object) -> int:
        async with database.read() as unit:
            return int(await unit.value(statement) or 0)  # type: ignore[arg-type]  # a select

    while await count(DUE):
        await two_workers_killed(tmp_path, database_url, chance)
        kills += 2
        assert await count(FIRED) == await count(NOTICES) == COUNT - await count(DUE)
        assert kills < 200
    assert await count(FIRED) == COUNT
    assert kills >= 2, kills
    await database.close()
