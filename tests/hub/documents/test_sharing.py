"""What one worker or one member of a circle does with documents does not stop the others."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from crypto.statements import Act, Object, ObjectKind
from hub.documents import receiving, routes
from hub.documents.receiving import Receiving
from hub.kernel.refusals import Away
from storage.tables.documents import uploads
from tests.hub.build import b64, build_world, raw, statement_json
from tests.hub.circles.ends import Author, Circle, manager, worker
from tests.hub.documents.moving import Stored, begin, entry, fetched, finish, posted, put, ticket, uploaded
from tests.hub.running import RunningHub

ANN, BEN, CAT = b"ann", b"ben", b"cat"


async def circle_of_three(hub: RunningHub) -> tuple[Circle, Author, Author, Author]:
    """Its owner, and two members' managers."""
    world = await build_world(hub)
    owner, friend, third = worker(world.vcu), manager(world.partner), manager(world.charity)
    circle = await Circle.opened(owner)
    await circle.join(owner, friend)
    await circle.join(owner, third)
    return circle, owner, friend, third


async def circle_with_a_colleague(hub: RunningHub) -> tuple[Circle, Author, Author, Author]:
    """Its owner, a member's manager, and that manager's colleague, who is not assigned."""
    world = await build_world(hub)
    owner, friend = worker(world.vcu), manager(world.partner)
    circle = await Circle.opened(owner)
    await circle.join(owner, friend)
    return circle, owner, friend, worker(world.partner)


async def test_one_worker_holds_two_places_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "PATIENCE", 0.05)
    shared, done = Receiving(), asyncio.Event()

    async def hold(who: bytes, organisation: bytes) -> None:
        async with shared.room(who, organisation):
            await done.wait()

    held = [asyncio.create_task(hold(ANN, b"one")) for _ in range(8)]
    results = asyncio.gather(*held, return_exceptions=True)
    await asyncio.sleep(0.1)
    assert sum(task.done() for task in held) == 6, "two have room, the rest are asked to come back"
    for number in range(20):
        async with shared.room(b"other %d" % number, b"two"):
            pass
    with pytest.raises(Away):
        async with shared.room(ANN, b"one"):
            pass
    done.set()
    assert sum(isinstance(each, Away) for each in await results) == 6
    async with shared.room(ANN, b"one"), shared.room(ANN, b"one"):
        pass


async def test_one_organisation_never_holds_all_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "PATIENCE", 0.05)
    shared, done = Receiving(), asyncio.Event()

    async def hold(number: int) -> None:
        async with shared.room(b"colleague %d" % number, b"one"):
            await done.wait()

    results = asyncio.gather(*(hold(number) for number in range(30)), return_exceptions=True)
    await asyncio.sleep(0.1)
    async with shared.room(BEN, b"two"), shared.room(CAT, b"two"):
        done.set()
    assert sum(isinstance(each, Away) for each in await results) == 22


async def test_a_part_that_drips_gives_its_place_back(
    small_hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "GRACE", 0.2)
    circle, _, friend, _ = await circle_of_three(small_hub)
    stored = Stored(size=400_000)
    upload = (await begin(circle, friend, stored)).body["upload"]

    async def drip() -> AsyncIterator[bytes]:
        for start in range(0, stored.size, 2_000):
            yield stored.data[start : start + 2_000]
            await asyncio.sleep(0.1)

    url = f"{small_hub.url}/v1/uploads/{raw(upload).hex()}/parts/1"
    headers = {
        "Authorization": f"Bearer {b64(friend.end.token or b'')}",
        "Content-Type": "application/octet-stream",
        "Content-Length": str(stored.size),
    }
    async with small_hub.client.put(url, data=drip(), headers=headers) as answer:
        assert answer.status == 408
    assert (await put(friend, upload, 1, stored.data)).status == 200


async def test_only_whose_document_it_is_or_the_owner_posts_a_new_version(hub: RunningHub) -> None:
    circle, owner, friend, third = await circle_of_three(hub)
    first = Stored()
    await posted(circle, friend, first)
    hijack = Stored(document=first.document, number=2)
    refused = await begin(circle, third, hijack)
    assert (refused.status, refused.body["code"]) == (403, "not-allowed")
    assert (await circle.send(third, entry(circle, third, hijack))).status == 403
    await posted(circle, friend, hijack)
    await posted(circle, owner, Stored(document=first.document, number=3))
    await posted(circle, friend, Stored(document=first.document, number=4))


async def test_the_numbers_of_a_document_cannot_be_used_up(hub: RunningHub) -> None:
    circle, _, friend, _ = await circle_of_three(hub)
    document = Stored().document
    for number in (2, 10_000):
        ahead = Stored(document=document, number=number)
        assert (await begin(circle, friend, ahead)).status == 409
        answer = await circle.send(friend, entry(circle, friend, ahead))
        assert (answer.status, answer.body["code"], answer.body["last"]) == (409, "conflict", 0)
    await posted(circle, friend, Stored(document=document))


async def test_beginning_many_times_at_once_makes_one_upload(hub: RunningHub) -> None:
    circle, _, friend, _ = await circle_of_three(hub)
    stored = Stored()
    answers = await asyncio.gather(*(begin(circle, friend, stored) for _ in range(12)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["upload"] for answer in answers}) == 1
    await posted(circle, friend, stored)
    attached = select(func.count()).select_from(uploads).where(uploads.c.entry.is_not(None))
    async with hub.database.read() as unit:
        assert await unit.value(attached) == 1


async def test_an_upload_of_another_size_gives_the_earlier_one_up(hub: RunningHub) -> None:
    circle, _, friend, _ = await circle_of_three(hub)
    earlier = Stored(size=1000)
    left = await uploaded(circle, friend, earlier)
    later = Stored(size=2000, document=earlier.document)
    await posted(circle, friend, later)
    assert (await finish(friend, left, earlier)).status == 404


async def test_who_is_taken_off_a_circle_gets_no_byte_more(small_hub: RunningHub) -> None:
    circle, owner, friend, colleague = await circle_with_a_colleague(small_hub)
    stored = Stored()
    await posted(circle, owner, stored)
    assignment = f"{circle.path}/assignments/{colleague.worker.hex()}"
    await friend.end.good("PUT", assignment, {"on": True})
    given = await ticket(circle, colleague, stored)
    assert (await fetched(colleague, given)).status == 200
    await friend.end.good("PUT", assignment, {"on": False})
    refused = await fetched(colleague, given)
    assert (refused.status, refused.body["reason"]) == (403, "not_assigned")


async def test_a_ticket_got_by_breaking_the_glass_is_good_for_its_bytes(small_hub: RunningHub) -> None:
    circle, owner, _, colleague = await circle_with_a_colleague(small_hub)
    stored = Stored()
    await posted(circle, owner, stored)
    assert (await ticket(circle, colleague, stored)).status == 403
    looked = [Object(ObjectKind.DOCUMENT, stored.document, 0, stored.size)]
    said = colleague.end.statement(Act.FETCHED, circle.id, looked, reason_commitment=os.urandom(32))
    body = {"statement": statement_json(said), "break_glass": 2, "reason": b64(os.urandom(1200))}
    path = f"{circle.path}/documents/{stored.document.hex()}/1/tickets"
    given = await colleague.end.ask("POST", path, body)
    assert given.status == 201, given.body
    assert (await fetched(colleague, given)).status == 200
