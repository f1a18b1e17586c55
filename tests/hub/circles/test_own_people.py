"""Who works on a circle is each organisation's own matter, and only once it is in."""

import os

from tests.hub.build import raw
from tests.hub.circles.ends import Circle, manager, worker
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


async def test_a_manager_sees_what_a_colleague_works_on_page_by_page(hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(hub)
    other = await Circle.opened(owner)
    await other.join(owner, friend)
    path, boss = f"/v1/colleagues/{friend.worker.hex()}/circles", world.partner.manager
    first = await boss.good("GET", f"{path}?limit=1")
    last = await boss.good("GET", f"{path}?limit=1&after={first['next']}")
    assert [raw(row["circle"]) for row in first["items"] + last["items"]] == sorted([circle.id, other.id])
    assert (last["next"], first["items"][0]["closed"]) == (None, False)


async def test_nobody_but_the_own_manager_sees_what_somebody_works_on(hub: RunningHub) -> None:
    world, _, _, friend = await of_two(hub)
    path = f"/v1/colleagues/{friend.worker.hex()}/circles"
    assert (await world.partner.worker.ask("GET", path)).status == 403
    assert (await world.vcu.manager.good("GET", path))["items"] == []
    assert (await world.partner.manager.ask("GET", f"{path}?after=aa")).status == 400
