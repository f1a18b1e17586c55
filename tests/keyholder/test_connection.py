"""What comes over the wire is bounded, typed, and from the hub alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web

from hub.notifications.certificates import self_signed
from keyholder import connection as wire
from keyholder.answers import CheckpointNote, Nothing
from keyholder.connection import Connection
from keyholder.errors import Away, BadAnswer, Refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[Connection]:
    """A connection to something that answers so."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with Connection(site.name) as connection:
            yield connection
    finally:
        await runner.cleanup()


def plain(status: int, body: str, media: str = "application/json") -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, content_type=media)

    return handler


@pytest.mark.parametrize(
    "url", ["http://hub.example", "ftp://hub.example", "hub.example", "https://h/?q", "https://"]
)
def test_only_the_address_of_a_hub_will_do(url: str) -> None:
    with pytest.raises(BadAnswer):
        Connection(url)


@pytest.mark.parametrize(
    ("status", "body", "media"),
    [
        (200, "<html>Sign in to this network</html>", "text/html"),
        (200, "{", "application/json"),
        (200, "{}", "application/json"),
        (200, '{"note": 7}', "application/json"),
        (200, '{"note": "' + "x" * 5000 + '"}', "application/json"),
        (302, "", "text/html"),
        (500, "Internal Server Error", "text/plain"),
        (400, "[]", "application/problem+json"),
    ],
)
async def test_anything_but_a_hubs_answer_is_refused(status: int, body: str, media: str) -> None:
    async with answering(plain(status, body, media)) as connection:
        with pytest.raises(BadAnswer):
            await connection.get("/v1/log/checkpoint", CheckpointNote)


async def test_a_redirect_is_never_followed() -> None:
    asked = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        raise web.HTTPFound("/elsewhere")

    async with answering(handler) as connection:
        with pytest.raises(BadAnswer):
            await connection.get("/v1/me", Nothing)
    assert asked == ["/v1/me"]


async def test_an_endless_answer_is_cut_off() -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with suppress(ConnectionError, RuntimeError):
            while sent < 100 * wire.LIMIT:
                await response.write(b" " * 65536)
                sent += 65536
        return response

    async with answering(handler) as connection:
        with pytest.raises(BadAnswer, match="more than"):
            await connection.get("/v1/me", Nothing)
    assert sent < 10 * wire.LIMIT


async def test_a_refusal_is_told_in_the_hubs_words_without_hidden_characters() -> None:
    problem = '{"code": "not-allowed", "title": "You may not", "detail": "Ask\\u202e them.", "reason": "x"}'
    async with answering(plain(403, problem, "application/problem+json")) as connection:
        with pytest.raises(Refused) as refused:
            await connection.get("/v1/me", Nothing)
    assert (refused.value.status, refused.value.code) == (403, "not-allowed")
    assert refused.value.say == "You may not. Ask  them."
    assert refused.value.facts["reason"] == "x"


async def test_only_what_may_be_repeated_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PAUSES", (0, 0))
    bodies: list[bytes] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with answering(handler) as connection:
        with pytest.raises(Away):
            await connection.post("/v1/x", {"a": b"1"}, Nothing)
        assert len(bodies) == 1
        with pytest.raises(Away):
            await connection.post("/v1/x", {"a": b"1"}, Nothing, again=True)
    assert len(bodies) == 1 + wire.TRIES
    assert len(set(bodies)) == 1


async def test_a_hub_that_is_busy_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PAUSES", (0, 0))
    asked = 0

    async def handler(_: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if asked < 3:
            return web.Response(status=503, headers={"Retry-After": "0"})
        return web.json_response({"note": "back"})

    async with answering(handler) as connection:
        assert (await connection.get("/v1/log/checkpoint", CheckpointNote)).note == "back"


async def test_a_stream_that_is_longer_than_asked_for_is_refused() -> None:
    async with answering(plain(206, "x" * 1000, "application/octet-stream")) as connection:
        with pytest.raises(BadAnswer):
            async for _ in connection.stream("/v1/tickets/x", 0, 999):
                pass


async def test_a_hub_over_tls_is_believed_only_with_a_trusted_certificate(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, ["localhost"], ["127.0.0.1"])
    app = web.Application()
    app.router.add_get("/v1/log/checkpoint", plain(200, '{"note": "there"}'))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate.server_context())
    await site.start()
    url = f"https://127.0.0.1:{site.port}"
    try:
        async with Connection(url) as unknown:
            with pytest.raises(Away):
                await unknown.get("/v1/log/checkpoint", CheckpointNote)
        async with Connection(url, ca=certificate.path) as trusting:
            assert (await trusting.get("/v1/log/checkpoint", CheckpointNote)).note == "there"
    finally:
        await runner.cleanup()
