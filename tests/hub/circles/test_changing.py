"""Changes of who is in a circle: handing it over, leaving it, renewing its key, coming back."""

from crypto import entries as e
from crypto.accreditation import OrganisationKind
from crypto.entries import Kind
from tests.hub.circles.ends import Author, Circle, Office, manager, worker
from tests.hub.circles.test_posting import of_two
from tests.hub.running import RunningHub


async def standing(author: Author, circle: Circle) -> str | None:
    items = (await author.end.good("GET", "/v1/circles"))["items"]
    return next((item["standing"] for item in items), None)


async def test_a_circle_is_handed_to_another_unit_which_takes_it(hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(hub)
    second = worker(await world.team("Second VCU", OrganisationKind.VCU))
    await circle.join(owner, second)
    to_partner = circle.thread.make(owner, Kind.HANDOVER, e.Handover(friend.organisation))
    await circle.post(owner, to_partner)
    wrong = await circle.send(friend, circle.thread.accept(friend, to_partner))
    assert wrong.status == 403
    offer = circle.thread.make(owner, Kind.HANDOVER, e.Handover(second.organisation))
    await circle.post(owner, offer)
    assert (await circle.send(friend, circle.thread.accept(friend, offer))).status == 403
    await circle.post(second, circle.thread.accept(second, offer))
    assert (await standing(second, circle), await standing(owner, circle)) == ("owner", "member")
    late = await circle.send(owner, circle.thread.invite(owner, Office(world.charity)))
    assert (late.status, late.body["reason"]) == (403, "not_yours_to_post")
    await circle.invite(second, world.charity)


async def test_a_member_renews_the_key_and_a_leaver_removes_itself(hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(hub)
    await circle.join(owner, worker(world.charity))
    await circle.post(friend, circle.thread.rekey(friend))
    charity = worker(world.charity)
    pushed = await circle.send(friend, circle.thread.rekey(friend, charity.organisation))
    assert pushed.status == 403
    await circle.post(friend, circle.thread.rekey(friend, friend.organisation))
    assert await standing(friend, circle) is None
    assert (await circle.headers(friend)).status == 404
    await circle.say(charity)


async def test_the_owner_cannot_leave_and_nobody_is_invited_twice(small_hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(small_hub)
    assert (await circle.send(owner, circle.thread.rekey(owner, owner.organisation))).status == 403
    again = await circle.send(owner, circle.thread.invite(owner, friend.office))
    assert (again.status, again.body["reason"]) == (403, "already_member")
    await circle.invite(owner, world.charity)
    twice = await circle.send(owner, circle.thread.invite(owner, Office(world.charity)))
    assert (twice.status, twice.body["reason"]) == (403, "already_invited")


async def test_who_comes_back_reads_on_from_there(hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(hub)
    await circle.post(owner, circle.thread.rekey(owner, friend.organisation))
    await circle.post(owner, circle.thread.rekey(owner))
    await circle.join(owner, friend)
    await circle.say(friend)
    keys = await circle.fetch(friend, range(0), range(1, 9))
    assert len(keys.body["boxes"]) == 2  # of epoch 1, which it had, and of epoch 3, not of 2


async def test_only_a_victim_care_unit_opens_circles(small_hub: RunningHub) -> None:
    world, _, _, friend = await of_two(small_hub)
    circle = Circle(small_hub.clock.now)
    refused = await circle.send(friend, circle.thread.opening(friend))
    assert refused.status == 404
    withdrawn = world.withdrawal(world.vcu, small_hub.clock.now - 1)
    await world.post("withdrawal", withdrawn)
    small_hub.clock.move(seconds=5)
    lapsed = Circle(small_hub.clock.now)
    boss = manager(world.vcu)
    answer = await lapsed.send(boss, lapsed.thread.opening(boss))
    assert (answer.status, answer.body["reason"]) == (403, "not_accredited")
