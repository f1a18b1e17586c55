"""Every declared route is asked nonsense: each answer comes soon, none is 500, each refusal is a problem
document."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import re
from collections import Counter
from pathlib import Path

import pytest
import yarl
from aiohttp import ClientTimeout, hdrs

from crypto.statements import Act, Object, ObjectKind
from hub.app import routes
from tests.hub.build import HubWorld
from tests.hub.circles.ends import Author, Circle, worker
from tests.hub.running import RunningHub
from tests.solid.nonsense import Maker, Sent
from tests.solid.process import Place, asked_at, started, world_at

AT_ONCE = 16
LONGEST = 20.0
PROBLEM = "application/problem+json"
PAGES = re.compile(r"/go/|/($|\?)")
"""Where a person looks: answered by a page, also when the app is not there."""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A hub's place on each database."""
    if request.param == "sqlite":
        return Place(tmp_path / "hub")
    return Place(tmp_path / "hub", request.getfixturevalue("postgresql_url"))


def pool_of(world: HubWorld, circle: Circle, author: Author) -> dict[str, list[bytes]]:
    """Real values by the names that fields and path parts have."""
    made = circle.thread.message(author)
    looked = Object(ObjectKind.ENTRIES, circle.id, 1, 3)
    said = [author.end.statement(act, circle.id, [looked]) for act in (Act.FETCHED, Act.OPENED, Act.LISTED)]
    event = world.vcu.house.events[-1]
    return {
        "circle": [circle.id],
        "circles": [circle.id],
        "organisation": [world.vcu.id, world.partner.id],
        "worker": [world.vcu.worker.id, world.vcu.manager.id],
        "header": [made.entry.header],
        "signature": [made.entry.signature, *(each.signature for each in said), event.signature],
        "body": [made.body],
        "payload": [*(each.payload for each in said), event.payload],
    }


class Asker:
    """Sends requests and judges the answers."""

    def __init__(self, running: RunningHub, world: HubWorld) -> None:
        self._running, self._world = running, world
        self._room = asyncio.Semaphore(AT_ONCE)
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []

    def _headers(self, sent: Sent) -> dict[str, str]:
        tokens = {
            "unknown": base64.b64encode(os.urandom(32)).decode(),
            "odd": "?=" * 22,
            "worker": base64.b64encode(self._world.vcu.worker.token or b"").decode(),
            "manager": base64.b64encode(self._world.vcu.manager.token or b"").decode(),
        }
        found = {} if sent.token == "none" else {"Authorization": f"Bearer {tokens[sent.token]}"}
        if sent.body is not None:
            found["Content-Type"] = sent.media
        return found | ({"Content-Encoding": sent.encoding} if sent.encoding else {})

    async def ask(self, sent: Sent) -> None:
        """One request; what is wrong with its answer is kept."""
        async with self._room:
            try:
                await self._judged(sent)
            except Exception as fault:
                self.wrong.append(f"{sent.method} {sent.path[:90]}: {type(fault).__name__} {fault}")

    async def _judged(self, sent: Sent) -> None:
        url = yarl.URL(self._running.url + sent.path, encoded=True)
        async with self._running.client.request(
            sent.method,
            url,
            data=None if sent.body is None else io.BytesIO(sent.body),
            headers=self._headers(sent),
            timeout=ClientTimeout(total=LONGEST),
            skip_auto_headers=[hdrs.CONTENT_TYPE],
        ) as answer:
            self.statuses[answer.status] += 1
            if answer.content_type == "text/event-stream":
                return
            text = await answer.read()
            assert answer.status < 500, (answer.status, sent.token, (sent.body or b"")[:300], text[:300])
            assert b"Traceback" not in text
            assert b'File "' not in text
            if answer.status >= 400 and sent.method != "HEAD" and not PAGES.match(sent.path):
                assert answer.content_type == PROBLEM, (answer.status, answer.content_type, text[:80])


async def test_nonsense_at_every_route_is_refused_soon_and_plainly(place: Place) -> None:
    async with world_at(place) as world:
        author = worker(world.vcu)
        circle = await Circle.opened(author)
        await circle.join(author, worker(world.partner))
        pool = pool_of(world, circle, author)
    async with started(place) as process, asked_at(world, process, place) as running:
        asker, maker = Asker(running, world), Maker(pool, seed=8)
        declared = sorted(routes(), key=lambda route: ("session" in route.path, route.path, route.method))
        for route in declared:
            await asyncio.gather(*(asker.ask(sent) for sent in maker.requests(route)))
            if "session" in route.path:
                await world.vcu.worker.sign_in()
                await world.vcu.manager.sign_in()
        assert not asker.wrong, "\n".join(asker.wrong[:60])
        assert {200, 400, 401, 403, 404, 405, 413, 415} <= asker.statuses.keys(), asker.statuses
        await circle.say(author)  # it is as well as before
    assert '"unexpected"' not in process.said(), process.said()[-3000:]
    assert "Traceback" not in process.said(), process.said()[-3000:]
