"""The hub's clock jumps by hours, forwards and back: times in a circle never run backwards, and nobody is
stormed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from crypto import entries as e
from crypto.entries import Kind
from crypto.private import bodies
from crypto.statements import Act, Object, ObjectKind
from storage.tables.notifications import notices
from storage.tables.workflow import fired
from tests.hub.build import HubWorld, build_world, statement_json
from tests.hub.circles.ends import Author, Circle, worker
from tests.hub.notifications.conftest import smtp_settings
from tests.hub.running import RunningHub, running_hub
from tests.real.smtp import MailServer
from tests.solid.checking import verified
from tests.solid.process import Place, problem_of

HOUR = 3_600_000
NOTICES = select(notices.c.worker, notices.c.kind, notices.c.circle, notices.c.seq)
FIRED = select(fired)
JOBS = ("workflow.escalate", "notifications.send")


@dataclass
class Scene:
    """A hub in this process, whose clock is ours, and one circle of two."""

    hub: RunningHub
    world: HubWorld
    circle: Circle
    owner: Author
    friend: Author
    mail: MailServer

    async def jump(self, hours: float) -> None:
        """The hub's clock is suddenly another; the ends' own clocks are right again with it."""
        self.hub.clock.move(hours=hours)
        self.circle.thread.now = self.hub.clock.now
        for author in (self.owner, self.friend):
            await author.end.sign_in()

    async def jobs(self) -> None:
        """What the worker would do now."""
        for name in JOBS:
            await self.hub.run(name)


@pytest.fixture
async def scene(tmp_path: Path, smtp_server: MailServer) -> AsyncIterator[Scene]:
    """On SQLite, with a real mail server."""
    settings = replace(Place(tmp_path / "hub").settings(), smtp=smtp_settings(smtp_server))
    async with running_hub(settings) as hub:
        world = await build_world(hub)
        owner, friend = worker(world.vcu), worker(world.partner)
        circle = await Circle.opened(owner)
        await circle.join(owner, friend)
        yield Scene(hub, world, circle, owner, friend, smtp_server)


async def test_times_in_a_circle_never_run_backwards(scene: Scene) -> None:
    for hours in (0.0, -5, -1, 9, -12, 48):
        await scene.jump(hours)
        await scene.circle.say(scene.owner)
        await scene.circle.say(scene.friend)
    _, times = await verified(scene.hub, scene.world, scene.circle)
    assert times == sorted(times)
    assert len(times) == scene.circle.thread.seq


async def test_a_clock_that_differs_is_told_so_and_told_the_time(scene: Scene) -> None:
    now = scene.hub.clock.now
    looked = [Object(ObjectKind.ENTRIES, scene.circle.id, 1, 2)]
    for wrong in (-6 * 60_000, 6 * 60_000, -HOUR * 24, HOUR * 24 * 365):
        said = scene.owner.end.statement(Act.FETCHED, scene.circle.id, looked, at=now + wrong)
        path = f"{scene.circle.path}/fetch"
        answer = await scene.owner.end.ask("POST", path, {"statement": statement_json(said)})
        assert (answer.status, problem_of(answer)) == (409, "clock-differs")
        assert answer.body["hub_time"] == now
    ahead = scene.circle.thread.message(scene.owner, sent_at=now + 16 * 60_000)
    answer = await scene.circle.send(scene.owner, ahead)
    assert (answer.status, problem_of(answer), answer.body["now"]) == (400, "clock-ahead", now)
    late = scene.circle.thread.message(scene.owner, sent_at=now - 24 * HOUR)
    await scene.circle.post(scene.owner, late)  # readers see that it is late


async def test_a_jumping_clock_makes_no_storm_and_misses_no_action(scene: Scene) -> None:
    action, due = os.urandom(16), scene.hub.clock.now + 72 * HOUR
    facts = e.Action(None, action, scene.world.partner.id, due, 0)
    asked = bodies.Asked(1, "Ann", "Call back", "please")
    await scene.circle.post(scene.owner, scene.circle.thread.make(scene.owner, Kind.ACTION, facts, asked))
    await scene.jobs()
    for hours in (1, -5, 5, -2, 2, -1):  # within one day, to and fro
        await scene.jump(hours)
        await scene.jobs()
    before = Counter(await rungs(scene))
    assert not before or max(before.values()) == 1, "a step fired twice"
    scene.mail.mails.clear()
    await scene.jump(24 * 7)  # a week asleep
    await scene.jobs()
    await scene.jump(-24 * 3)
    await scene.jobs()
    await scene.jump(24 * 3)
    await scene.jobs()
    await scene.jump(0.5)  # what was gathered may leave
    await scene.jobs()
    after = Counter(await rungs(scene))
    assert max(after.values()) == 1, "a step fired twice"
    assert len(after) > len(before), "the action was missed"
    addressed = Counter(mail.recipients[0] for mail in scene.mail.mails)
    assert addressed, "nobody was told"
    assert max(addressed.values()) <= 2, addressed
    doubled = Counter(await told(scene))
    assert max(doubled.values()) == 1, "somebody has the same notice twice"


async def rungs(scene: Scene) -> list[tuple[bytes, int]]:
    """Which steps of which ladder have fired."""
    async with scene.hub.database.read() as unit:
        return [(row.subject, row.rung) for row in await unit.all(FIRED)]


async def told(scene: Scene) -> list[tuple[object, ...]]:
    """Every notice."""
    async with scene.hub.database.read() as unit:
        return [(row.worker, row.kind, row.circle, row.seq) for row in await unit.all(NOTICES)]
