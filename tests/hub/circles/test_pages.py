"""A page after something that no page ever ended with is refused plainly."""

import pytest

from tests.hub.build import build_world
from tests.hub.circles.test_posting import of_two
from tests.hub.running import RunningHub

FAR = (2**53).to_bytes(8, "big")


@pytest.mark.parametrize("moment", [b"\xff" * 8, (2**63).to_bytes(8, "big"), FAR])
async def test_a_page_after_the_end_of_time_is_refused(hub: RunningHub, moment: bytes) -> None:
    end = (await build_world(hub)).vcu.manager
    for path, rest in (("/v1/circles", 32), ("/v1/letters", 16)):
        answer = await end.ask("GET", f"{path}?after={(moment + bytes(rest)).hex()}")
        assert (answer.status, answer.body["code"]) == (400, "malformed"), path


async def test_a_page_after_the_last_moment_there_is_holds_everything(hub: RunningHub) -> None:
    _, _, owner, _ = await of_two(hub)
    last = (2**53 - 1).to_bytes(8, "big") + b"\xff" * 32
    assert len((await owner.end.good("GET", f"/v1/circles?after={last.hex()}"))["items"]) == 1


async def test_a_page_is_of_a_hundred_and_of_five_hundred_at_most(small_hub: RunningHub) -> None:
    end = (await build_world(small_hub)).vcu.manager
    assert (await end.ask("GET", "/v1/circles?limit=500")).status == 200
    assert (await end.ask("GET", "/v1/circles?limit=501")).status == 400
