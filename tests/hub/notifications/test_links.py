"""The link in a mail: personal, followed only after signing in, not to be used up by a scanner."""

from __future__ import annotations

import base64
import hashlib
import re

import aiohttp
import pytest
from sqlalchemy import bindparam, select

from hub.config import Settings
from storage.database import Row
from storage.tables.notifications import mails
from tests.hub.build import End, HubWorld, build_world
from tests.hub.notifications.conftest import CIRCLE, Mailing, words_of
from tests.hub.web.conftest import FILES, INDEX, build_app

ALL_MAILS = select(mails)
LINK_STATE = select(mails).where(
    mails.c.token_hash == bindparam("token_hash"), mails.c.worker == bindparam("worker")
)


@pytest.fixture(autouse=True)
def app(hub_settings: Settings) -> None:
    """The hub of each test has the web app."""
    build_app(hub_settings.web, FILES)


async def mailed(mailing: Mailing) -> tuple[HubWorld, str]:
    """A world, and the path of the link mailed to the charity's worker."""
    world = await build_world(mailing.hub)
    await mailing.send(minutes=6)
    mailing.hub.clock.move(days=1)
    await mailing.queue(worker=world.charity.worker.id, organisation=world.charity.id, seq=5)
    await mailing.queue(worker=world.charity.worker.id, organisation=world.charity.id, seq=9)
    [mail] = await mailing.send(minutes=6)
    await world.charity.worker.sign_in()
    found = re.search(r"/go/([0-9a-f]{64})", words_of(mail))
    assert found
    return world, found[1]


async def follow(end: End, token: str) -> object:
    body = {"token": base64.b64encode(bytes.fromhex(token)).decode()}
    answer = await end.ask("POST", "/v1/links/follow", body)
    return answer.body if answer.status == 200 else answer.status


async def place_circle(mailing: Mailing, organisation: bytes) -> None:
    from hub.circles import queries as circles

    async with mailing.hub.database.write() as unit:
        await unit.run(
            circles.PUT_PLACE, circle=CIRCLE, organisation=organisation, standing="member", activity=1,
            invite_hash=None, invite_seq=None, invited_at=None, answer_due=None,
        )  # fmt: skip


async def link_row(mailing: Mailing, token: str, worker: bytes) -> Row | None:
    async with mailing.hub.database.read() as unit:
        hashed = hashlib.sha256(bytes.fromhex(token)).digest()
        return await unit.one(LINK_STATE, token_hash=hashed, worker=worker)


async def test_a_scanner_that_opens_it_ten_times_uses_nothing_up(mailing: Mailing) -> None:
    world, token = await mailed(mailing)
    await place_circle(mailing, world.charity.id)
    pages = set()
    async with aiohttp.ClientSession() as scanner:
        for method in ("GET", "HEAD") * 5:
            async with scanner.request(method, f"{mailing.hub.url}/go/{token}") as answer:
                assert answer.status == 200
                pages.add(await answer.read())
    row = await link_row(mailing, token, world.charity.worker.id)
    assert row is not None
    assert row.followed_at is None
    followed = await follow(world.charity.worker, token)
    assert followed == {
        "place": {"kind": "circle", "id": base64.b64encode(CIRCLE).decode(), "seq": 5},
        "expired": False,
    }
    row = await link_row(mailing, token, world.charity.worker.id)
    assert row is not None
    assert row.followed_at == mailing.hub.clock.now
    assert await follow(world.charity.worker, token) == followed, "and again"


async def test_the_page_is_the_same_for_a_link_that_never_was(mailing: Mailing) -> None:
    _, token = await mailed(mailing)
    known = await mailing.hub.ask("GET", f"/go/{token}")
    unknown = await mailing.hub.ask("GET", f"/go/{'0' * 64}")
    odd = await mailing.hub.ask("GET", "/go/what-is-this")
    assert known.body == unknown.body == odd.body == INDEX
    assert known.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Set-Cookie" not in known.headers
    policy = known.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


async def test_it_is_nobody_elses(mailing: Mailing) -> None:
    world, token = await mailed(mailing)
    await world.charity.manager.sign_in()
    await world.vcu.worker.sign_in()
    assert await follow(world.charity.manager, token) == 404
    assert await follow(world.vcu.worker, token) == 404
    stranger = End(mailing.hub, world.vcu.house, world.vcu.worker.person, "x", "y", token=bytes(32))
    assert await follow(stranger, token) == 401


async def test_an_old_link_still_leads_there_and_says_that_it_is_old(mailing: Mailing) -> None:
    world, token = await mailed(mailing)
    await place_circle(mailing, world.charity.id)
    mailing.hub.clock.move(days=15)
    await world.charity.worker.sign_in()
    followed = await follow(world.charity.worker, token)
    assert isinstance(followed, dict)
    assert followed["expired"] is True
    assert followed["place"]["kind"] == "circle"


async def test_a_circle_that_the_organisation_left_is_no_place_any_more(mailing: Mailing) -> None:
    world, token = await mailed(mailing)
    followed = await follow(world.charity.worker, token)
    assert followed == {"place": {"kind": "today", "id": None, "seq": None}, "expired": False}


async def test_the_database_holds_no_token(mailing: Mailing) -> None:
    _, token = await mailed(mailing)
    async with mailing.hub.database.read() as unit:
        rows = await unit.all(ALL_MAILS)
    assert rows
    stored = b"".join(value for row in rows for value in row if isinstance(value, bytes))
    assert bytes.fromhex(token) not in stored
    assert hashlib.sha256(bytes.fromhex(token)).digest() in stored
