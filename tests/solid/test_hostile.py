"""Clients who mean harm: many, slow, huge and deep. Others hardly notice, and memory stays bounded."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.hub.circles.ends import Author, Circle, worker
from tests.solid.process import Place, Process, asked_at, started, world_at

CROWD = 1000
HOST = "127.0.0.1"
MIB = 1024 * 1024
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[tuple[Process, Circle, Author]]:
    """A hub, and somebody honest who works on it."""
    place = Place(tmp_path / "hub")
    async with world_at(place) as world:
        author = worker(world.vcu)
        circle = await Circle.opened(author)
    async with started(place) as process, asked_at(world, process, place):
        yield process, circle, author
    assert "Traceback" not in process.said()


@asynccontextmanager
async def connected(process: Process, count: int) -> AsyncIterator[list[Ends]]:
    """So many connections, closed at the end."""
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(count):
            reader, writer = await asyncio.open_connection(HOST, process.port)
            stack.callback(writer.close)
            found.append((reader, writer))
        yield found


async def answered(process: Process, sent: bytes, seconds: float = 20) -> bytes:
    """What comes back for those bytes until the hub hangs up, or has said a whole refusal."""
    async with connected(process, 1) as [(reader, writer)]:
        writer.write(sent)
        try:
            async with asyncio.timeout(seconds):
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                return head + await reader.readexactly(length)
        except (ConnectionError, asyncio.IncompleteReadError):
            return b""


def refused(answer: bytes, *statuses: int) -> None:
    """A problem document with one of these statuses, or a connection closed without a word."""
    if not answer:
        return
    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head[9:12]) in statuses, answer[:500]
    assert b"application/problem+json" in head, answer[:500]
    assert json.loads(body)["status"] == int(head[9:12])


async def test_a_thousand_who_only_hold_on_leave_room_for_others(
    busy: tuple[Process, Circle, Author],
) -> None:
    process, circle, author = busy
    await circle.say(author)
    before = process.memory()
    async with connected(process, CROWD) as held:
        for number, (_, writer) in enumerate(held):
            writer.write(slow_start(number))
        slowest = 0.0
        for _ in range(20):
            began = time.monotonic()
            await circle.say(author)
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 5
        assert process.memory() - before < 64 * MIB, "a connection that does nothing costs too much"
    for _ in range(100):
        if process.memory() and len(open_sockets(process)) < 50:
            break
        await asyncio.sleep(0.1)
    assert len(open_sockets(process)) < 50, "they are still there after they left"
    await circle.say(author)


def slow_start(number: int) -> bytes:
    """Nothing, half a head, or a head and half a body."""
    if number % 3 == 0:
        return b""
    if number % 3 == 1:
        return b"POST /v1/sign-in/start HTTP/1.1\r\nHost: x\r\nX-Slow: "
    return (
        b"POST /v1/sign-in/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b'Content-Length: 50000\r\n\r\n{"address": "'
    )


def open_sockets(process: Process) -> list[str]:
    """The sockets a process has."""
    found = []
    for each in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            found.append(str(each.readlink()))
        except OSError:
            continue
    return [name for name in found if name.startswith("socket:")]


async def test_more_connections_than_there_is_room_for_are_closed_and_room_comes_back(tmp_path: Path) -> None:
    place = Place(tmp_path / "hub", more={"connections": 64})
    async with started(place) as process:
        async with connected(process, 200) as held:
            closed = 0
            for reader, _ in held:
                try:
                    async with asyncio.timeout(0.05):
                        closed += await reader.read(1) == b""
                except TimeoutError:
                    continue
                except ConnectionError:
                    closed += 1
            assert 200 - closed <= 64
        for _ in range(50):
            if (await answered(process, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")).startswith(
                b"HTTP/1.1 200"
            ):
                return
            await asyncio.sleep(0.1)
        raise AssertionError("no room came back")


def head(*lines: bytes) -> bytes:
    return (
        b"POST /v1/sign-in/start HTTP/1.1\r\nHost: x\r\n"
        + b"".join(line + b"\r\n" for line in lines)
        + b"\r\n"
    )


JSON = b"Content-Type: application/json"


async def test_what_is_no_sensible_request_is_refused_and_never_repeated(
    busy: tuple[Process, Circle, Author],
) -> None:
    process, circle, author = busy
    marker = b"marker-4711"
    sent = {
        b"\x00\xff" + marker + b"\r\n\r\n": (400,),
        b"\x16\x03\x01\x02\x00\x01\x00" + marker * 40: (400,),
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n": (400, 404, 505),
        b"GET /" + marker * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n": (400, 414),
        b"A" * 70_000 + b" / HTTP/1.1\r\n\r\n": (400,),
        head(b"X-Much: " + marker * 1000): (400, 431),
        head(*[b"X-Many: 1"] * 5000): (400, 431),
        head(JSON, b"Content-Length: -1"): (400,),
        head(JSON, b"Content-Length: 99999999999999999999"): (400, 413),
        head(JSON, b"Content-Length: 5", b"Content-Length: 6") + b"{}{}{}": (400,),
        head(JSON, b"Content-Length: 4", b"Transfer-Encoding: chunked") + b"0\r\n\r\n": (400,),
        head(JSON, b"Transfer-Encoding: chunked") + b"zz\r\n" + marker + b"\r\n": (400,),
        head(JSON, b"Transfer-Encoding: chunked") + b"ffffffff\r\n" + b"x" * 200_000: (413,),
        head(JSON, b"Content-Length: 60000") + b"[" * 60_000: (413,),
        head(JSON, b"Content-Length: 1000") + b"[" * 1000: (400,),
        head(JSON, b"Content-Length: 2", b"Content-Encoding: gzip") + b"{}": (415,),
        head(JSON, b"Authorization: Bearer " + b"A" * 3000, b"Content-Length: 2") + b"{}": (400,),
    }
    for request, statuses in sent.items():
        answer = await answered(process, request)
        refused(answer, *statuses)
        assert marker not in answer
    await circle.say(author)
