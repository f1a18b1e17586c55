"""Items 5, 11 and 30: a list of circles that is not what the circles' histories say."""

from __future__ import annotations

from typing import Any

from tests.hostile.conftest import alarmed
from tests.hostile.forging import FalseLog, b64
from tests.hostile.proxy import Asked as Request
from tests.hostile.proxy import Denied, Proxy
from tests.keyholder.world import DAY, World


async def test_item_11_beside_a_name_stands_what_the_history_says_of_owner_and_closing(
    world: World, proxy: Proxy
) -> None:
    await world.shared_circle()

    def lie(answer: Any, _: Request) -> Any:
        for row in answer["items"]:
            row |= {"closed": True, "owner": b64(world.shelter.id)}
        return answer

    proxy.change("/v1/circles", lie)
    [row] = (await (await world.again(world.vcu)).circles()).items

    assert (row.title, row.owner, row.standing, row.closed) == ("Circle for J", world.vcu.id, "owner", False)


async def test_item_05_an_old_name_in_the_list_gives_way_to_the_newest(world: World, proxy: Proxy) -> None:
    ours = await world.vcu.manager.open_circle("Called so before")
    await world.vcu.manager.circles()
    old = proxy.last("/names")["items"]
    await ours.describe("Called so now")
    proxy.change("/names", lambda answer, _: answer | {"items": old})

    [row] = (await (await world.again(world.vcu)).circles()).items

    assert row.title == "Called so now"


async def test_item_30_a_name_that_is_held_back_is_marked(world: World, proxy: Proxy) -> None:
    ours = await world.vcu.manager.open_circle("Alpha")
    await world.vcu.manager.open_circle("Beta")

    def withhold(answer: Any, _: Request) -> Any:
        return answer | {"items": [row for row in answer["items"] if row["circle"] != b64(ours.id)]}

    proxy.change("/names", withhold)
    rows = {row.circle: row for row in (await world.vcu.manager.circles()).items}

    alarm = rows[ours.id].alarm
    assert alarm is not None
    assert alarm.code == "circle-hidden"
    assert [(row.title, row.alarm) for row in rows.values() if row.circle != ours.id] == [("Beta", None)]


async def test_item_05_a_circle_that_was_seen_and_is_left_out_of_the_list_is_marked(
    world: World, proxy: Proxy
) -> None:
    ours, _ = await world.shared_circle()
    other = await world.vcu.manager.open_circle("Another")
    await world.vcu.manager.sync()

    def hide(answer: Any, _: Request) -> Any:
        return answer | {"items": [row for row in answer["items"] if row["circle"] != b64(ours.id)]}

    proxy.change("/v1/circles", hide)
    rows = (await (await world.again(world.vcu)).circles()).items

    assert [row.circle for row in rows] == [other.id, ours.id]
    alarm = rows[1].alarm
    assert alarm is not None
    assert (alarm.item, alarm.code, rows[1].title) == (5, "circle-hidden", "")


async def test_a_circle_that_one_left_is_not_missed(world: World) -> None:
    _, theirs = await world.shared_circle()
    await theirs.read()
    await theirs.leave(1)

    assert (await world.shelter.manager.circles()).items == []
    assert (await (await world.again(world.shelter)).circles()).items == []


async def test_item_05_a_circle_that_the_hub_shows_no_longer_is_told_once(world: World, proxy: Proxy) -> None:
    """To be left out and refused looks as being removed does, which nobody outside a circle can verify."""
    ours, theirs = await world.shared_circle()
    await theirs.read()
    await world.shelter.manager.sync()

    def hide(answer: Any, _: Request) -> Any:
        return answer | {"items": [row for row in answer["items"] if row["circle"] != b64(ours.id)]}

    def refuse(_: Any, __: Request) -> Any:
        raise Denied(404, "not-found")

    proxy.change("/v1/circles", hide)
    proxy.change(f"{ours.id.hex()}/headers", refuse)

    [row] = (await (await world.again(world.shelter)).circles()).items
    assert (row.circle, row.gone, row.alarm) == (ours.id, True, None)
    assert (await (await world.again(world.shelter)).circles()).items == []


async def test_item_11_an_entry_that_arrives_in_the_future_is_refused(world: World, proxy: Proxy) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("Said.")
    false = FalseLog.of(world, ours)
    false.rows[-1] = (false.rows[-1][0], world.hub.clock() + 20 * 365 * DAY)
    proxy.change("/headers", false.serve)
    bob = await world.colleague(world.shelter, "bob")

    with alarmed(11, "time-moved"):
        await bob.end.circle(ours.id).sync()
