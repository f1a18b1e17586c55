"""Passkeys: an authenticator's secret in the place of the words, proved and kept as the words' is."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from policies.limits import limits
from storage.tables.accounts import passkeys
from tests.crypto.build import seed
from tests.hub.accounts.conftest import enter, told
from tests.hub.build import End, HubWorld, Team, b64, digest_of, raw
from tests.hub.running import Answer, RunningHub


def passkey(name: str = "yubi", **changes: Any) -> dict[str, Any]:
    """What an end brings; its secrets follow from the name."""
    made = {
        "credential": b64(seed(f"credential {name}")),
        "auth": b64(seed(f"auth {name}")),
        "wrapped": b64(seed(f"wrapped {name}") * 2),
        "wrap_version": 1,
    }
    return made | changes


def proof(name: str = "yubi", **changes: Any) -> dict[str, Any]:
    """What signs in with it."""
    return {name: value for name, value in passkey(name).items() if name in ("credential", "auth")} | changes


async def sign_in(hub: RunningHub, name: str = "yubi", **changes: Any) -> Answer:
    return await hub.ask("POST", "/v1/sign-in/passkey", proof(name, **changes))


def path(name: str) -> str:
    """Where one is removed."""
    return f"/v1/me/passkeys/{hashlib.sha256(seed(f'credential {name}')).hexdigest()}"


async def test_a_passkey_opens_without_name_words_or_code(hub: RunningHub, end: End) -> None:
    assert (await end.ask("POST", "/v1/me/passkeys", passkey())).status == 201
    opened = await sign_in(hub)
    assert opened.status == 200
    assert opened.body["address"] == end.address
    assert opened.body["wrapped"] == passkey()["wrapped"]
    assert (raw(opened.body["worker"]), raw(opened.body["organisation"])) == (end.id, end.house.id)
    end.token = await enter(end, opened.body)
    [kept] = (await end.good("GET", "/v1/me/passkeys"))["items"]
    assert kept["used_at"] == hub.clock.now
    assert kept["credential"] == passkey()["credential"]


async def test_an_unknown_passkey_and_a_wrong_secret_get_one_answer(hub: RunningHub, end: End) -> None:
    await end.good("POST", "/v1/me/passkeys", passkey())
    answers = [await sign_in(hub, auth=b64(digest_of("guess"))), await sign_in(hub, "none")]
    said = [{key: value for key, value in each.body.items() if key != "incident"} for each in answers]
    assert said[0] == said[1]
    assert [told(each) for each in answers] == [(401, "not-proved")] * 2


async def test_only_a_hash_of_the_secret_is_kept(hub: RunningHub, end: End) -> None:
    await end.good("POST", "/v1/me/passkeys", passkey())
    async with hub.database.read() as unit:
        [row] = await unit.all(select(passkeys))
    kept = b"".join(value for value in row if isinstance(value, bytes))
    assert seed("auth yubi") not in kept
    assert hashlib.sha256(seed("auth yubi")).digest() in kept


async def test_the_same_credential_again_takes_the_place_of_the_first(hub: RunningHub, end: End) -> None:
    for wrapped in (b64(bytes(60)), b64(bytes(61))):
        assert (await end.ask("POST", "/v1/me/passkeys", passkey(wrapped=wrapped))).status == 201
    assert len((await end.good("GET", "/v1/me/passkeys"))["items"]) == 1
    assert (await sign_in(hub)).body["wrapped"] == b64(bytes(61))


async def test_nobody_takes_anothers_credential_over(hub: RunningHub, team: Team, end: End) -> None:
    await end.good("POST", "/v1/me/passkeys", passkey())
    stolen = await team.manager.ask("POST", "/v1/me/passkeys", passkey(auth=b64(digest_of("mine"))))
    assert told(stolen) == (409, "conflict")
    assert (await sign_in(hub)).status == 200
    assert (await team.manager.ask("DELETE", path("yubi"))).status == 404
    assert (await team.manager.good("GET", "/v1/me/passkeys"))["items"] == []


async def test_a_removed_passkey_opens_nothing(hub: RunningHub, end: End) -> None:
    for name in ("yubi", "phone"):
        await end.good("POST", "/v1/me/passkeys", passkey(name))
    assert (await end.ask("DELETE", path("yubi"))).status == 204
    assert (await sign_in(hub)).status == 401
    assert (await sign_in(hub, "phone")).status == 200
    assert (await end.ask("DELETE", path("yubi"))).status == 404


async def test_there_are_so_many_and_no_more(end: End) -> None:
    for number in range(limits().passkeys.per_worker):
        await end.good("POST", "/v1/me/passkeys", passkey(str(number)))
    assert (await end.ask("POST", "/v1/me/passkeys", passkey("one more"))).status == 403
    assert (await end.ask("POST", "/v1/me/passkeys", passkey("0"))).status == 201


async def test_what_it_is_called_comes_back_as_it_was_sealed(end: End) -> None:
    await end.good("POST", "/v1/me/passkeys", passkey(label_box=b64(b"sealed" * 10)))
    [kept] = (await end.good("GET", "/v1/me/passkeys"))["items"]
    assert kept["label_box"] == b64(b"sealed" * 10)


async def test_a_printed_kit_keeps_no_passkey(world: HubWorld, hub: RunningHub, team: Team) -> None:
    kit = await world.kit(team)
    assert (await hub.ask("POST", "/v1/me/passkeys", passkey(), token=kit)).status == 403


async def test_guessing_one_passkeys_secret_is_slowed_down(hub: RunningHub, end: End) -> None:
    await end.good("POST", "/v1/me/passkeys", passkey())
    statuses = [
        (await sign_in(hub, auth=b64(digest_of(str(turn))))).status
        for turn in range(limits().rates.sign_in_account.count + 1)
    ]
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    "changes",
    [
        {"credential": ""},
        {"credential": b64(bytes(1024))},
        {"auth": b64(bytes(31))},
        {"wrapped": b64(bytes(59))},
        {"wrapped": b64(bytes(257))},
        {"wrap_version": 0},
        {"label_box": b64(bytes(2049))},
        {"more": 1},
        {"credential": None},
    ],
)
async def test_a_passkey_of_another_shape_is_refused(
    world: HubWorld, end: End, changes: dict[str, Any]
) -> None:
    assert (await end.ask("POST", "/v1/me/passkeys", passkey(**changes))).status == 400


async def test_a_passkey_of_the_longest_id_is_taken(hub: RunningHub, end: End) -> None:
    longest = b64(bytes(1023))
    await end.good("POST", "/v1/me/passkeys", passkey(credential=longest))
    assert (await sign_in(hub, credential=longest)).status == 200
