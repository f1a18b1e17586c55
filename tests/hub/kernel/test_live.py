"""Live events: everyone who may know is told at once; nobody who does not keep up holds the others."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from aiohttp import web

from hub.kernel import live
from hub.kernel.access import SignedIn
from hub.kernel.bridge import Bridge
from hub.kernel.caller import Caller
from hub.kernel.feature import Feature
from hub.kernel.live import Event
from hub.kernel.requests import Request
from hub.kernel.routes import route
from storage.database import Database
from storage.s3 import S3Settings
from tests.hub.conftest import large_settings, small_settings
from tests.hub.running import RunningHub, running_hub

CIRCLE, HIDDEN = b"c" * 16, b"h" * 16
ORGANISATION, OTHER = b"o" * 16, b"x" * 16
WORKER = b"w" * 16


@route("GET", "/v1/events", access=SignedIn(), raw=True)
async def events(request: Request[None]) -> web.StreamResponse:
    caller = request.caller
    return await request.hub.live.stream(
        request.web,
        worker=caller.worker,
        audiences=(caller.organisation, caller.worker),
        may_see=lambda topic: topic != HIDDEN,
    )


FEATURE = Feature("live", (events,))


async def sessions(database: Database, token: bytes, now: int) -> Caller | None:
    """The first letter is the organisation, the rest the worker."""
    return Caller(token[16:], token[:16], "worker", "vcu", b"s" * 16)


TOKEN = ORGANISATION + WORKER


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    async with running_hub(small_settings(tmp_path), features=(FEATURE,), sessions=sessions) as running:
        yield running


class Stream:
    """One open stream, read event by event."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def next(self) -> str:
        """The next event's text; '' at the end."""
        async with asyncio.timeout(30):
            lines: list[str] = []
            while line := (await self.answer.content.readline()).decode():
                if line == "\n":
                    return "".join(lines)
                lines.append(line)
            return ""


@asynccontextmanager
async def listening(hub: RunningHub, token: bytes = TOKEN) -> AsyncIterator[Stream]:
    headers = {"Authorization": "Bearer " + b64encode(token).decode()}
    async with hub.client.get(hub.url + "/v1/events", headers=headers) as answer:
        assert answer.status == 200
        stream = Stream(answer)
        assert await stream.next() == "retry: 3000\n"
        assert await stream.next() == ": hello\n"
        before = len(hub.hub.live)
        while len(hub.hub.live) < max(before, 1):
            await asyncio.sleep(0)
        yield stream


def told(seq: int, topic: bytes = CIRCLE) -> str:
    return f'event: circle\ndata: {{"topic":"{topic.hex()}","seq":{seq}}}\n'


async def test_members_are_told_and_others_are_not(hub: RunningHub) -> None:
    async with listening(hub) as member, listening(hub, OTHER + b"y" * 16) as stranger:
        hub.hub.live.publish(Event("circle", CIRCLE, 1, (ORGANISATION,)))
        hub.hub.live.publish(Event("circle", CIRCLE, 2, (OTHER,)))
        hub.hub.live.publish(Event("circle", CIRCLE, 3, (ORGANISATION, OTHER)))
        assert [await member.next(), await member.next()] == [told(1), told(3)]
        assert [await stranger.next(), await stranger.next()] == [told(2), told(3)]


async def test_one_in_two_audiences_is_told_once(hub: RunningHub) -> None:
    async with listening(hub) as member:
        hub.hub.live.publish(Event("circle", CIRCLE, 1, (ORGANISATION, WORKER)))
        hub.hub.live.publish(Event("circle", CIRCLE, 2, (ORGANISATION,)))
        assert [await member.next(), await member.next()] == [told(1), told(2)]


async def test_what_a_caller_may_see_is_asked_for_every_event(hub: RunningHub) -> None:
    async with listening(hub) as member:
        hub.hub.live.publish(Event("circle", HIDDEN, 1, (ORGANISATION,)))
        hub.hub.live.publish(Event("circle", CIRCLE, 2, (ORGANISATION,)))
        assert await member.next() == told(2)


async def failing_unit(hub: RunningHub, event: Event) -> None:
    async with hub.database.write() as unit:
        unit.after_commit(lambda: hub.hub.live.publish(event))
        raise LookupError


async def test_an_event_comes_only_after_its_commit(hub: RunningHub) -> None:
    event = Event("circle", CIRCLE, 1, (ORGANISATION,))
    async with listening(hub) as member:
        with pytest.raises(LookupError):
            await failing_unit(hub, event)
        async with hub.database.write() as unit:
            unit.after_commit(lambda: hub.hub.live.publish(Event("circle", CIRCLE, 2, (ORGANISATION,))))
        assert await member.next() == told(2)


async def test_a_worker_signed_out_hears_nothing_more(hub: RunningHub) -> None:
    async with listening(hub) as member, listening(hub, ORGANISATION + b"z" * 16) as colleague:
        hub.hub.live.close_worker(WORKER)
        assert await member.next() == ""
        hub.hub.live.publish(Event("circle", CIRCLE, 1, (ORGANISATION,)))
        assert await colleague.next() == told(1)


