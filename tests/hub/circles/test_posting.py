"""Posting: an entry that holds is given its place and a receipt; every other one is refused and leaves no
trace."""

from crypto.entries import Receipt, verify_receipt
from tests.hub.build import build_world, raw
from tests.hub.circles.ends import Circle, manager, worker
from tests.hub.running import RunningHub


async def test_the_main_walk(hub: RunningHub) -> None:
    world = await build_world(hub)
    owner, friend = worker(world.vcu), worker(world.partner)
    circle = await Circle.opened(owner)
    await circle.join(owner, friend)
    made = await circle.say(friend)
    again = await circle.send(friend, made)
    assert again.status == 200
    receipt = Receipt(1, circle.id, 4, made.entry.hash, circle.thread.heads[4], again.body["received_at"])
    verify_receipt(receipt, raw(again.body["signature"]), (hub.hub.keys.receipt_public,))
    fetched = await circle.fetch(friend, range(1, 5), range(1, 2))
    assert fetched.status == 200, fetched.body
    assert [body["seq"] for body in fetched.body["bodies"]] == [1, 2, 3, 4]
    assert raw(fetched.body["bodies"][3]["body"]) == made.body
    page = await circle.headers(manager(world.vcu))
    assert page.body["seq"] == 4
