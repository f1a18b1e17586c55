"""Joining, leaving, new words, the printed kit."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from crypto.private import words as word_list
from keyholder.alarms import Alarm
from keyholder.end import End
from keyholder.enrolment import join, recover
from keyholder.errors import KeyholderError, NotReady, WrongWords
from keyholder.names import name_of
from tests.keyholder.world import World


async def test_a_colleague_joins_by_their_spoken_words_and_works(world: World) -> None:
    ours, _ = await world.shared_circle()
    ann = await world.colleague(world.vcu, "ann")

    await ann.end.circle(ours.id).post("Hello from Ann.")

    assert ann.end.role == "worker"
    assert [i.author for i in await ours.read() if i.worker == ann.worker] == ["ann"]


async def test_nobody_is_admitted_by_words_that_are_not_theirs(world: World) -> None:
    invitation = await world.vcu.manager.team.invite("ann@harbour.example")
    await join(await world.connection(), world.trust, world.link(invitation), "ann", world.device("ann"))

    with pytest.raises(Alarm) as alarm:
        await world.vcu.manager.team.admit(word_list.generate(5), "worker")

    assert alarm.value.item == 23


async def test_one_who_waits_is_told_to_wait(world: World) -> None:
    invitation = await world.vcu.manager.team.invite("ann@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), "ann", world.device("ann")
    )

    with pytest.raises(KeyholderError):
        await world.sign_in(joined.address, joined.words)


async def test_wrong_words_are_told_apart_from_mistyped_ones(world: World) -> None:
    with pytest.raises(WrongWords):
        await world.sign_in(world.vcu.founded.address, word_list.generate())
    with pytest.raises(WrongWords, match="words"):
        await world.sign_in(world.vcu.founded.address, "only three words")


async def test_new_words_open_the_same_keys_and_the_old_ones_nothing(world: World) -> None:
    founded = world.vcu.founded
    ours = await world.vcu.manager.open_circle("Circle for J")

    fresh = await world.vcu.manager.replace_words(founded.words)

    again = await world.sign_in(founded.address, fresh)
    assert (await again.circle(ours.id).about())[0] == "Circle for J"
    with pytest.raises(WrongWords):
        await world.sign_in(founded.address, founded.words)


async def test_a_manager_brings_a_colleague_back_with_new_keys(world: World) -> None:
    ours, _ = await world.shared_circle()
    ann = await world.colleague(world.vcu, "ann")
    invitation = await world.vcu.manager.team.invite("ann@harbour.example", replaces=ann.worker)
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), ann.address, world.device(ann.address)
    )
    with pytest.raises(NotReady):
        await world.vcu.manager.team.admit(joined.spoken, "worker")

    await world.vcu.manager.team.admit(joined.spoken, "worker", replaces=ann.worker)

    back = await world.sign_in(joined.address, joined.words)
    assert back.worker == ann.worker
    await back.circle(ours.id).post("Back again.")


async def test_whoever_comes_back_with_new_keys_is_not_shown_what_only_their_old_ones_open(
    world: World,
) -> None:
    """How far they had verified everything is sealed under a key they have no more: that is no alarm."""
    ann = await world.colleague(world.vcu, "ann")
    await ann.end.desk.pins.save(ann.end.desk.connection)
    assert ann.end.desk.pins.version > 0
    invitation = await world.vcu.manager.team.invite("ann@harbour.example", replaces=ann.worker)
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), ann.address, world.device(ann.address)
    )
    await world.vcu.manager.team.admit(joined.spoken, "worker", replaces=ann.worker)

    back = await world.sign_in(joined.address, joined.words)

    await back.desk.pins.save(back.desk.connection)
    assert (await world.sign_in(joined.address, joined.words)).desk.pins.version > 0


@pytest.mark.parametrize("named", [bytes(16), b"ann"])
async def test_a_newcomer_is_nobody_s_replacement(world: World, named: bytes) -> None:
    ann = await world.colleague(world.vcu, "ann")
    invitation = await world.vcu.manager.team.invite("new@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), "new", world.device("new")
    )
    replaces = ann.worker if named == b"ann" else named
    with pytest.raises(NotReady):
        await world.vcu.manager.team.admit(joined.spoken, "manager", replaces=replaces)
    assert joined.worker not in {
        row.worker for row in await world.vcu.manager.team.workers() if row.state == "admitted"
    }


async def test_a_leaver_is_out_and_the_organisation_goes_on_under_new_keys(world: World) -> None:
    ours, _ = await world.shared_circle()
    ann = await world.colleague(world.vcu, "ann")
    await world.vcu.manager.team.rotate([ann.worker])

    with pytest.raises(KeyholderError):
        await ann.end.circle(ours.id).post("Still here?")
    world.hub.clock.move(minutes=2)
    await ours.post("Under our new key.")
    assert (await ours.people()).members[world.vcu.id].generation == 2


async def test_older_keys_are_reached_through_the_archive(world: World) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("Under the first key.")
    for _ in range(2):
        await world.vcu.manager.team.rotate()
    world.hub.clock.move(minutes=2)
    await ours.post("Under the third.")

    again = await world.again(world.vcu)

    texts = [getattr(item.body, "text", "") for item in await again.circle(ours.id).read()]
    assert "Under the first key." in texts
    assert "Under the third." in texts


async def test_the_printed_kit_brings_in_a_new_manager(world: World) -> None:
    ours, _ = await world.shared_circle()
    founded = world.vcu.founded

    joined = await recover(
        await world.connection(),
        world.trust,
        founded.organisation,
        founded.kit_words,
        "second-manager",
        "second@harbour.example",
        world.hub.clock,
        world.device("second-manager"),
    )

    end = await world.sign_in(joined.address, joined.words)
    assert end.role == "manager"
    assert (await end.circle(ours.id).about())[0] == "Circle for J"


async def test_a_role_changes_by_a_signed_event(world: World) -> None:
    ann = await world.colleague(world.vcu, "ann")

    await world.vcu.manager.team.change_role(ann.worker, "manager")
    await ann.end.sync()

    assert ann.end.role == "manager"


async def test_the_directory_shows_accredited_organisations_only(world: World) -> None:
    await world.withdraw(world.shelter)
    world.hub.clock.move(minutes=2)

    names = {partner.legal_name for partner in await world.vcu.manager.directory()}

    assert names == {"Harbour"}


@pytest.mark.usefixtures("real_words")
async def test_the_real_stretching_of_words_signs_in_too(world: World) -> None:
    end = await world.again(world.vcu)

    assert isinstance(end, End)
    assert end.legal_name == "Harbour"


async def test_a_manager_whose_clock_lags_still_writes_in_order(world: World) -> None:
    team = world.vcu.manager.team
    await team.rotate()
    lagging = world.hub.clock.now - 60_000
    slow = End(replace(world.vcu.manager.desk, clock=lambda: lagging))

    assert await slow.team.rotate() == 3


async def test_colleagues_know_each_other_by_names_the_hub_cannot_read(world: World) -> None:
    ann = await world.colleague(world.vcu, "ann")
    await ann.end.keep_name()

    names = await world.vcu.manager.team.names()

    assert names == {ann.worker: "ann"}


async def test_a_name_that_the_hub_moved_to_another_colleague_is_not_shown(world: World) -> None:
    ann, ben = [await world.colleague(world.vcu, each) for each in ("ann", "ben")]
    await ann.end.keep_name()
    rows = {row.worker: row.profile_box for row in await world.vcu.manager.team.workers()}

    assert await name_of(world.vcu.manager.desk, ben.worker, rows[ann.worker]) == ""
    assert await name_of(world.vcu.manager.desk, ann.worker, b"no profile") == ""


async def test_a_name_sealed_before_new_keys_is_still_read(world: World) -> None:
    ann = await world.colleague(world.vcu, "ann")
    await ann.end.keep_name()
    await world.vcu.manager.team.rotate()

    assert (await world.vcu.manager.team.names())[ann.worker] == "ann"


async def test_pins_saved_twice_at_once_are_not_taken_for_wound_back(world: World) -> None:
    desk = world.vcu.manager._desk
    desk.pins.pin_circle(bytes(32), 1, bytes(32))
    first = asyncio.create_task(desk.pins.save(desk.connection))
    await asyncio.sleep(0)
    desk.pins.pin_circle(bytes(32), 2, bytes(range(32)))
    await asyncio.gather(first, desk.pins.save(desk.connection))