async def test_streams_are_bounded_for_each_worker_and_closed_ones_do_not_count(hub: RunningHub) -> None:
    for _ in range(live.PER_WORKER + 2):
        async with listening(hub):
            pass
    open_ones = [listening(hub) for _ in range(live.PER_WORKER)]
    for one in open_ones:
        await one.__aenter__()
    answer = await hub.ask("GET", "/v1/events", token=TOKEN)
    assert (answer.status, answer.body["code"]) == (429, "too-many")
    for one in open_ones:
        await one.__aexit__(None, None, None)


async def test_one_who_does_not_keep_up_is_let_go_with_a_word(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "FLUSH_SECONDS", 0.2)
    async with listening(hub) as quick, listening(hub, ORGANISATION + b"z" * 16):
        _, writer = await asyncio.open_connection("127.0.0.1", int(hub.url.rpartition(":")[2]), limit=2**10)
        token = "b29vb29vb29vb29vb29vb3Nzc3Nzc3Nzc3Nzc3Nzc3M="
        writer.write(f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        while len(hub.hub.live) < 3:
            await asyncio.sleep(0.01)
        sent = 0
        while len(hub.hub.live) == 3 and sent < 200_000:
            sent += 1
            hub.hub.live.publish(Event("circle", CIRCLE, sent, (b"s" * 16,)))
            if sent % 1000 == 0:
                await asyncio.sleep(0)
        while len(hub.hub.live) == 3:
            await asyncio.sleep(0.01)
        hub.hub.live.publish(Event("circle", CIRCLE, 1, (ORGANISATION,)))
        assert await quick.next() == told(1)
        writer.close()


async def test_a_quiet_line_shows_that_it_is_alive(tmp_path: Path) -> None:
    async with running_hub(small_settings(tmp_path), features=(FEATURE,), sessions=sessions) as running:
        running.hub.live._heartbeat = 0.01
        beat = asyncio.create_task(running.hub.live.beat())
        async with listening(running) as stream:
            assert await stream.next() == ": still here\n"
        beat.cancel()


async def test_a_hub_that_stops_ends_its_streams(tmp_path: Path) -> None:
    hub = running_hub(small_settings(tmp_path), features=(FEATURE,), sessions=sessions)
    running = await hub.__aenter__()
    async with aiohttp.ClientSession() as client:
        headers = {"Authorization": f"Bearer {b64encode(TOKEN).decode()}"}
        answer = await client.get(running.url + "/v1/events", headers=headers)
        async with asyncio.timeout(30):
            await hub.__aexit__(None, None, None)
            assert (await answer.read()).startswith(b"retry: 3000")


async def test_many_listeners_hear_soon(hub: RunningHub) -> None:
    heard = 0
    done = asyncio.Event()

    class Socket(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(
                b"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % next(tokens)
            )

        def data_received(self, data: bytes) -> None:
            nonlocal heard
            heard += data.count(b"event: circle")
            if heard == 400:
                done.set()

    tokens = (b64encode(ORGANISATION + number.to_bytes(16, "big")) for number in range(400))
    port = int(hub.url.rpartition(":")[2])
    loop = asyncio.get_running_loop()
    sockets = [(await loop.create_connection(Socket, "127.0.0.1", port))[0] for _ in range(400)]
    while len(hub.hub.live) < 400:
        await asyncio.sleep(0.01)
    hub.hub.live.publish(Event("circle", CIRCLE, 1, (ORGANISATION,)))
    async with asyncio.timeout(10):
        await done.wait()
    for transport in sockets:
        transport.close()


async def test_two_hubs_on_postgresql_tell_each_other(
    tmp_path: Path, postgresql_url: str, s3_settings: S3Settings
) -> None:
    settings = large_settings(tmp_path, postgresql_url, s3_settings)
    async with (
        running_hub(settings, features=(FEATURE,), sessions=sessions) as one,
        running_hub(settings, features=(FEATURE,), sessions=sessions) as two,
    ):
        # Once connected a hub tells its listeners to look again: later ones hear only what happens.
        for running in (one, two):
            await asyncio.wait_for(running.hub.part(Bridge).connected.wait(), 30)
        woken = two.hub.wakes.event("mail.send")
        many = tuple(number.to_bytes(16, "big") for number in range(150))
        async with listening(one) as near, listening(two) as far:
            one.hub.live.publish(Event("circle", CIRCLE, 1, (*many, ORGANISATION)))
            one.hub.wakes.wake("mail.send")
            await asyncio.wait_for(woken.wait(), 30)
            assert await far.next() == told(1)
            one.hub.live.close_worker(WORKER)
            assert await far.next() == ""
            assert [await near.next(), await near.next()] == [told(1), ""]


async def test_a_broken_line_between_hubs_is_mended_and_listeners_look_again(
    tmp_path: Path, postgresql_url: str, s3_settings: S3Settings
) -> None:
    settings = large_settings(tmp_path, postgresql_url, s3_settings)
    async with running_hub(settings, features=(FEATURE,), sessions=sessions) as running:
        bridge = running.hub.part(Bridge)
        await asyncio.wait_for(bridge.connected.wait(), 30)
        async with listening(running) as stream:
            breaker = await asyncpg.connect(postgresql_url)
            await breaker.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"
            )
            await breaker.close()
            assert await stream.next() == "event: resync\ndata: {}\n"
            assert bridge.connected.is_set()
