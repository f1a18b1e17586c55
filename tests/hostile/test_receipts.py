"""Item 5: a member's read receipt that is not one says nothing about the receipts of others."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest

from crypto.accreditation import OrganisationKind
from crypto.statements import Act, Object, ObjectKind
from keyholder import answers
from keyholder.circle import CircleView
from keyholder.end import End
from keyholder.errors import Refused
from keyholder.readers import Reader
from tests.hostile.forging import b64
from tests.hostile.proxy import Proxy
from tests.keyholder.world import World


async def poison(proxy: Proxy, end: End, view: CircleView, *objects: Object) -> None:
    """A receipt of this worker's own making: stored by a careless hub, or added to its answer."""
    signed = end.desk.state_that(Act.OPENED, objects, circle=view.id)
    row = {
        "organisation": b64(end.organisation),
        "worker": b64(end.worker),
        "payload": b64(signed.payload),
        "signature": b64(signed.signature),
    }
    body = {"statements": [{"payload": signed.payload, "signature": signed.signature}]}
    with suppress(Refused):
        await end.desk.connection.post("/v1/statements", body, answers.LogAnswer)

    def add(answer: dict[str, list[dict[str, str]]], _: object) -> dict[str, list[dict[str, str]]]:
        others = [each for each in answer["items"] if each["worker"] != row["worker"]]
        return answer | {"items": [*others, row]}

    proxy.change("/readers", add)


async def found(view: CircleView) -> dict[bytes, Reader]:
    return {reader.worker: reader for reader in await view.readers()}


@pytest.mark.parametrize(
    ("objects", "code"),
    [
        ([Object(ObjectKind.ENTRIES, os.urandom(32), 2**40, 2**40 + 1)], "histories-differ"),
        ([Object(ObjectKind.ENTRIES, os.urandom(32), 1, 2)], "histories-differ"),
        ([Object(ObjectKind.ENTRIES, os.urandom(32), 1, 7)], "mangled"),
        (
            [
                Object(ObjectKind.CIRCLE, os.urandom(16), 0, 0),
                Object(ObjectKind.ENTRIES, os.urandom(16), 5, 6),
            ],
            "mangled",
        ),
    ],
)
async def test_item_05_a_members_false_receipt_is_marked_and_the_others_are_shown(
    world: World, proxy: Proxy, objects: list[Object], code: str
) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    await theirs.read()
    bea = await world.colleague(world.shelter, "bea")
    await theirs.assign(bea.worker)
    await poison(proxy, bea.end, theirs, *objects)

    readers = await found(ours)

    false, true = readers[bea.worker], readers[world.shelter.manager.worker]
    assert false.alarm is not None
    assert (false.alarm.code, false.seq) == (code, 0)
    assert (true.alarm, true.seq) == (None, ours.book.log.seq)


async def test_item_04_a_receipt_by_an_organisation_that_was_never_there_is_marked(
    world: World, proxy: Proxy
) -> None:
    ours, theirs = await world.shared_circle()
    await theirs.read()
    ghost = (await world.found("Ghost", OrganisationKind.PARTNER)).manager
    seen = Object(ObjectKind.ENTRIES, ours.book.log.heads[1], 1, 2)
    await poison(proxy, ghost, ours, seen)

    readers = await found(ours)

    alarm = readers[ghost.worker].alarm
    assert alarm is not None
    assert (alarm.item, alarm.code) == (4, "ghost")
    assert readers[world.shelter.manager.worker].alarm is None
