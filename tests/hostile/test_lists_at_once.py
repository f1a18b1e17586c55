"""Item 5: histories that come many at once are believed no more than one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crypto.entries import Entry
from keyholder.circle import CircleView
from tests.hostile.forging import FalseLog, b64, flipped
from tests.hostile.proxy import Asked, Denied, Proxy
from tests.keyholder.world import World

TOGETHER = "/v1/circles/histories"


async def two_circles(world: World) -> tuple[CircleView, CircleView]:
    end = world.vcu.manager
    made = await end.open_circle("First"), await end.open_circle("Second")
    for view in made:
        await view.post("Said.")
        await view.sync()
    return made


async def listed(world: World, proxy: Proxy) -> dict[str, tuple[str, str]]:
    """On a new device: title and alarm of each circle, by its true name."""
    proxy.asked.clear()
    rows = (await (await world.again(world.vcu)).circles()).items
    return {row.circle.hex(): (row.title, row.alarm.code if row.alarm else "") for row in rows}


def alone(proxy: Proxy) -> list[str]:
    return [path for _, path in proxy.asked if path.endswith("/headers")]


async def test_a_whole_list_asks_once_for_its_histories(world: World, proxy: Proxy) -> None:
    first, second = await two_circles(world)

    assert await listed(world, proxy) == {first.id.hex(): ("First", ""), second.id.hex(): ("Second", "")}

    assert alone(proxy) == []
    assert [path for _, path in proxy.asked if path == TOGETHER] == [TOGETHER]


@pytest.mark.parametrize("lie", ["signature", "another", "cut"])
async def test_a_history_that_is_not_the_circles_is_refused(world: World, proxy: Proxy, lie: str) -> None:
    first, second = await two_circles(world)
    await world.vcu.manager.sync()

    false = FalseLog.of(world, first)
    if lie == "signature":
        last, _ = false.rows[-1]
        false.put(Entry(last.header, flipped(last.signature)))
    elif lie == "cut":
        del false.rows[-1]

    def change(answer: Any, _: Asked) -> Any:
        one, other = sorted(answer["items"], key=lambda item: item["circle"] != b64(first.id))
        shown = other if lie == "another" else false.serve(None, Asked("GET", "", {"after": "2"}, b""))
        return answer | {"items": [{**shown, "circle": one["circle"]}, other]}

    proxy.change(TOGETHER, change)
    found = await listed(world, proxy)

    assert found[second.id.hex()] == ("Second", "")
    title, alarm = found[first.id.hex()]
    assert title == ""
    assert alarm == {"signature": "forged", "another": "nobody-signed", "cut": "history-changed"}[lie]


async def test_what_is_left_out_is_asked_for_alone(world: World, proxy: Proxy) -> None:
    first, second = await two_circles(world)
    both = {first.id.hex(): ("First", ""), second.id.hex(): ("Second", "")}

    def left_out(answer: Any, _: Asked) -> Any:
        return answer | {"items": [item for item in answer["items"] if item["circle"] != b64(first.id)]}

    proxy.change(TOGETHER, left_out)
    assert await listed(world, proxy) == both
    assert alone(proxy) == [f"/v1/circles/{first.id.hex()}/headers"]

    proxy.honest()
    proxy.change(TOGETHER, lambda answer, _: answer | {"items": [], "done": 0})
    assert await listed(world, proxy) == both
    assert len(alone(proxy)) == 2

    def unknown(_answer: Any, _: Asked) -> Any:
        raise Denied(404, "not-found")

    proxy.honest()
    proxy.change(TOGETHER, unknown)
    assert await listed(world, proxy) == both, "an older hub does not know the question"


async def test_one_at_a_time_is_as_good(world: World, proxy: Proxy) -> None:
    first, second = await two_circles(world)
    asked: list[int] = []

    def short(answer: Any, asking: Asked) -> Any:
        asked.append(len(json.loads(asking.body)["circles"]))
        return {"items": answer["items"][:1], "done": 1}

    proxy.change(TOGETHER, short)

    assert await listed(world, proxy) == {first.id.hex(): ("First", ""), second.id.hex(): ("Second", "")}
    assert (asked, alone(proxy)) == ([2, 1], [])
