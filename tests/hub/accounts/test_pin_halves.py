"""PINs: half of a key at the hub, for a working day and five tries."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from policies.limits import limits
from storage.tables.accounts import pin_halves
from tests.hub.accounts.conftest import device, enter, told
from tests.hub.build import End, HubWorld, Team, b64, digest_of, raw
from tests.hub.running import Answer, RunningHub

RIGHT, WRONG = b64(digest_of("2468")), b64(digest_of("1357"))
GONE = (403, "pin-gone")


async def set_pin(end: End, on: str = "laptop") -> Any:
    """A PIN for a device."""
    return await end.good("PUT", "/v1/me/pin", {"device": device(on), "check": RIGHT})


async def attempt(hub: RunningHub, check: str = RIGHT, on: str = "laptop") -> Answer:
    return await hub.ask("POST", "/v1/sign-in/pin", {"device": device(on), "check": check})


async def test_a_right_pin_gives_the_half_and_a_challenge(hub: RunningHub, end: End) -> None:
    made = await set_pin(end)
    assert len(raw(made["half"])) == 32
    assert made["expires_at"] == hub.clock.now + limits().pins.lasts_ms
    opened = await attempt(hub)
    assert opened.body["half"] == made["half"]
    assert (raw(opened.body["worker"]), raw(opened.body["organisation"])) == (end.id, end.house.id)
    end.token = await enter(end, opened.body)
    await end.good("GET", "/v1/me")


async def test_the_half_alone_begins_no_session(hub: RunningHub, team: Team, end: End) -> None:
    await set_pin(end)
    opened = (await attempt(hub)).body
    body = {"session": opened["session"], "signature": b64(bytes(64))}
    assert (await hub.ask("POST", "/v1/sign-in/finish", body)).status == 401


async def test_five_wrong_pins_and_the_half_is_gone(hub: RunningHub, end: End) -> None:
    await set_pin(end)
    for left in (4, 3, 2, 1):
        answer = await attempt(hub, WRONG)
        assert (told(answer), answer.body["tries_left"]) == ((403, "wrong-pin"), left)
    assert told(await attempt(hub, WRONG)) == GONE
    assert told(await attempt(hub)) == GONE
    async with hub.database.read() as unit:
        assert await unit.value(select(func.count()).select_from(pin_halves)) == 0


async def test_tries_at_the_same_moment_are_five_as_well(hub: RunningHub, end: End) -> None:
    await set_pin(end)
    answers = await asyncio.gather(*(attempt(hub, WRONG) for _ in range(8)))
    assert sorted(told(answer)[1] for answer in answers) == ["pin-gone"] * 4 + ["wrong-pin"] * 4
    assert told(await attempt(hub)) == GONE


async def test_the_last_try_is_one_even_when_two_use_it(hub: RunningHub, end: End) -> None:
    await set_pin(end)
    for _ in range(4):
        await attempt(hub, WRONG)
    answers = await asyncio.gather(attempt(hub, WRONG), attempt(hub, WRONG))
    assert [told(answer) for answer in answers] == [GONE, GONE]


async def test_a_right_pin_gives_all_tries_back(hub: RunningHub, end: End) -> None:
    await set_pin(end)
    for _ in range(2):
        await attempt(hub, WRONG)
        await attempt(hub, WRONG)
        assert (await attempt(hub)).status == 200
    assert (await attempt(hub, WRONG)).body["tries_left"] == 4


async def test_a_pin_lasts_a_working_day_however_often_it_is_used(hub: RunningHub, end: End) -> None:
    await set_pin(end)
    hub.clock.move(ms=limits().pins.lasts_ms - 1)
    assert (await attempt(hub)).status == 200
    hub.clock.move(ms=1)
    assert told(await attempt(hub)) == GONE


async def test_a_new_pin_takes_the_place_of_the_old_and_another_device_has_its_own(
    hub: RunningHub, end: End
) -> None:
    first, elsewhere, second = [await set_pin(end, on) for on in ("laptop", "phone", "laptop")]
    assert first["half"] != second["half"]
    assert (await attempt(hub)).body["half"] == second["half"]
    assert (await attempt(hub, on="phone")).body["half"] == elsewhere["half"]
    assert told(await attempt(hub, on="nowhere")) == GONE


async def test_a_page_without_a_session_can_have_it_forgotten(hub: RunningHub, end: End) -> None:
    await set_pin(end)
    for _ in range(2):
        assert (await hub.ask("POST", "/v1/me/pin/forget", {"device": device("laptop")})).status == 204
    assert told(await attempt(hub)) == GONE


async def test_signing_out_here_leaves_it_and_everywhere_does_not(hub: RunningHub, end: End) -> None:
    await set_pin(end)
    await end.ask("DELETE", "/v1/sessions/current")
    assert (await attempt(hub)).status == 200
    await end.sign_in()
    await end.ask("DELETE", "/v1/sessions")
    assert told(await attempt(hub)) == GONE


async def test_a_worker_has_pins_on_so_many_devices(hub: RunningHub, end: End) -> None:
    for number in range(limits().devices.per_worker + 2):
        hub.clock.move(seconds=1)
        await set_pin(end, str(number))
    assert told(await attempt(hub, on="0")) == GONE
    assert (await attempt(hub, on="2")).status == 200


async def test_what_is_over_is_swept(hub: RunningHub, end: End) -> None:
    await set_pin(end)
    hub.clock.move(ms=limits().pins.lasts_ms)
    await hub.run("accounts.sweep")
    async with hub.database.read() as unit:
        assert await unit.value(select(func.count()).select_from(pin_halves)) == 0


async def test_a_printed_kit_has_no_pin(world: HubWorld, hub: RunningHub, team: Team) -> None:
    body = {"device": device("laptop"), "check": RIGHT}
    answer = await hub.ask("PUT", "/v1/me/pin", body, token=await world.kit(team))
    assert answer.status == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"device": b64(bytes(32))},
        {"device": b64(bytes(31)), "check": RIGHT},
        {"device": b64(bytes(32)), "check": b64(bytes(33))},
        {"device": b64(bytes(32)), "check": RIGHT, "half": RIGHT},
        {"device": "=" * 900, "check": RIGHT},
    ],
)
async def test_a_pin_of_another_shape_is_refused(end: End, body: object) -> None:
    assert (await end.ask("PUT", "/v1/me/pin", body)).status in (400, 413)
    assert (await end.running.ask("POST", "/v1/sign-in/pin", body)).status in (400, 413)
