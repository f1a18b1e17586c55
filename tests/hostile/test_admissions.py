"""Items 23 and 25: admissions and removals with something swapped, taken out or held back."""

from __future__ import annotations

import os
from base64 import b64decode
from typing import Any

import pytest

from crypto.accreditation import OrganisationKind
from crypto.organisation import Event
from keyholder import rekeying
from keyholder.alarms import Alarm
from keyholder.enrolment import join, look
from keyholder.errors import KeyholderError
from keyholder.opening import Shown
from keyholder.writing import Position, Writing
from tests.hostile.conftest import alarmed
from tests.hostile.forging import FalseLog, b64, crafted
from tests.hostile.proxy import Asked, Denied, Proxy
from tests.keyholder.world import World


@pytest.mark.parametrize("what", ["signing_key", "box_key", "worker", "address", "invitation"])
async def test_item_23_an_admission_with_anything_swapped_admits_nobody(
    world: World, proxy: Proxy, what: str
) -> None:
    invitation = await world.vcu.manager.team.invite("ann@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), "ann", world.device("ann")
    )
    length = {"signing_key": 32, "box_key": 1216, "worker": 16, "invitation": 16}.get(what)
    swapped = b64(os.urandom(length)) if length else "mallory"

    def swap(answer: Any, _: Asked) -> Any:
        return answer | {"items": [row | {what: swapped} for row in answer["items"]]}

    proxy.change("/waiting", swap)
    with alarmed(23, "admission-differs"):
        await world.vcu.manager.team.admit(joined.spoken, "worker")


async def test_an_admission_whose_answer_was_lost_is_found_and_is_no_alarm(
    world: World, proxy: Proxy
) -> None:
    invitation = await world.vcu.manager.team.invite("ann@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), "ann", world.device("ann")
    )

    def lost(*_: Any) -> Any:
        raise Denied(502, "lost")

    proxy.change("/events", lost, "POST")
    with pytest.raises(KeyholderError):
        await world.vcu.manager.team.admit(joined.spoken, "worker")
    proxy.honest()

    assert await world.vcu.manager.team.admit(joined.spoken, "worker") == joined.worker


async def test_item_23_an_organisation_that_was_swapped_at_enrolment_admits_nobody(
    world: World, proxy: Proxy
) -> None:
    proxy.change("/enrolments/look", lambda answer, _: answer | {"genesis": b64(os.urandom(32))})
    invitation = await world.vcu.manager.team.invite("ann@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), "ann", world.device("ann")
    )

    with alarmed(23):
        await world.vcu.manager.team.admit(joined.spoken, "worker")


async def test_item_23_a_link_that_speaks_of_another_hub_is_refused(world: World, proxy: Proxy) -> None:
    proxy.change("/enrolments/look", lambda answer, _: answer | {"hub": "elsewhere.example"})
    invitation = await world.vcu.manager.team.invite("ann@harbour.example")

    with pytest.raises(Alarm):
        await look(await world.connection(), world.trust, world.link(invitation))


async def test_item_23_the_hub_cannot_raise_a_role(world: World, proxy: Proxy) -> None:
    """The role is the manager's own word."""
    invitation = await world.vcu.manager.team.invite("ann@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), "ann", world.device("ann")
    )
    proxy.change(
        "/waiting",
        lambda answer, _: answer | {"items": [row | {"role": "manager"} for row in answer["items"]]},
    )

    await world.vcu.manager.team.admit(joined.spoken, "worker")

    ann = await world.sign_in(joined.address, joined.words)
    assert ann.role == "worker"


async def test_item_25_a_rotation_whose_removal_was_taken_out_is_refused(world: World, proxy: Proxy) -> None:
    ann = await world.colleague(world.shelter, "ann")
    await world.shelter.manager.team.rotate([ann.worker])

    def strip(answer: Any, _: Asked) -> Any:
        for row in answer["events"]:
            if row["kind"] == Event.ROTATE:
                payload = b64decode(row["payload"])
                one = b"\x81\x50" + ann.worker
                assert payload.count(one) == 1
                row["payload"] = b64(payload.replace(one, b"\x80"))
        return answer

    proxy.change(f"{world.shelter.id.hex()}/chain", strip)
    with alarmed(5, "chain-changed"):
        await world.vcu.manager.directory()


async def test_item_25_a_rekey_whose_box_is_held_back_is_an_alarm(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await theirs.rekey()
    proxy.change("/fetch", lambda answer, _: answer | {"boxes": answer["boxes"][:0]})

    with alarmed(25, "box-withheld"):
        await ours.post("Do I still have the key?")


async def test_item_25_a_rekey_with_its_removal_taken_out_is_refused(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    await ours.invite(steps.id, "Please help.")
    await ours.sync()
    position = Position(ours.book, ours.keys, world.hub.clock.now, None)
    written = rekeying.new_epoch(position, [steps.id], 1)
    stripped = Writing(
        written.kind,
        type(written.facts)(*(getattr(written.facts, f) if f != "removed" else () for f in fields(written))),
        written.body,
        written.boxes,
        epoch_key=written.epoch_key,
    )
    entry, _ = await crafted(ours, stripped)
    false = FalseLog.of(world, ours)
    false.put(entry)
    proxy.change("/headers", false.serve)

    with alarmed(13, "not-theirs-to-do"):
        await theirs.sync()


def fields(written: Writing) -> tuple[str, ...]:
    return tuple(type(written.facts).__struct_fields__)


async def test_a_removed_members_saved_keys_open_nothing_that_is_said_later(
    world: World, proxy: Proxy
) -> None:
    """The hub serves a removed member everything, as if they were still in."""
    ours, theirs = await world.shared_circle()
    await ours.post("Said before.")
    await theirs.read()
    await ours.remove(world.shelter.id, 1)
    await ours.post("Said after.")
    await ours.read()
    every, bodies = all_boxes(proxy), proxy.last("/fetch")["bodies"]
    false = FalseLog.of(world, ours)
    for verified in ours.book.entries[theirs.book.log.seq :]:
        await theirs.book._take_one(verified.entry, verified.placed.received_at)
    assert len(theirs.book.entries) == len(false.rows)

    shown = []
    for verified in theirs.book.entries:
        sealed = b64decode(next(row["body"] for row in bodies if row["seq"] == verified.placed.seq))
        await theirs.keys.take(every, [verified.header.epoch])
        shown.append(await theirs.open_served(verified.placed.seq, sealed, every))

    after = [item for item in shown if item.seq > theirs.book.places[false.rows[-2][0].hash] - 1]
    assert {item.state for item in after} == {Shown.LOCKED}
    assert all(item.body is None for item in after)


def all_boxes(proxy: Proxy) -> list[bytes]:
    """Every box that was ever served to anybody."""
    found = [
        b64decode(box) for path, body in proxy.answered if path.endswith("/fetch") for box in body["boxes"]
    ]
    return list(dict.fromkeys(found))
