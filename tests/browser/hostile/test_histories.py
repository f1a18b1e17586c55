"""Items 3, 4, 5, 11 and 25: a history that is not the true one."""

from __future__ import annotations

import os
from base64 import b64decode
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import expect

from crypto.accreditation import OrganisationKind
from crypto.encoding import pack
from crypto.entries import Entry, Kind, Rekey, read_header
from keyholder import rekeying
from keyholder.rekeying import listed, new_epoch
from keyholder.writing import Position, Writing
from tests.browser.circles import box
from tests.browser.hostile.stage import SECRET, Stage, alarmed, alarms, at
from tests.hostile.forging import FalseLog, b64, crafted, flipped, signed_by
from tests.hostile.proxy import Asked
from tests.hostile.test_admissions import fields
from tests.keyholder.world import DAY


def without_keys(answer: Any, _: Asked) -> Any:
    """No box, and no copy of what was in it."""
    return answer | {"boxes": [], "wraps": []}


def withhold(stage: Stage) -> None:
    """From now on, wherever keys are asked for."""

    def nameless(answer: Any, asked: Asked) -> Any:
        return answer | {"items": [without_keys(row, asked) for row in answer["items"]]}

    stage.proxy.change("/fetch", without_keys)
    stage.proxy.change("/circles/names", nameless)


async def test_item_03_an_acceptance_that_nobody_signed_is_refused(stage: Stage) -> None:
    world = stage.world
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.invite(world.shelter.id, "Please help.")
    theirs = world.shelter.manager.circle(ours.id)
    await theirs.accept(SECRET)
    await theirs.sync()
    false = FalseLog.of(world, theirs)
    accept, when = false.rows[-1]
    false.rows[-1] = (signed_by(accept, os.urandom(32)), when)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.owner, at(ours.id), 3, "nobody-signed")


async def test_item_03_an_invitation_that_nobody_signed_is_refused_on_the_page_that_would_answer_it(
    stage: Stage,
) -> None:
    world = stage.world
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.invite(world.shelter.id, SECRET)
    false = FalseLog.of(world, ours)
    invite, when = false.rows[-1]
    false.rows[-1] = (Entry(invite.header, flipped(invite.signature)), when)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 3)

    await expect(stage.partner.page.get_by_role("button", name="Accept")).to_have_count(0)


async def test_item_04_a_member_whom_no_entry_brought_in_is_refused(stage: Stage) -> None:
    """A hostile member gives an organisation the key in a rekey, without anyone having invited it."""
    ours, theirs = await stage.world.shared_circle()
    ghost = await stage.world.found("Ghost04", OrganisationKind.PARTNER)
    await theirs.book.desk.directory.know([ghost.id])
    await theirs.sync()
    position = Position(theirs.book, theirs.keys, stage.world.hub.clock(), None)
    honest = new_epoch(position)
    assert honest.epoch_key is not None
    circle = theirs.book.circle
    listing, _ = listed(position.desk, ours.id, 2, circle.control_head, ghost.id, honest.epoch_key)
    assert isinstance(honest.facts, Rekey)
    members = tuple(sorted((*honest.facts.members, listing), key=lambda each: each.organisation))
    facts = replace(honest.facts, members=members)
    entry, _ = await crafted(theirs, Writing(Kind.REKEY, facts, honest.body, epoch_key=honest.epoch_key))
    false = FalseLog.of(stage.world, theirs)
    false.put(entry)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.owner, at(ours.id), 13, "not-theirs-to-do")

    assert "Ghost04" not in await stage.owner.page.content()


