"""Rates on the way in: each route's own counts for itself, and each client by the address its proxy saw."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from multidict import CIMultiDict

from hub.kernel.access import Public, SignedIn
from hub.kernel.caller import Caller
from hub.kernel.feature import Feature
from hub.kernel.limits import Rate
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from storage.database import Database
from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub

WORKER = b"w" * 32


@route("GET", "/v1/open", access=Public(), rate=Rate(3, 60, by="address"))
async def opened(request: Request[None]) -> Reply:
    return Reply()


@route("GET", "/v1/seldom", access=SignedIn(), rate=Rate(1, 3600))
async def seldom(request: Request[None]) -> Reply:
    return Reply()


@route("GET", "/v1/often", access=SignedIn(), rate=Rate(5, 60))
async def often(request: Request[None]) -> Reply:
    return Reply()


FEATURE = Feature("tried", (opened, seldom, often))


async def sessions(database: Database, token: bytes, now: int) -> Caller | None:
    return Caller(token[:16], b"o" * 16, "worker", "partner", b"s" * 16)


@pytest.fixture
async def tried(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """Behind one proxy."""
    settings = small_settings(tmp_path, proxies=1)
    async with running_hub(settings, features=(FEATURE,), sessions=sessions) as running:
        yield running


async def test_what_is_done_often_neither_uses_up_nor_fills_up_what_is_done_seldom(tried: RunningHub) -> None:
    assert (await tried.ask("GET", "/v1/seldom", token=WORKER)).status == 204
    statuses = [(await tried.ask("GET", "/v1/often", token=WORKER)).status for _ in range(6)]
    assert statuses == [204] * 5 + [429]
    tried.clock.move(minutes=2)
    assert (await tried.ask("GET", "/v1/often", token=WORKER)).status == 204
    assert (await tried.ask("GET", "/v1/seldom", token=WORKER)).status == 429


async def test_a_line_of_the_clients_own_before_the_proxys_is_not_believed(tried: RunningHub) -> None:
    statuses = []
    for count in range(4):
        lines = [("X-Forwarded-For", f"10.0.{count}.1"), ("X-Forwarded-For", "203.0.113.9")]
        async with tried.client.get(f"{tried.url}/v1/open", headers=CIMultiDict(lines)) as answer:
            statuses.append(answer.status)
    assert statuses == [204, 204, 204, 429]


async def test_clients_behind_a_proxy_that_writes_ports_are_told_apart(tried: RunningHub) -> None:
    ones = [{"X-Forwarded-For": f"203.0.113.9:{port}"} for port in range(1, 5)]
    statuses = [(await tried.ask("GET", "/v1/open", headers=one)).status for one in ones]
    assert statuses == [204, 204, 204, 429]
    other = {"X-Forwarded-For": "198.51.100.7:443"}
    assert (await tried.ask("GET", "/v1/open", headers=other)).status == 204
