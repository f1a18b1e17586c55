"""Who says how far they have read says it of this circle's one history, or it is not kept."""

import os
from typing import Any

import pytest

from crypto.statements import Act, Object, ObjectKind
from tests.hub.build import raw, statement_json
from tests.hub.circles.ends import Author, Circle, worker
from tests.hub.circles.test_posting import of_two
from tests.hub.running import Answer, RunningHub


async def say(author: Author, circle: Circle, *looked: Object, more: Any = ()) -> Answer:
    said = [author.end.statement(Act.OPENED, circle.id, each) for each in (looked, *more)]
    body = {"statements": [statement_json(each) for each in said]}
    return await author.end.ask("POST", "/v1/statements", body)


async def readers(author: Author, circle: Circle) -> list[tuple[bytes, int]]:
    items = (await author.end.good("GET", f"{circle.path}/readers"))["items"]
    return [(raw(item["worker"]), item["seq"]) for item in items]


def entry(circle: Circle, seq: int) -> Object:
    return Object(ObjectKind.ENTRIES, circle.thread.heads[seq], seq, seq + 1)


async def test_a_made_up_head_or_entry_spoils_nobodys_list_of_readers(hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(hub)
    true = entry(circle, 2)
    assert (await say(friend, circle, true)).status == 201
    lies: list[tuple[Object, ...]] = [
        (Object(ObjectKind.ENTRIES, os.urandom(32), 3, 4),),
        (Object(ObjectKind.ENTRIES, os.urandom(32), 2**40, 2**40 + 1),),
        (Object(ObjectKind.ENTRIES, circle.thread.heads[3], 2**53 - 2, 2**53 - 1),),
        (Object(ObjectKind.ENTRIES, circle.thread.heads[3], 1, 4),),
        (Object(ObjectKind.ENTRIES, circle.thread.heads[0], 0, 1),),
        (Object(ObjectKind.CIRCLE, os.urandom(16), 0, 0), entry(circle, 3)),
        (Object(ObjectKind.DOCUMENT, circle.thread.heads[3], 3, 4),),
        (entry(circle, 3), entry(circle, 3)),
        (),
    ]
    for looked in lies:
        answer = await say(friend, circle, *looked)
        assert answer.status == 400, looked
    mixed = await say(friend, circle, entry(circle, 3), more=[lies[0]])
    assert mixed.status == 400
    two = await say(
        friend, circle, entry(circle, 3), more=[(Object(ObjectKind.ENTRIES, os.urandom(32), 3, 4),)]
    )
    assert two.status == 400
    assert await readers(owner, circle) == [(friend.worker, 2)]


@pytest.mark.parametrize("declines", [False, True])
async def test_who_is_invited_or_declined_says_nothing_of_reading(hub: RunningHub, declines: bool) -> None:
    world, circle, owner, _ = await of_two(hub)
    invite = await circle.invite(owner, world.charity)
    charity = worker(world.charity)
    if declines:
        await circle.post(charity, circle.thread.decline(charity, invite))
    answer = await say(charity, circle, entry(circle, 1))
    assert answer.status == (404 if declines else 403)
    assert await readers(owner, circle) == []


async def test_one_request_may_say_it_of_several_circles(hub: RunningHub) -> None:
    _, first, owner, friend = await of_two(hub)
    second = await Circle.opened(owner)
    said = [owner.end.statement(Act.OPENED, each.id, [entry(each, 1)]) for each in (first, second)]
    body = {"statements": [statement_json(each) for each in said]}
    assert (await owner.end.ask("POST", "/v1/statements", body)).status == 201
    lines = (await owner.end.good("GET", "/v1/circles"))["items"]
    read = {raw(line["circle"]): (line["read_seq"], line["unread"]) for line in lines}
    assert read == {first.id: (1, 1), second.id: (1, 0)}
    stranger = friend.end.statement(Act.OPENED, second.id, [entry(second, 1)])
    alone = await friend.end.ask("POST", "/v1/statements", {"statements": [statement_json(stranger)]})
    assert alone.status == 404