async def test_item_04_a_box_without_its_entry_is_never_opened(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    await ours.post("Said in truth.")
    extra = b64(os.urandom(1168))
    stage.proxy.change(
        f"{ours.id.hex()}/fetch", lambda answer, _: answer | {"boxes": [*answer["boxes"], extra]}
    )

    await stage.partner.go(at(ours.id))

    await expect(stage.partner.page.get_by_text("Said in truth.")).to_be_visible()
    await expect(stage.partner.page.locator(".kith-alarm")).to_have_count(0)


async def test_item_04_an_entry_without_its_box_is_an_alarm_and_nothing_can_be_written(stage: Stage) -> None:
    withhold(stage)
    ours, _ = await stage.world.shared_circle()
    await ours.post(SECRET)

    await stage.partner.go(at(ours.id))

    await expect(stage.partner.page.locator(".kith-alarm").first).to_be_visible()
    found = await alarms(stage.partner.page)
    for shown in found:
        shown.check()
    assert {(shown.item, shown.code) for shown in found} == {(25, "box-withheld")}
    assert SECRET not in await stage.partner.page.content()


@pytest.mark.parametrize("lie", ["dropped", "reordered", "received later", "cut off and wound back"])
async def test_item_05_a_history_with_parts_moved_or_missing_is_refused(stage: Stage, lie: str) -> None:
    ours, theirs = await stage.world.shared_circle()
    for text in ("one", "two", SECRET):
        await (ours if text != "two" else theirs).post(text)
    await ours.sync()
    manager = stage.world.shelter.manager
    await theirs.sync()
    await manager.desk.pins.save(manager.desk.connection)
    if lie == "cut off and wound back":
        await stage.partner.go(at(ours.id))
        await expect(stage.partner.page.get_by_text(SECRET)).to_be_visible()
        await stage.partner.go("/nowhere")
    false = FalseLog.of(stage.world, ours)
    if lie == "dropped":
        del false.rows[-2]
    elif lie == "reordered":
        false.rows[-1], false.rows[-2] = false.rows[-2], false.rows[-1]
    elif lie == "received later":
        await stage.partner.go(at(ours.id))
        await expect(stage.partner.page.get_by_text(SECRET)).to_be_visible()
        await stage.partner.go("/nowhere")
        false.rows[-1] = (false.rows[-1][0], false.rows[-1][1] + 1)
    else:
        del false.rows[-1]
    before = len(stage.proxy.asked)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 5)

    assert not [path for _, path in stage.proxy.asked[before:] if path.endswith(f"{ours.id.hex()}/fetch")]


async def test_item_05_two_people_who_were_shown_different_histories_find_out(stage: Stage) -> None:
    """The unit is not shown the shelter's first message; the shelter's next entry gives it away."""
    ours, theirs = await stage.world.shared_circle()
    await ours.sync()
    kept = FalseLog.of(stage.world, ours)
    await theirs.post("Withheld from the unit.")
    other = await stage.world.colleague(stage.world.shelter, "bea05")
    await theirs.assign(other.worker)
    await other.end.circle(ours.id).post(SECRET)
    await theirs.sync()
    kept.rows.append(FalseLog.of(stage.world, theirs).rows[-1])
    stage.proxy.change(f"{ours.id.hex()}/headers", kept.serve)

    await stage.refuses(stage.owner, at(ours.id), 5, "histories-differ")


async def test_item_05_a_read_receipt_by_nobody_counts_for_nothing_and_is_marked(stage: Stage) -> None:
    ours, theirs = await stage.world.shared_circle()
    await ours.post("Said in truth.")
    await theirs.read()

    def forge(answer: Any, _: Asked) -> Any:
        for row in answer["items"]:
            row["signature"] = b64(os.urandom(64))
        return answer

    stage.proxy.change(f"{ours.id.hex()}/readers", forge)
    page = stage.owner.page
    await stage.owner.go(at(ours.id))
    await expect(page.get_by_text("Said in truth.")).to_be_visible()

    await alarmed(page, 13, "forged", small=True)

    await expect(page.get_by_text("Read by Shelter")).to_have_count(0)


