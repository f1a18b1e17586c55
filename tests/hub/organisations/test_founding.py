"""The smallest world comes to be."""

from tests.hub.build import build_world
from tests.hub.running import RunningHub


async def test_a_world_comes_to_be(hub: RunningHub) -> None:
    world = await build_world(hub)
    me = await world.vcu.worker.good("GET", "/v1/me")
    assert (me["role"], me["kind"], me["state"]) == ("worker", "vcu", "admitted")
