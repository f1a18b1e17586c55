"""Looking without being assigned takes a whole reason: its code, a commitment to its words, and the words."""

import os
from typing import Any

import pytest

from tests.hub.build import b64
from tests.hub.circles.ends import Author, Circle, fetching, manager, worker
from tests.hub.circles.test_posting import of_two
from tests.hub.running import RunningHub

BOX = {"reason": b64(os.urandom(1136))}
CODE = {"break_glass": 1}


async def not_assigned(hub: RunningHub) -> tuple[Circle, Author, Author]:
    """A circle, a worker of a member who is not on it, and that member's manager."""
    world, circle, owner, _ = await of_two(hub)
    await circle.join(owner, manager(world.charity))
    return circle, worker(world.charity), manager(world.charity)


@pytest.mark.parametrize(
    ("commitment", "more", "status"),
    [
        (bytes(32), {}, 403),
        (bytes(32), CODE | BOX, 403),
        (b"", CODE | BOX, 403),
        (b"c" * 32, CODE, 403),
        (b"c" * 32, BOX, 403),
        (b"c" * 32, CODE | {"reason": b64(b"x")}, 400),
        (b"c" * 32, CODE | {"reason": b64(bytes(1135))}, 400),
        (b"c" * 32, CODE | BOX, 200),
    ],
)
async def test_the_glass_breaks_only_for_a_whole_reason(
    small_hub: RunningHub, commitment: bytes, more: dict[str, Any], status: int
) -> None:
    circle, other, _ = await not_assigned(small_hub)
    body = fetching(other, circle.id, range(1, 3), range(1, 2), reason_commitment=commitment) | more
    assert (await other.end.ask("POST", f"{circle.path}/fetch", body)).status == status


async def test_every_broken_glass_leaves_its_words_for_the_manager(hub: RunningHub) -> None:
    circle, other, boss = await not_assigned(hub)
    empty = fetching(other, circle.id, range(1, 3), reason_commitment=bytes(32))
    refused = await other.end.ask("POST", f"{circle.path}/fetch", empty)
    assert (refused.status, refused.body["reason"]) == (403, "not_assigned")
    whole = fetching(other, circle.id, range(1, 3), reason_commitment=os.urandom(32)) | CODE | BOX
    assert (await other.end.ask("POST", f"{circle.path}/fetch", whole)).status == 200
    items = (await boss.end.good("GET", "/v1/log/statements"))["items"]
    assert [(item["alert"], item["reason_box"]) for item in items] == [("break-glass", BOX["reason"])]
