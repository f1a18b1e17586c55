"""Item 19: history given to an organisation that was invited without it."""

from __future__ import annotations

from typing import Any

import pytest

from crypto.accreditation import OrganisationKind
from crypto.entries import Kind
from crypto.private.bodies import About
from keyholder.circle import CircleView
from keyholder.opening import Item
from tests.keyholder.world import World


def words(items: list[Item]) -> list[str]:
    """What a joiner can read, but for its own invitation and the answers to it."""
    answers = {Kind.INVITE, Kind.ACCEPT}
    found = [item.body for item in items if item.kind not in answers and item.body is not None]
    return [body.title if isinstance(body, About) else body.text for body in found]


async def joined(world: World, ours: CircleView) -> list[Item]:
    theirs = world.steps.manager.circle(ours.id)
    await theirs.accept()
    return await theirs.read()


@pytest.fixture
async def with_steps(world: World) -> World:
    world.steps = await world.found("Steps", OrganisationKind.PARTNER)
    return world


async def test_item_19_the_words_of_control_entries_are_not_given_to_a_joiner(with_steps: World) -> None:
    """Why somebody was taken out, why it was closed and opened again: said under the key in force."""
    world = with_steps
    ours, _ = await world.shared_circle()
    await ours.remove(world.shelter.id, 1, "The abuser's sister works there.")
    await ours.close(1, "She went back to him.")
    await ours.reopen(1, "After Friday.")

    await ours.invite(world.steps.id, "Please help.", history="none")

    assert sorted(words(await joined(world, ours))) == ["", "Circle for J"]


async def test_item_19_the_words_of_a_removal_alone_are_not_given_to_a_joiner(with_steps: World) -> None:
    world = with_steps
    ours, _ = await world.shared_circle()
    await ours.remove(world.shelter.id, 1, "The abuser's sister works there.")

    await ours.invite(world.steps.id, "Please help.", history="none")

    assert sorted(words(await joined(world, ours))) == ["", "Circle for J"]


async def test_item_19_earlier_details_are_not_given_to_a_joiner(with_steps: World) -> None:
    world = with_steps
    ours = await world.vcu.manager.open_circle("Called so before")
    await ours.describe("Called so now")

    await ours.invite(world.steps.id, "Please help.", history="none")

    assert sorted(words(await joined(world, ours))) == ["", "Called so now"]


async def test_item_19_what_is_said_while_somebody_is_invited_is_not_given_to_a_joiner(
    with_steps: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that arrives after the new epoch was made, and before the invitation is sealed."""
    world = with_steps
    ours, theirs = await world.shared_circle()
    await ours.post("Said before.")
    spoken: list[Any] = []
    real = ours.thread.describe

    async def slow(about: About) -> Any:
        receipt = await real(about)
        if not spoken:
            spoken.append(await theirs.post("Said meanwhile."))
        return receipt

    monkeypatch.setattr(ours.thread, "describe", slow)
    await ours.invite(world.steps.id, "Please help.", history="none")

    assert spoken
    assert sorted(words(await joined(world, ours))) == ["", "Circle for J"]


async def test_inviting_again_where_nothing_was_said_needs_no_new_epoch(with_steps: World) -> None:
    world = with_steps
    ours, _ = await world.shared_circle()
    await ours.post("Said before.")
    await ours.invite(world.steps.id, "Please help.", history="none")
    epoch = ours.book.circle.epoch.number
    other = await world.found("Harvest", OrganisationKind.PARTNER)

    await ours.invite(other.id, "You too.", history="none")

    assert ours.book.circle.epoch.number == epoch == 2
