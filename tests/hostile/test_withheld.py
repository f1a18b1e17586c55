"""Item 30: what says how a victim is reached, what was asked, and what was shared, withheld by the hub."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crypto.accreditation import OrganisationKind
from keyholder.circle import CircleView
from policies.actions import State
from tests.hostile.conftest import alarmed
from tests.hostile.proxy import Proxy
from tests.hostile.test_content import rebody
from tests.keyholder.world import DAY, World, looked_at


@pytest.fixture
async def warned(world: World) -> CircleView:
    """A circle whose safe-contact words changed; nothing else was said since."""
    ours = await world.vcu.manager.open_circle("Circle for J", safe_contact="Voicemail is fine.")
    await ours.describe("Circle for J", safe_contact="Never leave voicemail.")
    return ours


async def test_item_30_older_safe_contact_words_never_stand_in_for_withheld_ones(
    world: World, proxy: Proxy, warned: CircleView
) -> None:
    proxy.change("/fetch", rebody(2, lambda _: None))
    view = (await world.again(world.vcu)).circle(warned.id)

    with alarmed(30, "body-missing"):
        await view.about()


async def test_item_30_older_safe_contact_words_are_not_said_again_for_withheld_ones(
    world: World, proxy: Proxy, warned: CircleView
) -> None:
    """An invitation says the details again; what it says must be the newest."""
    await warned.post("Said.")
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    proxy.change("/fetch", rebody(2, lambda _: None))
    view = (await world.again(world.vcu)).circle(warned.id)

    with alarmed(30, "body-missing"):
        await view.invite(steps.id, "Please help.")

    proxy.honest()
    assert (await (await world.again(world.vcu)).circle(warned.id).about())[2] == "Never leave voicemail."


async def test_item_30_an_action_whose_words_are_withheld_is_marked(world: World, proxy: Proxy) -> None:
    ours, _ = await world.shared_circle()
    due = world.hub.clock() + DAY
    await ours.propose(world.shelter.id, "Ring her sister, never her", "", due)
    await ours.propose(world.shelter.id, "A bed for two", "", due)
    proxy.change("/fetch", rebody(ours.book.log.seq - 1, lambda _: None))
    view = (await world.again(world.shelter)).circle(ours.id)

    hidden, shown = await view.actions()

    assert (hidden.title, hidden.state, shown.title) == ("", State.PROPOSED, "A bed for two")
    assert hidden.alarm is not None
    assert (hidden.alarm.item, shown.alarm) == (30, None)
    proxy.honest()
    assert [each.alarm for each in await view.actions()] == [None, None]


async def test_item_30_a_document_whose_entry_is_withheld_is_listed_as_such(
    world: World, proxy: Proxy, tmp_path: Path
) -> None:
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.7\n" + os.urandom(500))
    hidden = await ours.attach(path, inspect=looked_at)
    shown = await ours.attach(path, inspect=looked_at)
    proxy.change("/fetch", rebody(hidden.seq, lambda _: None))

    first, second = await theirs.documents()

    assert (first.document, first.name, second.document) == (hidden.document, "", shown.document)
    assert first.alarm is not None
    assert (first.alarm.item, second.alarm) == (30, None)
