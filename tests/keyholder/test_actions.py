"""Actions: what is asked of whom, replayed from what was signed."""

from __future__ import annotations

import pytest

from keyholder.errors import CannotSend
from policies.actions import Move, State
from policies.codes import reasons
from tests.keyholder.world import DAY, World


async def test_an_action_runs_its_course(world: World) -> None:
    ours, theirs = await world.shared_circle()
    due = world.hub.clock.now + DAY
    action = await ours.propose(world.shelter.id, "A room", "By Friday, please.", due)

    await theirs.move(action, Move.ACCEPT)
    await theirs.move(action, Move.START, assignee=world.shelter.manager.worker)
    await theirs.move(action, Move.COMPLETE, "Done on Thursday.")

    [view] = await ours.actions()
    assert (view.title, view.text, view.state) == ("A room", "By Friday, please.", State.DONE)
    assert view.assignee == world.shelter.manager.worker
    assert [step.move for step in view.history] == [Move.PROPOSE, Move.ACCEPT, Move.START, Move.COMPLETE]
    assert not view.overdue(due + 1)


async def test_a_move_that_is_not_ones_own_is_not_even_sent(world: World) -> None:
    ours, _ = await world.shared_circle()
    action = await ours.propose(world.shelter.id, "A room", "", world.hub.clock.now + DAY)
    before = (await ours.sync()).seq

    with pytest.raises(CannotSend):
        await ours.move(action, Move.ACCEPT)

    assert (await ours.sync()).seq == before


async def test_a_declined_action_is_given_to_another(world: World) -> None:
    ours, theirs = await world.shared_circle()
    action = await ours.propose(world.shelter.id, "A room", "", world.hub.clock.now + DAY)
    no_capacity = reasons().action_decline.by_key("no_capacity")
    assert no_capacity is not None

    await theirs.move(action, Move.DECLINE, reason=no_capacity.code)
    await ours.move(action, Move.REASSIGN, organisation=world.vcu.id, due_at=world.hub.clock.now + 2 * DAY)

    [view] = await theirs.actions()
    assert (view.state, view.organisation) == (State.PROPOSED, world.vcu.id)


async def test_whoever_moves_the_due_time_may_name_a_colleague_and_both_ends_agree_with_the_hub(
    world: World,
) -> None:
    ours, theirs = await world.shared_circle()
    manager, later = world.vcu.manager, world.hub.clock.now + 2 * DAY
    action = await ours.propose(world.vcu.id, "A room", "", world.hub.clock.now + DAY)

    await ours.move(action, Move.RESCHEDULE, due_at=later, assignee=manager.worker)

    [listed] = (await manager.actions(scope="organisation")).items
    for view in (ours, theirs):
        [shown] = await view.actions()
        assert (shown.assignee, shown.due_at) == (manager.worker, later)
        assert (shown.assignee, shown.due_at) == (listed.assignee, listed.due_at)
