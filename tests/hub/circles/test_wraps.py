"""Quick copies of epoch keys: an organisation's own, for keys it was given, and never instead of the box for
good."""

import os
from typing import Any

import pytest

from crypto.statements import Act, Object, ObjectKind
from policies.limits import limits
from tests.hub.build import b64, raw, statement_json
from tests.hub.circles.ends import Author, Circle, manager, worker
from tests.hub.circles.test_posting import of_two
from tests.hub.running import Answer, RunningHub


def copy_of(
    circle: bytes, epoch: int = 1, generation: int = 1, wrapped: bytes | None = None
) -> dict[str, Any]:
    kept = wrapped or os.urandom(60)
    return {"circle": b64(circle), "epoch": epoch, "generation": generation, "wrapped": b64(kept)}


async def put(author: Author, *items: dict[str, Any]) -> Answer:
    return await author.end.ask("POST", "/v1/circles/wraps", {"items": list(items)})


async def keys(circle: Circle, author: Author, epochs: range, query: str = "") -> tuple[int, list[Any]]:
    """How many boxes were served, and the copies."""
    said = author.end.statement(
        Act.FETCHED, circle.id, [Object(ObjectKind.KEYS, circle.id, epochs.start, epochs.stop)]
    )
    path = f"{circle.path}/fetch{query}"
    answer = await author.end.ask("POST", path, {"statement": statement_json(said)})
    assert answer.status == 200, answer.body
    return len(answer.body["boxes"]), answer.body["wraps"]


async def names(author: Author, circles: list[bytes], query: str = "") -> Answer:
    most = limits().statements.objects_max
    said = [
        author.end.statement(
            Act.LISTED, b"", [Object(ObjectKind.CIRCLE, each, 0, 0) for each in circles[at : at + most]]
        )
        for at in range(0, len(circles), most)
    ]
    body = {"statements": [statement_json(each) for each in said], "circles": [b64(c) for c in circles]}
    return await author.end.ask("POST", f"/v1/circles/names{query}", body)


async def test_a_copy_stands_for_the_box_until_the_box_is_asked_for(hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(hub)
    kept = copy_of(circle.id)
    assert await keys(circle, owner, range(1, 2)) == (1, [])
    assert (await put(owner, kept)).status == 204
    shown = [{name: kept[name] for name in ("epoch", "generation", "wrapped")}]
    assert await keys(circle, owner, range(1, 2)) == (0, shown)
    assert await keys(circle, owner, range(1, 2), "?boxes=all") == (1, shown)
    assert await keys(circle, friend, range(1, 2)) == (1, []), "it is nobody else's"
    [item] = (await names(owner, [circle.id])).body["items"]
    assert (item["boxes"], item["wraps"]) == ([], shown)
    [item] = (await names(owner, [circle.id], "?boxes=all")).body["items"]
    assert (len(item["boxes"]), item["wraps"]) == (1, shown)


async def test_a_better_copy_takes_the_place_of_a_bad_one(small_hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(small_hub)
    good = copy_of(circle.id)
    for each in (copy_of(circle.id), good):
        assert (await put(owner, each)).status == 204
    _, [found] = await keys(circle, owner, range(1, 2))
    assert found["wrapped"] == good["wrapped"]
    colleague = manager(world.vcu)
    assert (await put(colleague, good)).status == 204, "any colleague's copy will do"


async def test_only_keys_that_were_given_have_copies(small_hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(small_hub)
    charity, police = worker(world.charity), worker(world.police)
    assert (await put(owner, copy_of(circle.id, epoch=2))).status == 404
    assert (await put(owner, copy_of(os.urandom(32)))).status == 404
    assert (await put(charity, copy_of(circle.id))).status == 404
    assert (await put(police, copy_of(circle.id))).status in (403, 404)
    await circle.invite(owner, world.charity)
    assert (await put(charity, copy_of(circle.id))).status == 404, "whoever is asked in answers first"
    both = await put(owner, copy_of(circle.id), copy_of(circle.id, epoch=9))
    assert both.status == 404
    assert (await keys(circle, owner, range(1, 2)))[1] == [], "all or none"


@pytest.mark.parametrize(
    "change",
    [{"epoch": 0}, {"generation": 0}, {"wrapped": b64(b"x" * 129)}, {"wrapped": ""}, {"circle": b64(b"x")}],
)
async def test_odd_copies_are_refused(small_hub: RunningHub, change: dict[str, Any]) -> None:
    _, circle, owner, _ = await of_two(small_hub)
    assert (await put(owner, copy_of(circle.id) | change)).status == 400
    assert (await put(owner)).status == 400
    assert (await put(owner, copy_of(circle.id), copy_of(circle.id))).status == 400
    assert (await put(owner, *[copy_of(circle.id)] * 501)).status == 400


async def test_a_copy_under_keys_not_in_force_is_refused(small_hub: RunningHub) -> None:
    _, circle, owner, _ = await of_two(small_hub)
    answer = await put(owner, copy_of(circle.id, generation=2))
    assert (answer.status, answer.body["code"], answer.body["generation"]) == (409, "old-generation", 1)


async def test_a_copy_of_an_older_generation_stands_for_no_box(hub: RunningHub) -> None:
    """And gives way to one of the new generation."""
    world, circle, owner, _ = await of_two(hub)
    old = copy_of(circle.id)
    assert (await put(owner, old)).status == 204
    await world.vcu.manager.take(world.vcu.house.rotating(at=hub.clock.now))
    boxes, [found] = await keys(circle, owner, range(1, 2))
    assert (boxes, found["generation"]) == (1, 1)
    assert (await put(owner, old)).status == 409
    assert (await put(owner, copy_of(circle.id, generation=2))).status == 204
    boxes, [found] = await keys(circle, owner, range(1, 2))
    assert (boxes, found["generation"]) == (0, 2)


async def test_a_whole_list_is_named_at_once_by_several_statements(small_hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(small_hub)
    circles = [circle.id, *[(await Circle.opened(owner)).id for _ in range(limits().statements.objects_max)]]
    answer = await names(owner, circles)
    assert answer.status == 200, answer.body
    assert [raw(item["circle"]) for item in answer.body["items"]] == circles
    assert len(answer.body["logged"]) == 2
    page = await manager(world.vcu).end.good("GET", "/v1/log/statements")
    assert len(page["items"]) == 2


async def test_statements_name_each_circle_once_in_the_order_asked_for(small_hub: RunningHub) -> None:
    _, circle, owner, _ = await of_two(small_hub)
    other = (await Circle.opened(owner)).id
    said = [
        owner.end.statement(Act.LISTED, b"", [Object(ObjectKind.CIRCLE, each, 0, 0)])
        for each in (circle.id, other)
    ]
    for circles, statements in (
        ([other, circle.id], said),
        ([circle.id], said),
        ([circle.id, other], said[:1]),
        ([circle.id, other], []),
    ):
        body = {
            "statements": [statement_json(each) for each in statements],
            "circles": [b64(each) for each in circles],
        }
        refused = await owner.end.ask("POST", "/v1/circles/names", body)
        assert (refused.status, refused.body["code"]) == (400, "other-statement")
