"""The listening socket: nobody holds it by being slow, silent or many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from hub.config import Listen
from hub.kernel import server

ANYWHERE = Listen("127.0.0.1", 0)


async def hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server for three connections at a time that waits a fifth of a second for a head."""
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
    app = web.Application()
    app.router.add_get("/", hello)
    runner, site = await server.listen(app, ANYWHERE, connections=3)
    yield site.port
    await runner.cleanup()


async def rest(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(30):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def test_one_who_says_nothing_is_let_go(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await rest(reader) == b""
    writer.close()


async def test_a_head_that_drips_is_let_go(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def drip() -> None:
        for letter in b"GET / HTTP/1.1\r\nHost: " + b"x" * 1000:
            writer.write(bytes([letter]))
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    assert await rest(reader) == b""
    dripping.cancel()
    writer.close()


async def test_one_connection_too_many_is_closed_and_room_comes_back(port: int) -> None:
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    for _, writer in held:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    for reader, _ in held:
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    reader, surplus = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(0.15):
        assert await reader.read() == b""
    surplus.close()
    for each, writer in held:
        await rest(each)
        writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await rest(reader)).endswith(b"hello")
    writer.close()


async def test_two_can_share_a_port_only_when_told_to(port: int) -> None:
    with pytest.raises(OSError, match="in use"):
        await server.listen(web.Application(), Listen("127.0.0.1", port))
