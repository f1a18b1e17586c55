"""Items 3, 12, 13, 15, 17, 18, 19, 26 and 27: entries that are not where, when or by whom they say."""

from __future__ import annotations

import os

import pytest
from playwright.async_api import expect

from crypto.accreditation import OrganisationKind
from crypto.entries import Entry, Grant, KeyedHash, Kind, Message, Release
from crypto.facts import EntryBox
from crypto.private.bodies import Asked, Said
from keyholder.writing import Writing
from tests.browser.circles import box
from tests.browser.hostile.stage import SECRET, Stage, at
from tests.hostile.forging import FalseLog, crafted, owners_words, signed_by

MINUTES = 60 * 1000


def message(text: str = SECRET) -> Writing:
    return Writing(Kind.MESSAGE, Message(None), Said(1, "somebody", text, ()))


async def test_item_12_an_entry_of_another_circle_is_refused(stage: Stage) -> None:
    manager = stage.world.vcu.manager
    one, other = await manager.open_circle("One"), await manager.open_circle("Other")
    await other.post(SECRET)
    false = FalseLog.of(stage.world, one)
    false.put(FalseLog.of(stage.world, other).rows[-1][0])
    stage.proxy.change(f"{one.id.hex()}/headers", false.serve)

    await stage.refuses(stage.owner, at(one.id), 12, "replayed")


async def test_item_13_an_entry_in_a_colleagues_name_is_refused(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    ann = await stage.world.colleague(stage.world.vcu, "ann13")
    await ours.sync()
    entry, _ = await crafted(ours, message(), worker=ann.worker, author_prev=bytes(32))
    false = FalseLog.of(stage.world, ours)
    false.put(entry)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 13, "forged")


async def test_item_13_a_forged_entry_that_comes_while_somebody_reads_stops_the_circle_and_keeps_their_words(
    stage: Stage,
) -> None:
    ours, _ = await stage.world.shared_circle()
    await ours.post("Said in truth.")
    page = stage.partner.page
    await stage.partner.go(at(ours.id))
    await expect(page.get_by_text("Said in truth.")).to_be_visible()
    await box(page).fill("I was just about to say")
    await expect(page.get_by_text("Draft kept")).to_be_visible()
    await ours.sync()
    entry, _ = await crafted(ours, message())
    false = FalseLog.of(stage.world, ours)
    false.put(signed_by(entry, os.urandom(32)))
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await box(page).press("Control+Enter")
    await expect(page.locator(".kith-alarm").first).to_be_visible()

    assert SECRET not in await page.content()
    assert not stage.proxy.sent(len(stage.proxy.asked) - 20)
    stage.proxy.honest()
    await stage.partner.go("/nowhere")
    await stage.partner.go(at(ours.id))
    await expect(box(page)).to_have_value("I was just about to say")


@pytest.mark.parametrize("kind", [Kind.DETAILS, Kind.PLAN])
async def test_item_13_a_member_who_speaks_as_the_owner_does_is_refused(stage: Stage, kind: Kind) -> None:
    """Only the owner says how somebody is reached safely, and what is planned, whatever a hub lets pass."""
    ours, theirs = await stage.world.shared_circle()
    for view in (ours, theirs):
        await view.sync()
    entry, _ = await crafted(theirs, owners_words(kind, SECRET))
    false = FalseLog.of(stage.world, ours)
    false.put(entry)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.owner, at(ours.id), 13, "not-theirs-to-do")


async def test_item_15_a_header_written_in_a_second_way_is_refused(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    await ours.post(SECRET)
    false = FalseLog.of(stage.world, ours)
    entry, at_ = false.rows[-1]
    longer = entry.header[:1] + b"\x18\x01" + entry.header[2:]
    signature = stage.world.vcu.manager.desk.me.secret.signing.sign("entry", longer)
    false.rows[-1] = (Entry(longer, signature), at_)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 15, "mangled")


async def test_item_15_bytes_after_the_end_of_a_header_are_refused(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    await ours.post(SECRET)
    false = FalseLog.of(stage.world, ours)
    entry, at_ = false.rows[-1]
    longer = entry.header + b"\x00"
    signature = stage.world.vcu.manager.desk.me.secret.signing.sign("entry", longer)
    false.rows[-1] = (Entry(longer, signature), at_)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 15, "mangled")


async def test_item_17_an_entry_of_a_removed_worker_is_refused(stage: Stage) -> None:
    clock = stage.world.hub.clock
    clock.move(minutes=-30)
    try:
        steps = await stage.world.found("Leaving", OrganisationKind.PARTNER)
        ann = await stage.world.colleague(steps, "ann17")
        ours = await stage.world.vcu.manager.open_circle("Circle for J")
        await ours.invite(steps.id, "Please help.")
        await steps.manager.circle(ours.id).accept("We will.")
        view = ann.end.circle(ours.id)
        await steps.manager.circle(ours.id).assign(ann.worker)
        await view.sync()
        entry, _ = await crafted(view, message())
        await steps.manager.team.rotate([ann.worker])
    finally:
        clock.move(minutes=30)
    false = FalseLog.of(stage.world, view)
    false.put(entry)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.owner, at(ours.id), 17, "left-before")


async def test_item_18_a_release_that_nobody_asked_for_is_refused(stage: Stage) -> None:
    """The hub puts a release of everything into the owner's name."""
    ours, _ = await stage.world.shared_circle()
    receipt = await ours.post("Said.")
    police = await stage.world.found("Police", OrganisationKind.POLICE)
    directory = ours.book.desk.directory
    await directory.know([police.id])
    chain = directory.organisation(police.id)
    standing = directory.standing(police.id, stage.world.hub.clock())
    assert standing is not None
    given = (EntryBox(receipt.entry_hash, os.urandom(32)),)
    new = chain.generation
    facts = Release(os.urandom(32), police.id, chain.head, new.number, new.key_hash, standing[0], given)
    entry, _ = await crafted(ours, Writing(Kind.RELEASE, facts, Asked(1, "owner", "", "")))
    false = FalseLog.of(stage.world, ours)
    false.put(signed_by(entry, os.urandom(32)))
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 3, "nobody-signed")


async def test_item_19_history_for_one_who_has_not_accepted_is_refused(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    steps = await stage.world.found("Steps19", OrganisationKind.PARTNER)
    await ours.invite(steps.id, "Please help.")
    await ours.sync()
    generation = ours.book.desk.directory.organisation(steps.id).generation
    given = (steps.id, generation.number, generation.key_hash)
    facts = Grant(*given, (KeyedHash(1, os.urandom(32)),), ())
    entry, _ = await crafted(ours, Writing(Kind.GRANT, facts, Asked(1, "owner", "", "")))
    false = FalseLog.of(stage.world, ours)
    false.put(entry)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 13, "not-theirs-to-do")


async def test_item_26_an_entry_under_a_key_that_was_replaced_is_refused(stage: Stage) -> None:
    ours, theirs = await stage.world.shared_circle()
    await theirs.sync()
    late, _ = await crafted(theirs, message())
    await ours.rekey()
    await ours.sync()
    false = FalseLog.of(stage.world, ours)
    false.put(late)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.owner, at(ours.id), 26, "old-key-used")


async def test_item_27_an_entry_without_its_authors_earlier_one_is_refused(stage: Stage) -> None:
    ours, theirs = await stage.world.shared_circle()
    await theirs.sync()
    withheld, _ = await crafted(theirs, message("Withheld for now."))
    later, _ = await crafted(theirs, message(), author_prev=withheld.hash)
    false = FalseLog.of(stage.world, theirs)
    false.put(later)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.owner, at(ours.id), 27, "withheld-entry")
