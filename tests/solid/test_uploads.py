"""Documents under way while things break: the hub killed, the store away, the disk full. Nothing half-done
stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from storage.blobs import PART
from storage.database import Database
from storage.tables.documents import uploads
from tests.hub.build import HubWorld, b64, build_world, raw
from tests.hub.circles.ends import Author, Circle, worker
from tests.hub.documents.moving import Stored, begin, entry, fetched, finish, put, ticket
from tests.hub.running import Answer, running_hub
from tests.real import s3
from tests.solid.process import Place, Process, asked_at, problem_of, started, world_at
from tests.solid.writers import chance

KEPT = select(uploads.c.upload)
LOST = (aiohttp.ClientError, OSError, TimeoutError)


async def circle_at(place: Place) -> tuple[HubWorld, Circle, Author, Author]:
    """A world with one circle of two."""
    async with world_at(place) as world:
        owner, friend = worker(world.vcu), worker(world.partner)
        circle = await Circle.opened(owner)
        await circle.join(owner, friend)
    return world, circle, owner, friend


async def resumed(circle: Circle, author: Author, stored: Stored) -> tuple[str, list[int]]:
    """The upload, and which parts the hub says it has."""
    answer = await begin(circle, author, stored)
    assert answer.status == 200, answer.body
    return str(answer.body["upload"]), list(answer.body["parts"])


async def completed(circle: Circle, author: Author, stored: Stored) -> str:
    """Go on from wherever it was, finish it and name it in an entry."""
    upload, have = await resumed(circle, author, stored)
    async with asyncio.timeout(60):
        while missing := [number for number in stored.parts if number not in have]:
            answer = await put(author, upload, missing[0], stored.part(missing[0]))
            assert answer.status in (200, 503), answer.body
            have += missing[:1] if answer.status == 200 else []
    done = await finish(author, upload, stored)
    assert (done.status, done.body) == (200, {"size": stored.size}), done.body
    await circle.post(author, entry(circle, author, stored))
    return upload


async def whole(circle: Circle, author: Author, stored: Stored) -> bytes:
    """The document, fetched by a member."""
    answer = await fetched(author, await ticket(circle, author, stored))
    assert answer.status == 200
    return bytes(answer.body)


async def test_a_hub_killed_in_the_middle_of_a_part_loses_that_part_alone(tmp_path: Path) -> None:
    """And what nobody goes on with afterwards leaves no object."""
    place = Place(tmp_path / "hub")
    world, circle, owner, friend = await circle_at(place)
    stored, process = Stored(size=4 * PART + 777), Process(place)
    try:
        async with asked_at(world, process, place) as running:
            await process.start()
            await killed_again_and_again(circle, friend, stored, process)
            await completed(circle, friend, stored)
            assert await whole(circle, owner, stored) == stored.data
            await left_behind(circle, friend, process)
            assert len(list((place.folder / "blobs" / "uploads").iterdir())) == 2
            place.set_clock(3 * 24 * 3_600_000)
            place.more, process.moved = {"worker": "yes"}, True
            await process.start()
            await gone(place, place.folder / "blobs")
            running.clock.now = place.now
            await owner.end.sign_in()
            assert await whole(circle, owner, stored) == stored.data
    finally:
        process.stop()
    assert "Traceback" not in process.said()


async def killed_again_and_again(
    circle: Circle, author: Author, stored: Stored, process: Process, kills: int = 3
) -> None:
    """While a part is on its way; whatever part was answered for is there afterwards."""
    random, safe = chance(3), 0
    for _ in range(kills):
        upload, have = await resumed(circle, author, stored)
        assert len(have) >= safe, "a part that was answered for is gone"
        following = len(have) + 1
        sending = asyncio.create_task(put(author, upload, following, stored.part(following)))
        await asyncio.sleep(random.uniform(0, 0.06))
        process.kill()
        try:
            safe = len(have) + ((await sending).status == 200)
        except LOST:
            safe = len(have)
        await process.start()


async def left_behind(circle: Circle, author: Author, process: Process) -> None:
    """One upload is given up, another is killed with the hub: both leave once they have rested too long."""
    given_up, killed = Stored(size=PART + 5), Stored(size=PART + 6)
    upload, _ = await resumed(circle, author, given_up)
    assert (await put(author, upload, 1, given_up.part(1))).status == 200
    assert (await author.end.ask("DELETE", f"/v1/uploads/{raw(upload).hex()}")).status == 204
    upload, _ = await resumed(circle, author, killed)
    assert (await put(author, upload, 1, killed.part(1))).status == 200
    process.kill()


async def gone(place: Place, blobs: Path, seconds: float = 20) -> None:
    """Returns once only the one kept document is there: a row, its file, and the file of its segments."""
    found = (0, 0, 0)
    database = await Database.open(place.database)
    try:
        for _ in range(int(seconds / 0.1)):
            async with database.read() as unit:
                rows = await unit.all(KEPT)
            waiting = list((blobs / "uploads").iterdir())
            objects = [each for each in (blobs / "objects").rglob("*") if each.is_file()]
            found = (len(rows), len(waiting), len(objects))
            if found == (1, 0, 2):
                return
            await asyncio.sleep(0.1)
    finally:
        await database.close()
    raise AssertionError(found)


async def test_a_full_disk_refuses_clearly_and_works_again_once_there_is_room(tmp_path: Path) -> None:
    place = Place(tmp_path / "hub")
    world, circle, owner, friend = await circle_at(place)
    stored, small = Stored(size=2 * PART + 99), Stored(size=3000)
    async with started(place) as process, asked_at(world, process, place):
        upload, _ = await resumed(circle, friend, stored)
        assert (await put(friend, upload, 1, stored.part(1))).status == 200
        process.limit_files(PART + 4096)  # the next part does not fit
        for _ in range(2):
            full = await put(friend, upload, 2, stored.part(2))
            assert (full.status, problem_of(full)) == (507, "no-space")
        assert (await resumed(circle, friend, stored))[1] == [1]
        await completed(circle, friend, small)
        process.limit_files(4096)  # nothing fits any more, the database neither
        unsaid = circle.thread.message(friend)
        for _ in range(3):
            refused = await circle.send(friend, unsaid)
            assert refused.status in (503, 507), refused.body
            assert problem_of(refused) in ("unavailable", "no-space")
        assert (await owner.end.ask("GET", "/v1/circles")).status == 200, "reading goes on"
        process.limit_files(None)
        await circle.post(friend, unsaid)
        await completed(circle, friend, stored)
        assert await whole(circle, owner, stored) == stored.data
    assert "Traceback" not in process.said()


async def test_a_part_that_ends_after_its_upload_was_given_up_leaves_nothing(tmp_path: Path) -> None:
    place, stored, held = Place(tmp_path / "hub"), Stored(size=5000), asyncio.Event()
    async with running_hub(place.settings()) as hub:
        author = worker((await build_world(hub)).vcu)
        circle = await Circle.opened(author)
        upload, _ = await resumed(circle, author, stored)
        where = f"/v1/uploads/{raw(upload).hex()}"

        async def slowly() -> AsyncIterator[bytes]:
            yield stored.data[:-1]
            await held.wait()
            yield stored.data[-1:]

        headers = {"Authorization": f"Bearer {b64(author.end.token or b'')}", "Content-Length": "5000"}
        sending = asyncio.create_task(
            hub.client.put(f"{hub.url}{where}/parts/1", data=slowly(), headers=headers)
        )
        await asyncio.sleep(0.2)
        assert (await author.end.ask("DELETE", where)).status == 204
        await hub.run("documents.drop")
        held.set()
        assert (await sending).status == 404
        left = [each for each in (place.folder / "blobs").rglob("*") if each.is_file()]
        assert left == [], "bytes that no row knows of"


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[tuple[Place, s3.Server]]:
    """A place on an S3 server of its own, which may be taken away."""
    with s3.running() as server:
        asked = server.settings(server.create("documents"))
        where = asked.endpoint.removeprefix("http://")
        blobs = (
            f"s3://{asked.access_key}:{asked.secret_key}@{where}/{asked.bucket}?tls=no&region={asked.region}"
        )
        yield Place(tmp_path / "hub", blobs=blobs), server


@asynccontextmanager
async def streaming(author: Author, given: Answer, start: int) -> AsyncIterator[aiohttp.ClientResponse]:
    """The bytes of a ticket from ``start`` on, as they come."""
    running, token = author.end.running, author.end.token or b""
    url = f"{running.url}/v1/tickets/{raw(given.body['ticket']).hex()}"
    headers = {"Authorization": f"Bearer {b64(token)}", "Range": f"bytes={start}-"}
    async with running.client.get(url, headers=headers) as answer:
        yield answer


async def test_a_store_that_goes_away_is_said_clearly_and_gone_on_with(away: Any) -> None:
    place, server = away
    world, circle, owner, friend = await circle_at(place)
    stored = Stored(size=3 * PART + 77)
    async with started(place) as process, asked_at(world, process, place):
        await only_delayed(server, circle, owner, friend)
        upload, _ = await resumed(circle, friend, stored)
        assert (await put(friend, upload, 1, stored.part(1))).status == 200
        server.stop()
        refused = await put(friend, upload, 2, stored.part(2))
        assert (refused.status, problem_of(refused)) == (503, "unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        await circle.say(owner)  # talking needs no store
        await asyncio.to_thread(server.start)
        upload = await completed(circle, friend, stored)
        await comes_back_halfway(server, circle, owner, stored)
    assert "Traceback" not in process.said()


async def there_again(author: Author, given: Answer, seconds: float = 20) -> None:
    """Returns once the store gives out bytes: a server that answers may not have found its objects yet."""
    for _ in range(int(seconds / 0.2)):
        answer = await fetched(author, given, "0-0")
        if answer.status == 206:
            return
        assert problem_of(answer) == "unavailable"
        await asyncio.sleep(0.2)
    raise AssertionError("the store did not come back")


async def rest(answer: aiohttp.ClientResponse, received: bytearray) -> None:
    """All that still comes."""
    while piece := await answer.content.readany():
        received += piece


async def comes_back_halfway(server: s3.Server, circle: Circle, owner: Author, stored: Stored) -> None:
    """The store goes away while bytes are being read: cut off, never short; then on from there."""
    given = await ticket(circle, owner, stored)
    received = bytearray()
    async with streaming(owner, given, 0) as answer:
        assert answer.status == 200
        received += await answer.content.readexactly(300_000)
        server.stop()
        with pytest.raises(aiohttp.ClientPayloadError):
            await rest(answer, received)
    assert len(received) < stored.size
    while_away = await fetched(owner, given, f"{len(received)}-")
    assert (while_away.status, problem_of(while_away)) == (503, "unavailable")
    await asyncio.to_thread(server.start)
    await there_again(owner, given)
    async with streaming(owner, given, len(received)) as answer:
        assert answer.status == 206
        received += await answer.read()
    assert received == stored.data


async def only_delayed(server: s3.Server, circle: Circle, owner: Author, friend: Author) -> None:
    """The store says nothing for a while: the part waits for it, and nobody else does."""
    stored = Stored(size=2 * PART)
    upload, _ = await resumed(circle, friend, stored)
    assert (await put(friend, upload, 1, stored.part(1))).status == 200
    with server.silent():
        waiting = asyncio.create_task(put(friend, upload, 2, stored.part(2)))
        for _ in range(3):
            await asyncio.wait_for(circle.say(owner), 5)
            await asyncio.sleep(0.5)
        assert not waiting.done()
    assert (await waiting).status == 200
    await completed(circle, friend, stored)
    assert await whole(circle, owner, stored) == stored.data
