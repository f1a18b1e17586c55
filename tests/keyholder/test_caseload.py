"""What a colleague works on, and handing it over."""

from __future__ import annotations

import pytest

from keyholder.errors import NotReady, Refused
from tests.keyholder.world import World


async def test_all_circles_of_a_colleague_are_handed_over_also_after_they_left(world: World) -> None:
    manager = world.vcu.manager
    ann, ben = await world.colleague(world.vcu, "ann"), await world.colleague(world.vcu, "ben")
    first, second = await manager.open_circle("One", "R-1"), await manager.open_circle("Two", "R-2")
    for circle in (first, second):
        await circle.assign(ann.worker)
    await manager.team.rotate([ann.worker])

    assert {row.circle for row in await manager.caseload.of(ann.worker)} == {first.id, second.id}
    assert await manager.caseload.hand_over(ann.worker, ben.worker) == 2

    assert await manager.caseload.of(ann.worker) == []
    assert {row.circle for row in await manager.caseload.of(ben.worker)} == {first.id, second.id}
    assert ben.worker in {row.worker for row in await first.assigned()}


async def test_handing_over_to_oneself_and_by_somebody_else_than_a_manager_is_refused(world: World) -> None:
    ann = await world.colleague(world.vcu, "ann")
    with pytest.raises(NotReady):
        await world.vcu.manager.caseload.hand_over(ann.worker, ann.worker)
    with pytest.raises(Refused):
        await ann.end.caseload.of(world.vcu.manager.worker)


async def test_colleagues_come_from_every_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"colleague-{number}" for number in range(3)]
    for name in names:
        await world.colleague(world.vcu, name)
    monkeypatch.setattr("keyholder.team.PAGE", 2)

    rows = await world.vcu.manager.team.workers()

    assert {f"{world.vcu.name}-{name}".lower() for name in names} <= {
        (row.address or "").lower() for row in rows
    }
