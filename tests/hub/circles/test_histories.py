"""The histories of many circles at once: as each would be given by itself, and no more."""

from typing import Any

import pytest

from crypto.organisation import Role
from hub.circles import histories
from tests.hub.build import b64, raw
from tests.hub.circles.ends import Author, Circle, worker
from tests.hub.circles.test_posting import of_two
from tests.hub.running import Answer, RunningHub


async def ask(author: Author, *circles: tuple[bytes, int]) -> Answer:
    wanted = [{"circle": b64(circle), "after": after} for circle, after in circles]
    return await author.end.ask("POST", "/v1/circles/histories", {"circles": wanted})


async def good(author: Author, *circles: tuple[bytes, int]) -> dict[str, Any]:
    answer = await ask(author, *circles)
    assert answer.status == 200, answer.body
    return dict(answer.body)


async def test_each_history_is_what_the_circle_itself_gives(hub: RunningHub) -> None:
    _, first, owner, _ = await of_two(hub)
    second = await Circle.opened(owner)
    await first.say(owner)
    found = await good(owner, (second.id, 0), (first.id, 2))
    assert [raw(item.pop("circle")) for item in found["items"]] == [second.id, first.id]
    assert found["items"][0] == (await second.headers(owner)).body
    assert found["items"][1] == (await first.headers(owner, 2)).body
    assert found["done"] == 2
    known = await good(owner, (first.id, 4))
    assert (known["items"][0]["entries"], known["items"][0]["seq"]) == ([], 4), "nothing new, and its receipt"


async def test_a_circle_of_others_is_left_out_as_one_that_is_not_there(hub: RunningHub) -> None:
    world, first, owner, friend = await of_two(hub)
    second = await Circle.opened(owner)
    found = await good(friend, (second.id, 0), (bytes(32), 0), (first.id, 0))
    assert [raw(item["circle"]) for item in found["items"]] == [first.id]
    assert found["done"] == 3
    nothing = await good(worker(world.charity), (first.id, 0))
    assert (nothing["items"], nothing["done"]) == ([], 1)
    await first.invite(owner, world.charity)
    [asked] = (await good(worker(world.charity), (first.id, 0)))["items"]
    assert raw(asked["circle"]) == first.id, "who is invited reads headers, as one by one"


async def test_a_long_answer_ends_early_and_says_how_far_it_got(
    small_hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first, owner, _ = await of_two(small_hub)
    second = await Circle.opened(owner)
    both = ((first.id, 0), (second.id, 0))
    monkeypatch.setattr(histories, "EACH", 2)
    found = await good(owner, *both)
    assert [len(item["entries"]) for item in found["items"]] == [2, 1], "a long one goes on by itself"
    monkeypatch.setattr(histories, "SLICE_ENTRIES", 1)
    assert (await good(owner, *both))["done"] == 2, "in two slices"
    monkeypatch.setattr(histories, "MOST_BYTES", 1)
    found = await good(owner, *both)
    assert ([raw(item["circle"]) for item in found["items"]], found["done"]) == ([first.id], 1)


async def test_odd_questions_are_refused(small_hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(small_hub)
    assert (await ask(owner)).status == 400
    assert (await ask(owner, (circle.id, 0), (circle.id, 1))).body["code"] == "malformed"
    assert (await ask(owner, *((number.to_bytes(32, "big"), 0) for number in range(501)))).status == 400
    reviewer = await world.join(world.partner, "Rita", Role.REVIEWER)
    refused = await reviewer.ask("POST", "/v1/circles/histories", {"circles": [{"circle": b64(circle.id)}]})
    assert (refused.status, refused.body["reason"]) == (403, "role_sees_no_content")
