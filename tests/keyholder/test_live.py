"""Wake-ups: they say "look again", and nothing else is believed of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from keyholder import live
from keyholder.connection import Connection
from keyholder.errors import Away
from keyholder.live import Wake, wakes
from tests.keyholder.world import World


class Heard(Connection):
    """A connection that hears these lines, and then loses the hub."""

    def __init__(self, *lines: str) -> None:
        super().__init__("http://localhost")
        self._lines = lines

    async def events(self, path: str) -> AsyncIterator[str]:
        for line in self._lines:
            yield line
        raise Away


async def heard(*lines: str) -> list[Wake]:
    """What comes of these lines, up to the first loss."""
    found = []
    async for wake in wakes(Heard(*lines)):
        if wake.kind == "resync" and not lines:
            break
        found.append(wake)
        if wake.kind == "resync":
            break
    return found


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.0)


async def test_an_event_names_its_circle_and_place() -> None:
    topic = bytes(range(32))

    found = await heard("event: circle", f'data: {{"topic":"{topic.hex()}","seq":12}}', "")

    assert found[0] == Wake("circle", topic, 12)


@pytest.mark.parametrize("data", ["{", '{"topic":"zz"}', '{"topic":7}', "[]"])
async def test_what_is_no_event_wakes_nobody(data: str) -> None:
    assert [w.kind for w in await heard("event: circle", f"data: {data}", "")] == ["resync"]


async def test_after_a_lost_connection_everything_is_looked_at_again() -> None:
    assert [w.kind for w in await heard(": heartbeat")] == ["resync"]


async def test_a_post_wakes_the_other_organisation(world: World) -> None:
    ours, theirs = await world.shared_circle()
    listening = world.shelter.manager.live()
    waiting = asyncio.ensure_future(anext(listening))
    async with asyncio.timeout(30):
        while not len(world.hub.hub.live):
            await asyncio.sleep(0.01)

    await ours.post("Wake up.")

    wake = await asyncio.wait_for(waiting, 20)
    assert (wake.kind, wake.topic) == ("circle", theirs.id)