async def test_item_05_a_promise_that_the_hub_did_not_sign_is_no_promise(stage: Stage) -> None:
    """What was typed stays in its box: nobody is told that it was sent."""
    ours, _ = await stage.world.shared_circle()
    page = stage.owner.page
    await stage.owner.go(at(ours.id))
    await expect(box(page)).to_be_visible()
    stage.proxy.change(
        f"{ours.id.hex()}/entries", lambda answer, _: answer | {"signature": b64(os.urandom(64))}, "POST"
    )
    await box(page).fill("Is it kept?")
    await page.get_by_role("button", name="Send", exact=True).click()

    await alarmed(page, 3, "nobody-signed")

    await expect(box(page)).to_have_value("Is it kept?")


async def test_item_05_records_of_a_partner_that_were_wound_back_are_refused(stage: Stage) -> None:
    def shorten(answer: Any, _: Asked) -> Any:
        rows = answer["events"][:1]
        rows[0]["signature"] = b64(flipped(b64decode(rows[0]["signature"])))
        return answer | {"events": rows}

    steps = await stage.world.found("Steps05", OrganisationKind.PARTNER)
    stage.proxy.change(f"{steps.id.hex()}/chain", shorten)
    ours = await stage.world.vcu.manager.open_circle("Circle for J")
    await ours.invite(steps.id, "Please help.")
    await steps.manager.circle(ours.id).accept(SECRET)

    await stage.refuses(stage.owner, at(ours.id), 5, "chain-changed")


@pytest.mark.parametrize("what", ["facts", "sent_at", "organisation", "worker"])
async def test_item_11_nothing_in_a_header_can_be_altered(stage: Stage, what: str) -> None:
    ours, _ = await stage.world.shared_circle()
    await ours.post(SECRET)
    false = FalseLog.of(stage.world, ours)
    entry, when = false.rows[-1]
    header = read_header(entry)
    lies: dict[str, Any] = {
        "facts": ([os.urandom(16), [os.urandom(32)]],),
        "sent_at": header.sent_at + 1,
        "organisation": stage.world.shelter.id,
        "worker": stage.world.shelter.manager.worker,
    }
    false.rows[-1] = (Entry(pack(replace(header, **{what: lies[what]})), entry.signature), when)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), {"organisation": 5, "worker": 17}.get(what, 13))


async def test_item_11_an_entry_that_arrives_in_the_future_is_refused(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    await ours.post(SECRET)
    false = FalseLog.of(stage.world, ours)
    false.rows[-1] = (false.rows[-1][0], stage.world.hub.clock() + 20 * 365 * DAY)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 11, "time-moved")


async def test_item_25_a_rekey_with_its_removal_taken_out_is_refused(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    steps = await stage.world.found("Steps25", OrganisationKind.PARTNER)
    await ours.invite(steps.id, "Please help.")
    await ours.sync()
    position = Position(ours.book, ours.keys, stage.world.hub.clock(), None)
    written = rekeying.new_epoch(position, [steps.id], 1)
    stripped = Writing(
        written.kind,
        type(written.facts)(*(getattr(written.facts, f) if f != "removed" else () for f in fields(written))),
        written.body,
        written.boxes,
        epoch_key=written.epoch_key,
    )
    entry, _ = await crafted(ours, stripped)
    false = FalseLog.of(stage.world, ours)
    false.put(entry)
    stage.proxy.change(f"{ours.id.hex()}/headers", false.serve)

    await stage.refuses(stage.partner, at(ours.id), 13, "not-theirs-to-do")


async def test_item_25_a_rekey_whose_box_is_held_back_lets_nobody_write(stage: Stage) -> None:
    ours, theirs = await stage.world.shared_circle()
    await theirs.rekey()
    stage.proxy.change(f"{ours.id.hex()}/fetch", without_keys)
    before = len(stage.proxy.asked)
    page = stage.owner.page
    await stage.owner.go(at(ours.id))
    await box(page).fill("Do I still have the key?")
    await page.get_by_role("button", name="Send", exact=True).click()

    await alarmed(page, 25, "box-withheld")

    assert not stage.proxy.sent(before)
    await expect(box(page)).to_have_value("Do I still have the key?")
