"""Items 3, 4, 5 and 11: a history that is not the true one."""

from __future__ import annotations

import os
from base64 import b64decode
from typing import Any

import pytest
from msgspec.structs import replace

from crypto.accreditation import OrganisationKind
from crypto.checkpoints import Checkpoint, sign
from crypto.entries import Entry, Kind, Rekey
from crypto.organisation import SignedEvent
from keyholder.circle import CircleView
from keyholder.opening import Shown
from keyholder.rekeying import listed, new_epoch
from keyholder.writing import Position, Writing
from tests.hostile.conftest import alarmed
from tests.hostile.forging import FalseLog, b64, crafted, flipped, signed_by
from tests.hostile.proxy import Asked as Request
from tests.hostile.proxy import Proxy
from tests.keyholder.world import World

HEADERS = "/headers"


async def test_item_03_an_acceptance_that_nobody_signed_is_refused(world: World, proxy: Proxy) -> None:
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.invite(world.shelter.id, "Please help.")
    theirs = world.shelter.manager.circle(ours.id)
    await theirs.accept()
    await theirs.sync()
    false = FalseLog.of(world, theirs)
    accept, at = false.rows[-1]
    false.rows[-1] = (signed_by(accept, os.urandom(32)), at)
    proxy.change(HEADERS, false.serve)

    with alarmed(3):
        await ours.sync()

    assert world.shelter.id not in ours.book.circle.members


async def test_item_03_an_invitation_that_nobody_signed_is_refused(world: World, proxy: Proxy) -> None:
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.invite(world.shelter.id, "Please help.")
    false = FalseLog.of(world, ours)
    invite, at = false.rows[-1]
    false.rows[-1] = (Entry(invite.header, flipped(invite.signature)), at)
    proxy.change(HEADERS, false.serve)

    with alarmed(3):
        await world.shelter.manager.circle(ours.id).accept()


async def test_item_03_an_admission_that_nobody_signed_is_refused(world: World, proxy: Proxy) -> None:
    ann = await world.colleague(world.vcu, "ann")

    def forge(answer: Any, _: Request) -> Any:
        for event in answer["events"]:
            if event["kind"] == 2:
                event["signature"] = b64(os.urandom(64))
        return answer

    proxy.change(f"{world.vcu.id.hex()}/chain", forge)
    with alarmed(3):
        await world.sign_in(ann.address, ann.words)


async def test_item_04_a_member_whom_no_entry_brought_in_is_refused(world: World, proxy: Proxy) -> None:
    """A hostile member gives an organisation the key in a rekey, without anyone having invited it."""
    ours, theirs = await world.shared_circle()
    ghost = await world.found("Ghost", OrganisationKind.PARTNER)
    await theirs.book.desk.directory.know([ghost.id])
    await theirs.sync()
    position = Position(theirs.book, theirs.keys, world.hub.clock.now, None)
    honest = new_epoch(position)
    assert honest.epoch_key is not None
    circle = theirs.book.circle
    listing, _ = listed(position.desk, ours.id, 2, circle.control_head, ghost.id, honest.epoch_key)
    assert isinstance(honest.facts, Rekey)
    members = tuple(sorted((*honest.facts.members, listing), key=lambda each: each.organisation))
    facts = replace(honest.facts, members=members)
    entry, _ = await crafted(theirs, Writing(Kind.REKEY, facts, honest.body, epoch_key=honest.epoch_key))
    false = FalseLog.of(world, theirs)
    false.put(entry)
    proxy.change(HEADERS, false.serve)

    with alarmed(13, "not-theirs-to-do"):
        await ours.sync()

    assert ghost.id not in ours.book.circle.epoch.holders


