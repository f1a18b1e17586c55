"""A circle with actions in it, on both databases, and a mail server that hears what is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crypto import entries as e
from crypto.entries import Kind
from hub.config import Settings
from policies.actions import Move, move_code
from policies.calendar import calendar
from storage.database import Row
from storage.tables.notifications import notices
from storage.tables.workflow import fired, ladders
from tests.hub.build import HubWorld, build_world
from tests.hub.circles.ends import Author, Circle, Made, worker
from tests.hub.notifications.conftest import smtp_settings, some
from tests.hub.running import Answer, RunningHub, running_hub
from tests.real.smtp import MailServer, ReceivedMail

LONDON = ZoneInfo("Europe/London")
FIRED = select(fired).order_by(fired.c.at, fired.c.rung)
LADDERS = select(ladders)
NOTICES = select(notices).order_by(notices.c.at)


def moment(text: str) -> int:
    """UTC milliseconds of a time in London: "2026-11-20 17:30"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp() * 1000)


def stepping(
    action: bytes,
    move: Move | int,
    *,
    organisation: bytes | None = None,
    assignee: bytes | None = None,
    due_at: int | None = None,
    reason: int = 0,
) -> e.ActionChange:
    """The facts of a step."""
    code = move_code(move) if isinstance(move, Move) else move
    return e.ActionChange(None, action, code, organisation, assignee, due_at, reason)


@dataclass
class Case:
    """A circle owned by the victim care unit, with the charity in it."""

    hub: RunningHub
    world: HubWorld
    server: MailServer
    circle: Circle
    signed_in: dict[bytes, int] = field(default_factory=dict)

    @property
    def owner(self) -> Author:
        return worker(self.world.vcu)

    @property
    def charity(self) -> Author:
        return worker(self.world.charity)

    def at(self, text: str) -> None:
        """Move the clock to a time in London, forwards."""
        ahead = moment(text) - self.hub.clock.now
        assert ahead >= 0
        self.hub.clock.move(ms=ahead)
        self.circle.thread.now = self.hub.clock.now

    async def awake(self, author: Author) -> None:
        """Signed in, also when time has passed."""
        now = self.hub.clock.now
        if now - self.signed_in.get(author.worker, 0) > 900_000:
            await author.end.sign_in()
        self.signed_in[author.worker] = now

    async def post(self, author: Author, made: Made) -> None:
        """Post what must be taken."""
        await self.awake(author)
        await self.circle.post(author, made)

    async def propose(
        self,
        label: str = "call",
        due: str = "2026-11-27 18:00",
        *,
        to: bytes | None = None,
        by: Author | None = None,
    ) -> bytes:
        """A new action for the charity, which must be taken."""
        action = some(label)
        made = self.proposing(action, moment(due), to=to, by=by)
        await self.post(by or self.owner, made)
        return action

    def proposing(
        self, action: bytes, due_at: int, *, to: bytes | None = None, by: Author | None = None
    ) -> Made:
        facts = e.Action(None, action, to or self.world.charity.id, due_at, 0)
        return self.circle.thread.make(by or self.owner, Kind.ACTION, facts)

    def step(self, author: Author, action: bytes, move: Move | int, **given: Any) -> Made:
        return self.circle.thread.make(author, Kind.ACTION_CHANGE, stepping(action, move, **given))

    async def take(self, author: Author, action: bytes, move: Move, **given: Any) -> None:
        """A step that must be taken."""
        await self.post(author, self.step(author, action, move, **given))

    async def try_step(self, author: Author, action: bytes, move: Move | int, **given: Any) -> Answer:
        """A step whose answer is asked for."""
        await self.awake(author)
        return await self.circle.send(author, self.step(author, action, move, **given))

    async def actions(self, author: Author, query: str = "") -> list[dict[str, Any]]:
        """What /v1/actions lists."""
        await self.awake(author)
        answer = await author.end.good("GET", f"/v1/actions{query}")
        return list(answer["items"])

    async def escalate(self) -> None:
        await self.hub.run("workflow.escalate")

    async def mails(self) -> list[ReceivedMail]:
        """Let the worker do everything that is due; the mails that arrived."""
        before = len(self.server.mails)
        await self.escalate()
        await self.hub.run("notifications.send")
        return self.server.mails[before:]

    async def all(self, statement: Any) -> list[Row]:
        async with self.hub.database.read() as unit:
            return await unit.all(statement)

    async def rungs(self, subject: bytes) -> list[int]:
        """What has fired about it, in order."""
        return [row.rung for row in await self.all(FIRED) if row.subject == subject]

    async def waiting(self) -> list[tuple[str, bytes]]:
        """Notices that are not mailed yet: kind and worker."""
        return [(row.kind, row.worker) for row in await self.all(NOTICES) if row.check_at is not None]

    async def clear(self) -> None:
        """Send everything, so that what comes next stands alone."""
        self.hub.clock.move(days=7)
        while (self.hub.clock.now // 3_600_000) % 24 != 11 or not self._worked():
            self.hub.clock.move(hours=1)
        self.circle.thread.now = self.hub.clock.now
        await self.hub.run("notifications.send")

    def _worked(self) -> bool:
        return calendar().in_service(self.hub.clock.now)


@pytest.fixture
async def case(hub_settings: Settings, smtp_server: MailServer) -> AsyncIterator[Case]:
    """Wednesday morning, 18 November 2026: a circle of two organisations."""
    settings = replace(hub_settings, smtp=smtp_settings(smtp_server))
    async with running_hub(settings) as hub:
        world = await build_world(hub)
        circle = await Circle.opened(worker(world.vcu))
        await circle.join(worker(world.vcu), worker(world.charity))
        yield Case(hub, world, smtp_server, circle)
