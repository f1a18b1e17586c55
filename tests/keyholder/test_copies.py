"""Quick copies of epoch keys: made after a box was opened, opened instead of it, and never trusted further
than the history's commitment."""

from __future__ import annotations

import os
from typing import Any

import pytest
from sqlalchemy import select

from crypto.private.boxes import BoxSecret
from keyholder.circle import CircleView
from keyholder.connection import Connection
from keyholder.end import End
from keyholder.errors import Refused
from storage.tables.circles import boxes, wraps
from tests.keyholder.world import World

ALL = select(wraps)
EPOCH_BOXES = select(boxes.c.box).where(boxes.c.epoch.is_not(None))


async def kept(world: World) -> list[Any]:
    async with world.hub.database.read() as unit:
        return await unit.all(ALL)


async def epoch_boxes(world: World) -> set[bytes]:
    """Every box of an epoch's key."""
    async with world.hub.database.read() as unit:
        return {row.box for row in await unit.all(EPOCH_BOXES)}


async def spoil(world: World) -> None:
    """Every copy is made into noise, as a hub or a colleague might do."""
    async with world.hub.database.write() as unit:
        await unit.run(wraps.update().values(wrapped=os.urandom(60)))


@pytest.fixture
def boxes_opened(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every box that is opened from here on."""
    opened: list[bytes] = []
    really = BoxSecret.open

    def noted(self: BoxSecret, box: bytes, info: bytes) -> bytes:
        opened.append(box)
        return really(self, box, info)

    monkeypatch.setattr(BoxSecret, "open", noted)
    return opened


async def shared(world: World) -> CircleView:
    """A circle in which another organisation has read something."""
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.post("Hello.")
    await ours.invite(world.shelter.id, "Please help.", history="all")
    theirs = world.shelter.manager.circle(ours.id)
    await theirs.accept()
    await theirs.read()
    return theirs


async def fresh(world: World) -> End:
    """The shelter's manager on a device that knows nothing yet."""
    founded = world.shelter.founded
    return await world.sign_in(founded.address, founded.words, name="Again")


async def test_a_key_that_came_out_of_a_box_is_copied_for_colleagues(world: World) -> None:
    theirs = await shared(world)
    found = await kept(world)
    assert {(row.circle, row.organisation, row.epoch) for row in found} == {(theirs.id, world.shelter.id, 1)}
    assert [row.generation for row in found] == [1]


async def test_with_a_copy_no_box_is_opened(world: World, boxes_opened: list[bytes]) -> None:
    theirs = await shared(world)
    again = await fresh(world)
    boxes_opened.clear()
    items = await again.circle(theirs.id).read()
    assert any(item.body is not None and getattr(item.body, "text", "") == "Hello." for item in items)
    assert not await epoch_boxes(world) & set(boxes_opened)


async def test_names_open_by_copies_and_leave_copies(world: World, boxes_opened: list[bytes]) -> None:
    circle = await world.vcu.manager.open_circle("Circle for J")
    other = await world.sign_in(world.vcu.founded.address, world.vcu.founded.words, name="Again")
    [row] = (await other.circles()).items
    assert row.title == "Circle for J"
    assert [each.circle for each in await kept(world)] == [circle.id]
    third = await world.sign_in(world.vcu.founded.address, world.vcu.founded.words, name="Again")
    boxes_opened.clear()
    [row] = (await third.circles()).items
    assert (row.title, row.alarm) == ("Circle for J", None)
    assert len(boxes_opened) == 1, "the organisation's own key alone"


async def test_a_bad_copy_is_nobodys_fault_and_the_box_opens(world: World) -> None:
    theirs = await shared(world)
    await spoil(world)
    again = await fresh(world)
    items = await again.circle(theirs.id).read()
    assert all(item.alarm is None for item in items)
    assert any(getattr(item.body, "text", "") == "Hello." for item in items)
    third = await fresh(world)
    assert [row.title for row in (await third.circles()).items] == ["Circle for J"]


async def test_a_bad_copy_is_replaced_by_a_good_one(world: World, boxes_opened: list[bytes]) -> None:
    theirs = await shared(world)
    await spoil(world)
    before = [row.wrapped for row in await kept(world)]
    await (await fresh(world)).circle(theirs.id).read()
    assert [row.wrapped for row in await kept(world)] != before
    third = await fresh(world)
    boxes_opened.clear()
    await third.circle(theirs.id).read()
    assert not await epoch_boxes(world) & set(boxes_opened)


async def test_copies_the_hub_does_not_take_stop_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Connection.post

    async def post(self: Connection, path: str, *args: Any, **more: Any) -> Any:
        if path == "/v1/circles/wraps":
            raise Refused(409, "old-generation", "no", {})
        return await really(self, path, *args, **more)

    monkeypatch.setattr(Connection, "post", post)
    theirs = await shared(world)
    assert await kept(world) == []
    assert await theirs.read()