async def test_item_04_a_box_without_its_entry_is_never_opened(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    extra = os.urandom(1168)
    proxy.change("/fetch", lambda answer, _: answer | {"boxes": [*answer["boxes"], b64(extra)]})

    items = await theirs.read()

    assert [item.state for item in items if item.kind == Kind.MESSAGE] == [Shown.OPEN]


async def test_item_04_an_entry_without_its_box_is_an_alarm(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    proxy.change("/fetch", lambda answer, _: answer | {"boxes": []})

    with alarmed(25, "box-withheld"):
        await theirs.read()


@pytest.mark.parametrize("lie", ["dropped", "reordered", "received later", "cut off and wound back"])
async def test_item_05_a_history_with_parts_moved_or_missing_is_refused(
    world: World, proxy: Proxy, lie: str
) -> None:
    ours, theirs = await world.shared_circle()
    for text in ("one", "two", "three"):
        await (ours if text != "two" else theirs).post(text)
    await ours.sync()
    await world.vcu.manager.desk.pins.save(world.vcu.manager.desk.connection)
    false = FalseLog.of(world, ours)
    if lie == "dropped":
        del false.rows[-2]
    elif lie == "reordered":
        false.rows[-1], false.rows[-2] = false.rows[-2], false.rows[-1]
    elif lie == "received later":
        false.rows[-1] = (false.rows[-1][0], false.rows[-1][1] + 1)
    else:
        del false.rows[-1]
    proxy.change(HEADERS, false.serve)

    with alarmed(5):
        await (await world.again(world.vcu)).circle(ours.id).read()
    assert not any(path.endswith("/fetch") for _, path in proxy.asked[-3:])


async def test_item_05_a_shown_history_is_never_taken_back_within_a_session(
    world: World, proxy: Proxy
) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("one")
    false = FalseLog.of(world, ours)
    del false.rows[-1]
    proxy.change(HEADERS, false.serve)

    with alarmed(5, "history-changed"):
        await ours.sync()


async def test_item_05_two_people_who_were_shown_different_histories_find_out(
    world: World, proxy: Proxy
) -> None:
    """The unit is not shown the shelter's first message; the shelter's next entry gives it away."""
    ours, theirs = await world.shared_circle()
    await ours.sync()
    kept = FalseLog.of(world, ours)
    await theirs.post("Withheld from the unit.")
    other = await world.colleague(world.shelter, "bea")
    await theirs.assign(other.worker)
    await other.end.circle(ours.id).post("Bea has seen it.")
    await theirs.sync()
    kept.rows.append(FalseLog.of(world, theirs).rows[-1])
    proxy.change(HEADERS, kept.serve)

    with alarmed(5, "histories-differ"):
        await ours.sync()


async def test_item_05_a_reader_who_saw_another_history_is_noticed(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    await theirs.read()
    await ours.sync()
    false = FalseLog.of(world, ours)
    false.rows[-1] = (false.rows[-1][0], false.rows[-1][1] + 5)
    proxy.change(HEADERS, false.serve)
    view = await fresh_elsewhere(world, ours.id)

    [reader] = await view.readers()

    assert reader.alarm is not None
    assert (reader.alarm.item, reader.alarm.code, reader.seq) == (5, "histories-differ", 0)


async def fresh_elsewhere(world: World, circle: bytes) -> CircleView:
    """A colleague's view, who has no pins yet."""
    bob = await world.colleague(world.vcu, "bob")
    return bob.end.circle(circle)


async def test_item_05_a_read_receipt_by_nobody_is_refused(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await theirs.read()

    def forge(answer: Any, _: Request) -> Any:
        for row in answer["items"]:
            row["signature"] = b64(os.urandom(64))
        return answer

    proxy.change("/readers", forge)
    [reader] = await ours.readers()

    assert reader.alarm is not None
    assert (reader.alarm.item, reader.seq, reader.at) == (13, 0, 0)


async def test_item_05_an_access_log_that_was_rewritten_is_refused(world: World, proxy: Proxy) -> None:
    ours, _ = await world.shared_circle()
    await ours.read()
    end = world.vcu.manager
    report = await end.log_check()
    assert report.size > 0
    keys, name = world.hub.hub.keys, world.hub.settings.hub_name
    note = sign(Checkpoint(f"{name}/access-log", report.size + 1, os.urandom(32)), name, keys.checkpoint)
    proxy.change("/log/checkpoint", lambda *_: {"note": note})
    proxy.change("/log/consistency", lambda *_: {"path": [b64(os.urandom(32))]})

    with alarmed(5, "access-log-changed"):
        await end.log_check()


async def test_item_05_pins_that_were_wound_back_are_refused(world: World, proxy: Proxy) -> None:
    ours, _ = await world.shared_circle()
    end = world.vcu.manager
    await end.sync()
    await world.again(world.vcu)
    pins = proxy.last("/me/pins")
    await ours.post("Further.")
    await end.sync()
    proxy.change("/me/pins", lambda *_: pins, "GET")

    with alarmed(5, "pins-wound-back"):
        await world.again(world.vcu)


async def test_item_05_an_organisations_records_that_were_wound_back_are_refused(
    world: World, proxy: Proxy
) -> None:
    await world.colleague(world.vcu, "ann")
    await world.vcu.manager.sync()

    def shorten(answer: Any, asked: Request) -> Any:
        assert asked.query["after"] == "0"
        row = answer["events"][0]
        genesis = SignedEvent(row["kind"], b64decode(row["payload"]), b64decode(row["signature"]))
        return answer | {"events": [row], "length": 1, "head": b64(genesis.head)}

    proxy.change(f"{world.vcu.id.hex()}/chain", shorten)
    with alarmed(5, "chain-changed"):
        await world.again(world.vcu)


async def test_item_05_a_promise_that_the_hub_did_not_sign_is_refused(world: World, proxy: Proxy) -> None:
    ours, _ = await world.shared_circle()
    proxy.change("/entries", lambda answer, _: answer | {"signature": b64(os.urandom(64))}, "POST")

    with alarmed(3, "nobody-signed"):
        await ours.post("Is it kept?")


async def test_item_05_a_statement_that_is_not_in_the_log_is_noticed(world: World) -> None:
    ours, _ = await world.shared_circle()
    await ours.read()
    manager = world.vcu.manager
    rows = (await manager.log_statements()).items
    hidden = replace(rows[0], salt=os.urandom(32))

    with alarmed(5, "statement-missing"):
        await manager.log_verify([hidden])


@pytest.mark.parametrize("lie", ["body", "seq"])
async def test_item_11_a_name_in_the_list_that_was_changed_is_not_shown(
    world: World, proxy: Proxy, lie: str
) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("Said.")

    def change(answer: Any, _: Request) -> Any:
        for row in answer["items"]:
            row[lie] = b64(flipped(b64decode(row["body"]))) if lie == "body" else row["seq"] + 1
        return answer

    proxy.change("/circles/names", change)
    [row] = (await world.vcu.manager.circles()).items

    assert (row.title, row.reference) == ("", "")
    assert row.alarm is not None
    assert row.alarm.item == 10
