"""A request's way through the kernel: rate, session, access, body, handler, answer."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from aiohttp import web

from hub.kernel.access import Manager, Member, Operator, Public, SignedIn
from hub.kernel.bodies import chunks
from hub.kernel.caller import Caller
from hub.kernel.dispatch import rendered
from hub.kernel.feature import Feature
from hub.kernel.limits import Rate
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from hub.kernel.schemas import Input, Output
from hub.kernel.streams import send
from storage.database import Database
from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub

CIRCLE = bytes(range(16))


class Said(Input):
    words: Annotated[str, msgspec.Meta(max_length=20)]
    key: bytes = b""


class Heard(Output):
    words: str
    circle: bytes
    number: int
    who: bytes


@route("POST", "/v1/circles/{circle:id}/{number:int}", access=Member(), body=Said, limit=200)
async def say(request: Request[Said]) -> Reply:
    heard = Heard(
        words=request.body.words,
        circle=request.id("circle"),
        number=request.number("number"),
        who=request.caller.worker,
    )
    return Reply(heard, status=201, headers={"Location": "/v1/here"})


@route("GET", "/v1/open", access=Public(), rate=Rate(3, 60, by="address"))
async def opened(request: Request[None]) -> Reply:
    after = request.query_number("after", 7, low=1, high=100)
    state = request.query_word("state", "open", frozenset({"open", "closed"}))
    return Reply(
        f"{after} {state} {request.query_bytes('before')!r} {request.who}".encode(), media="text/plain"
    )


@route("GET", "/v1/nothing", access=SignedIn())
async def nothing(request: Request[None]) -> Reply:
    return Reply()


@route("GET", "/v1/managers", access=Manager())
async def managers(request: Request[None]) -> Reply:
    return Reply()


@route("GET", "/v1/police", access=Member(kinds=frozenset({"police"})))
async def police(request: Request[None]) -> Reply:
    return Reply()


@route("GET", "/v1/operator", access=Operator())
async def operator(request: Request[None]) -> Reply:
    return Reply()


@route("GET", "/v1/twice", access=SignedIn(), rate=Rate(2, 60))
async def twice(request: Request[None]) -> Reply:
    return Reply()


@route("PUT", "/v1/upload", access=Public(), raw=True)
async def upload(request: Request[None]) -> web.StreamResponse:
    size = 0
    async for chunk in chunks(request.web, 100_000, stall=0.2):
        size += len(chunk)
    return rendered(Reply(str(size).encode()))


@route("GET", "/v1/download", access=Public(), raw=True)
async def download(request: Request[None]) -> web.StreamResponse:
    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        if request.web.query.get("fail"):
            raise RuntimeError("the store broke")
        yield b"two"

    return await send(request.web, body(), length=6)


FEATURE = Feature("tried", (say, opened, nothing, managers, police, operator, twice, upload, download))

CALLERS = {
    b"w" * 32: Caller(b"w" * 16, b"o" * 16, "worker", "partner", b"s" * 16),
    b"m" * 32: Caller(b"m" * 16, b"o" * 16, "manager", "vcu", b"s" * 16),
    b"p" * 32: Caller(b"p" * 16, b"o" * 16, "worker", "police", b"s" * 16),
    b"n" * 32: Caller(b"n" * 16, b"", "", "", b"s" * 16),
    b"r" * 32: Caller(b"r" * 16, b"", "", "", b"s" * 16, operator=True),
}
WORKER, MANAGER, POLICE, NEWCOMER, OPERATOR = CALLERS


async def sessions(database: Database, token: bytes, now: int) -> Caller | None:
    return CALLERS.get(token)


@pytest.fixture
def lines() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
async def tried(tmp_path: Path, lines: io.StringIO) -> AsyncIterator[RunningHub]:
    settings = small_settings(tmp_path)
    async with running_hub(settings, features=(FEATURE,), sessions=sessions, request_log=lines) as running:
        yield running


async def test_a_body_is_decoded_ids_are_bytes_and_the_answer_is_json(tried: RunningHub) -> None:
    answer = await tried.ask("POST", f"/v1/circles/{CIRCLE.hex()}/12", Said(words="hello"), token=WORKER)
    assert answer.status == 201
    assert answer.headers["Location"] == "/v1/here"
    assert answer.headers["Content-Type"] == "application/json"
    assert msgspec.convert(answer.body, Heard) == Heard(
        words="hello", circle=CIRCLE, number=12, who=b"w" * 16
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("0a" * 16 + "/7", 401),
        ("0a" * 16 + "/0", 401),
        ("0A" * 16 + "/7", 404),
        ("0a" * 17 + "/7", 404),
        ("0a" * 16 + "/07", 404),
        ("0a" * 16 + "/-1", 404),
        ("0a" * 16 + "/" + "9" * 16, 404),
    ],
)
async def test_ids_and_numbers_of_another_shape_have_no_address(
    tried: RunningHub, path: str, status: int
) -> None:
    assert (await tried.ask("POST", f"/v1/circles/{path}", b"")).status == status


async def test_nothing_is_answered_with_nothing(tried: RunningHub) -> None:
    answer = await tried.ask("GET", "/v1/nothing", token=NEWCOMER)
    assert (answer.status, answer.body) == (204, b"")


async def test_every_answer_carries_the_security_headers(tried: RunningHub) -> None:
    for path in ("/healthz", "/v1/download", "/v1/nothing", "/not/there"):
        headers = (await tried.ask("GET", path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Server"] == "kith"
        assert "Strict-Transport-Security" not in headers


async def test_a_hub_on_https_says_so_for_a_year(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, public_url="https://hub.example")
    async with running_hub(settings, features=()) as running:
        assert (
            "max-age=31536000" in (await running.ask("GET", "/healthz")).headers["Strict-Transport-Security"]
        )


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/v1/nothing", None, 401),
        ("/v1/nothing", b"x" * 32, 401),
        ("/v1/nothing", b"w" * 31, 401),
        ("/v1/nothing", NEWCOMER, 204),
        ("/v1/managers", WORKER, 403),
        ("/v1/managers", NEWCOMER, 403),
        ("/v1/managers", MANAGER, 204),
        ("/v1/police", WORKER, 403),
        ("/v1/police", POLICE, 204),
        ("/v1/operator", MANAGER, 403),
        ("/v1/operator", OPERATOR, 204),
    ],
)
async def test_only_those_declared_get_in(
    tried: RunningHub, path: str, token: bytes | None, status: int
) -> None:
    answer = await tried.ask("GET", path, token=token)
    assert answer.status == status
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer é", "Bearer " + "!" * 44, "x" * 500])
async def test_an_odd_authorization_is_no_session(tried: RunningHub, header: str) -> None:
    answer = await tried.ask("GET", "/v1/nothing", headers={"Authorization": header})
    assert (answer.status, answer.body["code"]) == (401, "not-signed-in")


@pytest.mark.parametrize(
    ("body", "status", "code", "hint"),
    [
        (b"{", 400, "malformed", "truncated"),
        (b"", 400, "malformed", ""),
        (b'{"words": 5}', 400, "malformed", "$.words"),
        (b'{"words": "x", "more": 1}', 400, "malformed", "more"),
        (b'{"words": "' + b"x" * 21 + b'"}', 400, "malformed", "$.words"),
        (b'{"words": "x", "key": "%%"}', 400, "malformed", "$.key"),
        (b"[" * 190, 400, "malformed", ""),
        (b'{"words": "\xff"}', 400, "malformed", ""),
        (b'{"words": "x"}' + b" " * 200, 413, "too-large", ""),
    ],
)
async def test_a_bad_body_is_refused_with_the_place_that_does_not_fit(
    tried: RunningHub, body: bytes, status: int, code: str, hint: str
) -> None:
    path, headers = f"/v1/circles/{CIRCLE.hex()}/1", {"Content-Type": "application/json"}
    answer = await tried.ask("POST", path, body, token=WORKER, headers=headers)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert hint in answer.body.get("detail", "")


async def test_only_plain_json_is_read(tried: RunningHub) -> None:
    path = f"/v1/circles/{CIRCLE.hex()}/1"
    for headers in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json", "Content-Encoding": "br"},
    ):
        answer = await tried.ask("POST", path, b'{"words": "x"}', token=WORKER, headers=headers)
        assert (answer.status, answer.body["code"]) == (415, "wrong-media")


async def test_the_caller_is_checked_before_the_body_is_read(tried: RunningHub) -> None:
    answer = await tried.ask("POST", f"/v1/circles/{CIRCLE.hex()}/1", b"not json")
    assert answer.status == 401


async def test_what_stands_after_the_question_mark_is_bounded(tried: RunningHub) -> None:
    good = await tried.ask("GET", f"/v1/open?after=9&state=closed&before={CIRCLE.hex()}")
    assert good.body == f"9 closed {CIRCLE!r} None".encode()
    for query in ("after=0", "after=101", "after=9999999999999999999", "after=²", "state=ajar", "before=0A"):
        tried.clock.move(minutes=1)
        answer = await tried.ask("GET", f"/v1/open?{query}")
        assert (answer.status, answer.body["code"]) == (400, "malformed")


async def test_too_many_from_one_address_wait_and_others_are_not_touched(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, proxies=1)
    async with running_hub(settings, features=(FEATURE,), sessions=sessions) as running:
        one, other = {"X-Forwarded-For": "9.9.9.9"}, {"X-Forwarded-For": "8.8.8.8"}
        answers = [await running.ask("GET", "/v1/open", headers=one) for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].headers["Retry-After"] == "20"
        assert answers[-1].body["retry_after"] == 20
        assert (await running.ask("GET", "/v1/open", headers=other)).status == 200
        running.clock.move(seconds=20)
        assert (await running.ask("GET", "/v1/open", headers=one)).status == 200


async def test_accounts_behind_one_address_do_not_block_each_other(tried: RunningHub) -> None:
    statuses = [(await tried.ask("GET", "/v1/twice", token=WORKER)).status for _ in range(3)]
    assert statuses == [204, 204, 429]
    assert (await tried.ask("GET", "/v1/twice", token=MANAGER)).status == 204


async def test_an_upload_is_bounded_in_bytes(tried: RunningHub) -> None:
    assert (await tried.ask("PUT", "/v1/upload", b"x" * 100_000)).body == b"100000"
    assert (await tried.ask("PUT", "/v1/upload", b"x" * 100_001)).status == 413

    async def dripped() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 10_000

    async with tried.client.put(tried.url + "/v1/upload", data=dripped()) as answer:
        assert answer.status == 413


async def test_an_upload_that_stalls_is_cut_off(tried: RunningHub) -> None:
    text = await raw(tried, b"PUT /v1/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    assert text.startswith(b"HTTP/1.1 408")
    assert b'"code":"too-slow"' in text


async def test_a_slow_body_is_cut_off(tried: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.kernel.dispatch.read_json.__defaults__", (0.1,))
    head = f"POST /v1/circles/{CIRCLE.hex()}/1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    token = "Authorization: Bearer d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=\r\n"
    text = await raw(tried, f"{head}{token}Content-Length: 20\r\n\r\n{{".encode())
    assert text.startswith(b"HTTP/1.1 408")
    assert b"Connection: close" in text


async def test_a_download_that_fails_half_way_is_cut_off_not_padded(tried: RunningHub) -> None:
    assert (await tried.ask("GET", "/v1/download")).body == b"onetwo"
    text = await raw(tried, b"GET /v1/download?fail=1 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert text.endswith(b"\r\n\r\none") or text == b""


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nLong: " + b"x" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"\x16\x03\x01\x00\x05hello\r\n\r\n",
    ],
)
async def test_a_head_that_is_too_long_or_no_head_at_all_is_refused(tried: RunningHub, head: bytes) -> None:
    text = await raw(tried, head)
    assert text.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert b"Traceback" not in text


async def test_one_line_for_each_request_says_nothing_of_anyone(
    tried: RunningHub, lines: io.StringIO
) -> None:
    secret = CIRCLE.hex()
    await tried.ask("POST", f"/v1/circles/{secret}/12?q=Ada", Said(words="Lovelace"), token=WORKER)
    await tried.ask("GET", "/v1/elsewhere/Ada")
    await tried.ask("PROPFIND", "/v1/open")
    async with asyncio.timeout(30):
        while lines.getvalue().count("\n") < 3:
            await asyncio.sleep(0.01)
    made = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["method"], line["route"], line["status"]) for line in made] == [
        ("POST", "/v1/circles/{circle}/{number}", 201),
        ("GET", "-", 404),
        ("other", "-", 405),
    ]
    assert made[0]["at"].startswith("2026-11-18T")
    for word in (secret, "Ada", "Lovelace", "127.0.0.1", (b"w" * 16).hex(), "d3d3", "q="):
        assert word not in lines.getvalue()


async def raw(hub: RunningHub, sent: bytes) -> bytes:
    """Send bytes as they are and read until the hub closes or refuses."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(hub.url.rpartition(":")[2]))
    writer.write(sent)
    text = b""
    try:
        async with asyncio.timeout(30):
            while chunk := await reader.read(65536):
                text += chunk
                if b"HTTP/1.1 4" in text and b"}" in text:
                    break
    except (TimeoutError, ConnectionError):
        pass
    writer.close()
    return text
