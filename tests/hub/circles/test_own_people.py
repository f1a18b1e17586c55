"""Who works on a circle is each organisation's own matter, and only once it is in."""

import os

from tests.hub.build import raw
from tests.hub.circles.ends import manager, worker
from tests.hub.circles.test_posting import of_two
from tests.hub.running import RunningHub


async def test_no_other_organisation_takes_somebody_off_a_circle(hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(hub)
    await circle.join(owner, manager(world.charity))
    await circle.invite(owner, world.police)
    place = f"{circle.path}/assignments/{friend.worker.hex()}"
    other = await world.charity.manager.ask("PUT", place, {"on": False})
    assert other.status == 404
    invited = await world.police.manager.ask("PUT", place, {"on": False})
    assert (invited.status, invited.body["reason"]) == (403, "answer_first")
    [mine] = (await friend.end.good("GET", f"{circle.path}/assignments"))["items"]
    assert raw(mine["worker"]) == friend.worker
    assert (await circle.fetch(friend, range(1, 3))).status == 200


async def test_nobody_is_put_on_a_circle_before_the_invitation_is_accepted(hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(hub)
    await circle.invite(owner, world.charity)
    charity = worker(world.charity)
    for boss in (charity, manager(world.charity)):
        place = f"{circle.path}/assignments/{boss.worker.hex()}"
        refused = await boss.end.ask("PUT", place, {"on": True})
        assert (refused.status, refused.body["reason"]) == (403, "answer_first")
    assert (await charity.end.good("GET", f"{circle.path}/assignments"))["items"] == []


async def test_nobody_unknown_is_taken_off(hub: RunningHub) -> None:
    world, circle, *_ = await of_two(hub)
    place = f"{circle.path}/assignments/{os.urandom(16).hex()}"
    assert (await world.partner.manager.ask("PUT", place, {"on": False})).status == 404
