"""Circles from end to end: inviting, history, restricted notes, leaving, erasing, handing over."""

from __future__ import annotations

import asyncio

import pytest

from crypto.accreditation import OrganisationKind
from crypto.entries import Kind
from keyholder.errors import CannotSend, KeyholderError, Refused
from keyholder.opening import Item, Shown
from policies.codes import reasons
from tests.keyholder.world import World


def said(items: list[Item]) -> list[str]:
    return [item.body.text for item in items if item.kind == Kind.MESSAGE and item.body is not None]


def states(items: list[Item], kind: Kind) -> list[Shown]:
    return [item.state for item in items if item.kind == kind]


def code(name: str, key: str) -> int:
    row = getattr(reasons(), name).by_key(key)
    assert row is not None
    return int(row.code)


async def test_an_invitation_is_read_before_it_is_answered(world: World) -> None:
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.invite(world.shelter.id, "Please help.", title="A safe place")
    theirs = world.shelter.manager.circle(ours.id)

    asked = await theirs.invitation()

    assert (asked.asked.title, asked.asked.text) == ("A safe place", "Please help.")
    with pytest.raises(Refused):
        await theirs.read()


async def test_an_organisation_that_declines_is_out(world: World) -> None:
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.invite(world.shelter.id, "Please help.")
    theirs = world.shelter.manager.circle(ours.id)

    await theirs.decline(code("invitation_decline", "no_capacity"), "Full until May.")

    assert world.shelter.id not in (await ours.people()).members
    declined = [item for item in await ours.read() if item.kind == Kind.DECLINE]
    assert [item.body.text for item in declined] == ["Full until May."]
    with pytest.raises(KeyholderError):
        await theirs.sync()


async def test_a_joiner_reads_nothing_from_before_unless_it_is_given(world: World) -> None:
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.post("Said before.")
    await ours.invite(world.shelter.id, "Please help.")
    theirs = world.shelter.manager.circle(ours.id)
    await theirs.accept()
    await ours.post("Said after.")

    before = await theirs.read()
    assert said(before) == ["Said after."]
    assert states(before, Kind.MESSAGE) == [Shown.LOCKED, Shown.OPEN]
    assert (await theirs.about())[0] == "Circle for J"

    await ours.grant(world.shelter.id, "all")
    assert said(await theirs.read()) == ["Said before.", "Said after."]


async def test_history_may_travel_with_the_invitation(world: World) -> None:
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.post("Said before.")
    await ours.rekey()
    await ours.invite(world.shelter.id, "Please help.", history="all")
    theirs = world.shelter.manager.circle(ours.id)
    await theirs.accept()

    assert said(await theirs.read()) == ["Said before."]


async def test_one_entry_alone_can_be_granted(world: World) -> None:
    ours = await world.vcu.manager.open_circle("Circle for J")
    first = await ours.post("Granted.")
    await ours.post("Kept.")
    await ours.invite(world.shelter.id, "Please help.")
    theirs = world.shelter.manager.circle(ours.id)
    await theirs.accept()

    await ours.grant(world.shelter.id, entries=[first.seq])

    assert said(await theirs.read()) == ["Granted."]


async def test_a_restricted_note_is_seen_to_exist_by_others_and_read_by_none_of_them(world: World) -> None:
    ours, theirs = await world.shared_circle()
    world.steps = await world.found("Steps", OrganisationKind.PARTNER)
    await ours.invite(world.steps.id, "Please help.")
    steps = world.steps.manager.circle(ours.id)
    await steps.accept()

    await ours.post("For the shelter only.", only=[world.shelter.id])

    assert said(await theirs.read()) == ["For the shelter only."]
    assert said(await ours.read()) == ["For the shelter only."]
    assert states(await steps.read(), Kind.MESSAGE) == [Shown.RESTRICTED]


async def test_readers_see_who_has_read_how_far(world: World) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Read this.")
    items = await theirs.read()

    [reader] = await ours.readers()

    assert (reader.organisation, reader.worker, reader.seq) == (
        world.shelter.id,
        world.shelter.manager.worker,
        items[-1].seq,
    )


async def test_what_was_erased_is_gone_by_the_owners_word(world: World) -> None:
    ours, theirs = await world.shared_circle()
    receipt = await ours.post("Too much.")
    await ours.erase(receipt.seq, code("erase", "not_necessary"))

    items = await theirs.read()

    assert states(items, Kind.MESSAGE) == [Shown.ERASED]
    assert all(item.alarm is None for item in items)


async def test_closing_stops_posting_until_it_is_reopened(world: World) -> None:
    ours, theirs = await world.shared_circle()
    await ours.close(code("closing", "needs_met"))
    with pytest.raises(KeyholderError):
        await theirs.post("Too late.")
    await ours.reopen(0)

    await theirs.post("In time.")

    assert said(await ours.read()) == ["In time."]


async def test_a_removed_organisation_opens_nothing_more_and_others_go_on(world: World) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Both read this.")
    await theirs.read()
    await ours.remove(world.shelter.id, code("removal", "consent_withdrawn"))
    await ours.post("Only we read this.")

    with pytest.raises(Refused):
        await theirs.read()
    assert said(await ours.read()) == ["Both read this.", "Only we read this."]


