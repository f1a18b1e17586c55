"""A victim's referral gets through, whatever others have sent before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from hub.kernel.limits import Rate
from hub.referrals import service
from tests.hub.build import HubWorld, build_world, raw
from tests.hub.conftest import small_settings
from tests.hub.referrals.test_letters import fetch, send, written
from tests.hub.running import RunningHub, running_hub


async def refer_from(hub: RunningHub, world: HubWorld, address: str, receiver: bytes | None = None) -> int:
    """Send an unsigned referral from a client address; the answer's status."""
    changed: dict[str, Any] = {} if receiver is None else {"receiver": receiver}
    letter = written(world.vcu, hub.clock.now, **changed)
    answer = await hub.ask("POST", "/v1/letters", letter, headers={"X-Forwarded-For": address})
    return answer.status


async def test_letters_to_nobody_take_nobodys_place(tmp_path: Path) -> None:
    async with running_hub(small_settings(tmp_path, proxies="1")) as hub:
        world = await build_world(hub)
        for network in range(31):
            for _ in range(20):
                assert await refer_from(hub, world, f"198.51.100.{network}", os.urandom(16)) == 404
        assert await refer_from(hub, world, "192.0.2.77") == 201


async def test_a_flood_is_counted_where_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "UNSIGNED", Rate(3, 3600, by="proof"))
    async with running_hub(small_settings(tmp_path, proxies="1")) as hub:
        world = await build_world(hub)
        flood = [await refer_from(hub, world, f"198.51.100.{number}") for number in range(4)]
        assert flood == [201, 201, 201, 429]
        hub.clock.move(hours=1)
        assert await refer_from(hub, world, "192.0.2.77") == 201


async def test_letters_that_were_read_make_room(hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "UNSIGNED_WAITING", 2)
    world = await build_world(hub)
    first = await send(hub, written(world.vcu, hub.clock.now))
    assert (await send(hub, written(world.vcu, hub.clock.now))).status == 201
    full = await send(hub, written(world.vcu, hub.clock.now))
    assert (full.status, full.body["reason"]) == (403, "too_many_letters")
    got = await fetch(world.vcu.worker, raw(first.body["letter"]))
    assert (got.status, got.body["received_at"]) == (200, hub.clock.now)
    assert len(got.body["logged"]) == 1
    assert (await send(hub, written(world.vcu, hub.clock.now))).status == 201


async def test_a_page_after_the_end_of_time_is_refused(hub: RunningHub) -> None:
    world = await build_world(hub)
    answer = await world.vcu.worker.ask("GET", "/v1/letters?after=" + "ff" * 24)
    assert answer.status == 400
