"""The access log as workers and managers see it."""

from __future__ import annotations

from crypto.encoding import unpack
from crypto.statements import Act, Statement
from keyholder.desk import BreakGlass
from keyholder.opening import Shown
from policies.codes import reasons
from tests.keyholder.world import World


async def test_every_look_stands_in_the_log_and_the_log_only_grows(world: World) -> None:
    ours, _ = await world.shared_circle()
    before = (await world.vcu.manager.log_check()).size
    await ours.read()

    after = await world.vcu.manager.log_check()

    assert after.size >= before + 2
    rows = (await world.vcu.manager.log_statements()).items
    acts = [unpack(Statement, row.payload).act for row in rows]
    assert Act.FETCHED in acts
    assert Act.OPENED in acts


async def test_who_is_not_assigned_opens_with_a_reason_that_is_told(world: World) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    bea = await world.colleague(world.shelter, "bea")
    code = reasons().break_glass.offered()[0].code

    items = await bea.end.circle(ours.id).read(reason=BreakGlass(code, "The victim is at our door."))

    assert all(item.state is Shown.OPEN for item in items if item.kind == 32)
    alerts = [row.alert for row in (await world.shelter.manager.log_statements()).items]
    assert "break-glass" in alerts
    assert theirs.id == ours.id


async def test_what_was_verified_is_kept_at_the_hub_for_the_next_device(world: World) -> None:
    ours, _ = await world.shared_circle()
    await ours.read()
    await world.vcu.manager.sync()

    again = await world.again(world.vcu)

    assert again.desk.pins.version == world.vcu.manager.desk.pins.version
    pin = again.desk.pins.circle(ours.id)
    assert pin is not None
    assert pin.length == ours.book.log.seq


async def test_a_manager_finds_every_statement_of_their_people_in_the_log(world: World) -> None:
    ours, _ = await world.shared_circle()
    ann = await world.colleague(world.vcu, "ann")
    await ann.end.circle(ours.id).read()
    await world.vcu.manager.sync()
    rows = (await world.vcu.manager.log_statements()).items

    report = await world.vcu.manager.log_verify(rows)

    assert report.inclusions_checked == len(rows) >= 2
