"""Alive, ready, busy: three plain answers that name no one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.config import Settings
from hub.kernel.context import Hub
from hub.kernel.feature import Feature
from storage.database import Unavailable
from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub


async def test_a_running_hub_is_alive_and_ready(hub: RunningHub) -> None:
    assert (await hub.ask("GET", "/healthz")).body == {"alive": True}
    answer = await hub.ask("GET", "/readyz")
    assert (answer.status, answer.body) == (
        200,
        {"ready": True, "database": True, "blobs": True, "migrations": True},
    )


async def test_a_hub_without_its_blobs_is_alive_and_not_ready(
    small_hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(key: str) -> int:
        raise Unavailable("10.0.0.9 is down")

    monkeypatch.setattr(small_hub.blobs, "size", away)
    answer = await small_hub.ask("GET", "/readyz")
    assert (answer.status, answer.body) == (
        503,
        {"ready": False, "database": True, "blobs": False, "migrations": True},
    )
    assert (await small_hub.ask("GET", "/healthz")).status == 200


async def test_a_hub_behind_its_migrations_is_not_ready(
    small_hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.kernel.health._newest", lambda: "a later step")
    answer = await small_hub.ask("GET", "/readyz")
    assert (answer.status, answer.body["migrations"], answer.body["database"]) == (503, False, True)


async def test_numbers_are_off_unless_switched_on(small_hub: RunningHub) -> None:
    assert (await small_hub.ask("GET", "/metrics")).status == 404


async def test_numbers_know_routes_and_statuses_alone(tmp_path: Path) -> None:
    async with running_hub(small_settings(tmp_path, metrics="yes")) as running:
        await running.ask("GET", "/healthz")
        await running.ask("GET", "/who/is/this")
        text = (await running.ask("GET", "/metrics")).body.decode()
    assert 'kith_requests_total{method="GET",route="/healthz",status="2xx"} 1.0' in text
    assert 'kith_requests_total{method="GET",route="/{path}",status="4xx"} 1.0' in text
    assert "who" not in text
    assert "kith_listeners 0.0" in text


async def test_a_feature_keeps_a_part_while_the_hub_runs(tmp_path: Path) -> None:
    order: list[str] = []

    class Part:
        pass

    @asynccontextmanager
    async def start(hub: Hub) -> AsyncIterator[Part]:
        order.append("part made")
        yield Part()
        order.append("part put down")

    @asynccontextmanager
    async def second(hub: Hub) -> AsyncIterator[str]:
        hub.part(Part)
        order.append("second made")
        yield "second"
        order.append("second put down")

    settings: Settings = small_settings(tmp_path)
    features = (Feature("one", start=start), Feature("between"), Feature("two", start=second))
    async with running_hub(settings, features=features) as running:
        assert isinstance(running.hub.part(Part), Part)
        with pytest.raises(LookupError):
            running.hub.part(int)
    assert order == ["part made", "second made", "second put down", "part put down"]