async def test_one_who_leaves_makes_no_key_that_stays(world: World) -> None:
    ours, theirs = await world.shared_circle()
    await theirs.leave(code("removal", "own_wish"))
    left_at = (await ours.people()).epoch.number

    await ours.post("Said after they left.")

    people = await ours.people()
    assert people.epoch.number == left_at + 1
    assert people.epoch.maker == world.vcu.id


async def test_new_keys_of_an_organisation_are_followed_by_a_new_epoch_before_anything_is_said(
    world: World,
) -> None:
    ours, theirs = await world.shared_circle()
    await world.shelter.manager.team.rotate()
    world.hub.clock.move(minutes=2)

    await ours.post("Under the new key.")

    people = await ours.people()
    assert people.epoch.number == 2
    assert people.members[world.shelter.id].generation == 2
    assert said(await theirs.read()) == ["Under the new key."]


async def test_a_lapsed_member_is_left_out_and_the_rest_go_on(world: World) -> None:
    ours, _ = await world.shared_circle()
    await world.withdraw(world.shelter)
    world.hub.clock.move(minutes=2)

    await ours.post("Without them.")

    assert set((await ours.people()).members) == {world.vcu.id}


async def test_any_member_may_leave_out_one_who_has_lapsed(world: World) -> None:
    ours, theirs = await world.shared_circle()
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    await ours.invite(steps.id, "Please help.")
    await steps.manager.circle(ours.id).accept()
    await world.withdraw(steps)
    world.hub.clock.move(minutes=2)

    await theirs.post("Nobody owes anybody a wait.")

    assert set((await ours.people()).members) == {world.vcu.id, world.shelter.id}


async def test_when_the_owner_has_lapsed_nothing_is_sent_and_the_reason_is_said(world: World) -> None:
    _, theirs = await world.shared_circle()
    await world.withdraw(world.vcu)
    world.hub.clock.move(minutes=2)

    with pytest.raises(CannotSend, match="owner"):
        await theirs.post("Is anyone there?")


async def test_a_circle_is_handed_to_another_unit_that_takes_it(world: World) -> None:
    ours = await world.vcu.manager.open_circle("Circle for J")
    other = await world.found("Quay", OrganisationKind.VCU)
    await ours.invite(other.id, "Please take over.")
    theirs = other.manager.circle(ours.id)
    await theirs.accept()
    await ours.hand_over(other.id)

    await theirs.accept()

    assert (await ours.people()).owner == other.id


async def test_the_list_shows_titles_that_were_opened_here(world: World) -> None:
    ours, theirs = await world.shared_circle()
    await ours.describe("Circle for J, moved", "R-2")

    for end in (world.vcu.manager, world.shelter.manager):
        page = await end.circles()
        assert [(row.title, row.reference, row.alarm) for row in page.items] == [
            ("Circle for J, moved", "R-2", None)
        ]
    assert theirs.id == ours.id


async def test_two_who_write_at_once_both_get_through(world: World) -> None:
    ours, theirs = await world.shared_circle()

    await asyncio.gather(*(view.post(f"{n}") for n in range(4) for view in (ours, theirs)))

    assert sorted(said(await ours.read())) == sorted(str(n) for n in range(4) for _ in (0, 1))


async def test_a_device_that_kept_what_it_verified_goes_on_from_there(keeping_world: World) -> None:
    world = keeping_world
    ours, _ = await world.shared_circle()
    await ours.post("Kept.")
    await ours.read()
    await world.vcu.manager.desk.pins.save(world.vcu.manager.desk.connection)

    again = await world.again(world.vcu)

    assert again.desk.pins.circle(ours.id) is not None
    assert said(await again.circle(ours.id).read()) == ["Kept."]


async def test_a_fresh_end_reads_everything_with_the_words_alone(world: World) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("From anywhere.")

    again = await world.again(world.vcu)

    assert said(await again.circle(ours.id).read()) == ["From anywhere."]


async def test_a_circle_nobody_knows_of_is_not_there(world: World) -> None:
    with pytest.raises(Refused) as refused:
        await world.vcu.manager.circle(bytes(32)).read()
    assert refused.value.status == 404


async def test_two_who_owe_the_same_renewal_do_not_get_in_each_others_way(world: World) -> None:
    ours, theirs = await world.shared_circle()
    await world.shelter.manager.team.rotate()
    world.hub.clock.move(minutes=2)

    await asyncio.gather(ours.post("one"), theirs.post("two"))

    assert sorted(said(await ours.read())) == ["one", "two"]
    assert sorted(said(await theirs.read())) == ["one", "two"]


async def test_a_reader_who_joined_their_organisation_just_now_is_known(world: World) -> None:
    ours, theirs = await world.shared_circle()
    bea = await world.colleague(world.shelter, "bea")
    await theirs.assign(bea.worker)
    await bea.end.circle(ours.id).read()

    [reader] = [each for each in await ours.readers() if each.worker == bea.worker]

    assert (reader.alarm, reader.seq) == (None, ours.book.log.seq)
