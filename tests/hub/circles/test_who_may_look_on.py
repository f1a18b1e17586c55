"""That there are circles, and that something moves in them, is told to caseworkers in good standing alone."""

import asyncio

import aiohttp
import pytest

from crypto.organisation import Role
from crypto.statements import Act, Object, ObjectKind
from tests.hub.build import End, b64, statement_json
from tests.hub.circles.ends import manager
from tests.hub.circles.test_posting import of_two
from tests.hub.running import RunningHub


async def listening(hub: RunningHub, end: End) -> aiohttp.ClientResponse:
    headers = {"Authorization": f"Bearer {b64(end.token or b'')}"}
    return await hub.client.get(f"{hub.url}/v1/live", headers=headers)


async def test_a_reviewer_sees_no_circle_in_a_list_and_is_not_woken(hub: RunningHub) -> None:
    world, *_ = await of_two(hub)
    reviewer = await world.join(world.partner, "Rita", Role.REVIEWER)
    listed = await reviewer.ask("GET", "/v1/circles")
    assert (listed.status, listed.body["reason"]) == (403, "role_sees_no_content")
    async with await listening(hub, reviewer) as stream:
        assert stream.status == 403


async def test_a_withdrawn_organisation_sees_no_list_and_is_not_woken_any_more(hub: RunningHub) -> None:
    world, _, owner, friend = await of_two(hub)
    async with await listening(hub, friend.end) as before:
        assert before.status == 200
        await world.post("withdrawal", world.withdrawal(world.partner, hub.clock.now))
        async with asyncio.timeout(30):
            told = await before.content.read()
        assert b"event: circle" not in told
    hub.clock.move(seconds=3)
    listed = await friend.end.ask("GET", "/v1/circles")
    assert (listed.status, listed.body["reason"]) == (403, "not_accredited")
    async with await listening(hub, friend.end) as after:
        assert after.status == 403
    assert (await owner.end.ask("GET", "/v1/circles")).status == 200


async def test_that_somebody_read_wakes_members_and_nobody_else(small_hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(small_hub)
    await circle.invite(owner, world.charity)
    head = circle.thread.heads[3]
    said = friend.end.statement(Act.OPENED, circle.id, [Object(ObjectKind.ENTRIES, head, 3, 4)])
    async with (
        await listening(small_hub, owner.end) as member,
        await listening(small_hub, world.charity.manager) as invited,
    ):
        answer = await friend.end.ask("POST", "/v1/statements", {"statements": [statement_json(said)]})
        assert answer.status == 201, answer.body
        assert f'event: read\ndata: {{"topic":"{circle.id.hex()}","seq":0}}' in await until(member, "read")
        await circle.say(owner)
        assert "event: read" not in await until(invited, "circle")


async def until(stream: aiohttp.ClientResponse, kind: str) -> str:
    """What came, up to the first event of that kind."""
    told = ""
    async with asyncio.timeout(30):
        while f"event: {kind}" not in told or not told.endswith("\n\n"):
            told += (await stream.content.readany()).decode()
    return told


@pytest.mark.parametrize("accepts", [False, True])
async def test_who_has_read_what_is_told_to_members_not_to_the_invited(
    small_hub: RunningHub, accepts: bool
) -> None:
    world, circle, owner, _ = await of_two(small_hub)
    invite = await circle.invite(owner, world.charity)
    charity = manager(world.charity)
    if accepts:
        await circle.post(charity, circle.thread.accept(charity, invite))
    answer = await charity.end.ask("GET", f"{circle.path}/readers")
    assert answer.status == (200 if accepts else 403)
