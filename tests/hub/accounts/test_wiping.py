"""What falls when somebody leaves, is given new words, or changes their own."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from crypto.organisation import Role
from crypto.statements import sign_session
from hub.accounts.sessions import Sessions
from storage.tables.accounts import codes, devices, drafts, passkeys, pin_halves, pins
from storage.tables.notifications import mails
from tests.crypto.build import seed
from tests.hub.accounts.conftest import device, prove, told
from tests.hub.accounts.test_passkeys import passkey, sign_in
from tests.hub.accounts.test_pin_halves import attempt, set_pin
from tests.hub.build import End, HubWorld, Team, b64, digest_of, raw
from tests.hub.running import RunningHub, running_hub

TABLES = (devices, codes, passkeys, pin_halves, drafts, pins)
NEEDED = (403, "code-needed")


async def unlocks(end: End) -> None:
    """One of everything."""
    await end.good("POST", "/v1/me/passkeys", passkey())
    await set_pin(end)
    await end.good("PUT", f"/v1/me/drafts/{digest_of('reply').hex()}", b"sealed")
    await end.good("PUT", "/v1/me/pins", {"version": 1, "sealed": b64(b"sealed")})
    assert told(await prove(end, "new")) == NEEDED


async def left_of(hub: RunningHub, end: End) -> dict[str, int]:
    """How much of each is kept for somebody."""
    found = {}
    async with hub.database.read() as unit:
        for table in (*TABLES, mails):
            counted = select(func.count()).where(table.c.worker == end.id)
            if table is mails:
                counted = counted.where(mails.c.sign_in_code.is_not(None))
            found[table.name] = await unit.value(counted) or 0
    return found


async def test_whoever_is_removed_leaves_nothing_that_unlocks(hub: RunningHub, team: Team, end: End) -> None:
    await unlocks(end)
    assert set((await left_of(hub, end)).values()) == {1}
    await team.manager.take(team.house.rotating(removed=[end.person], at=hub.clock.now))
    assert set((await left_of(hub, end)).values()) == {0}
    assert (await sign_in(hub)).status == 401
    assert told(await attempt(hub)) == (403, "pin-gone")


async def test_new_words_from_a_manager_end_every_other_way_in_but_the_device_they_were_made_on(
    hub: RunningHub, world: HubWorld, team: Team, end: End
) -> None:
    await unlocks(end)
    new = End(hub, end.house, end.person.renewed(), end.address, end.mail, words=2)
    token = await world.invite(team, worker=end.id)
    body = {"token": b64(token), **new.credentials(), "device": device("replacement")}
    assert (await hub.ask("POST", "/v1/enrolments", body)).status == 200
    assert told(await prove(end, "replacement")) == NEEDED, "not before the chain admits the new keys"
    assert (await sign_in(hub)).status == 200

    await world.admit(team, new, Role.WORKER)
    assert await left_of(hub, end) == dict.fromkeys((table.name for table in TABLES), 0) | {
        "devices": 1,
        "mails": 0,
    }
    assert (await prove(new, "replacement")).status == 200
    assert told(await new.prove()) == NEEDED, "the device of before is not known any more"
    assert (await sign_in(hub)).status == 401


async def test_ones_own_new_words_end_pins_and_codes_and_keep_the_rest(hub: RunningHub, end: End) -> None:
    await unlocks(end)
    old = end.sign_in_keys
    end.words, end.wrap_version, end.wrapped = 2, 2, b""
    given = end.credentials()
    change = {name: given[name] for name in ("salt", "auth", "wrapped", "wrap_version")}
    await end.good("PUT", "/v1/me/words", change | {"old_auth": b64(old.auth)})
    assert await left_of(hub, end) == {
        "devices": 1,
        "codes": 0,
        "passkeys": 1,
        "pin_halves": 0,
        "drafts": 1,
        "pins": 1,
        "mails": 0,
    }
    assert (await sign_in(hub)).status == 200
    assert (await end.prove()).status == 200


@pytest.mark.parametrize("how", ["new words", "everywhere"])
async def test_a_challenge_given_before_begins_no_session_afterwards(
    hub: RunningHub, end: End, how: str
) -> None:
    proved = (await end.prove()).body
    if how == "everywhere":
        await end.good("DELETE", "/v1/sessions")
    else:
        old = end.sign_in_keys
        end.words, end.wrap_version, end.wrapped = 2, 2, b""
        given = end.credentials()
        change = {name: given[name] for name in ("salt", "auth", "wrapped", "wrap_version")}
        await end.good("PUT", "/v1/me/words", change | {"old_auth": b64(old.auth)})
    session, nonce = raw(proved["session"]), raw(proved["nonce"])
    signature = sign_session(hub.settings.hub_name, session, nonce, end.signing)
    body = {"session": proved["session"], "signature": b64(signature)}
    finished = await hub.ask("POST", "/v1/sign-in/finish", body)
    assert finished.status == 401


async def test_whoever_was_never_admitted_leaves_nothing_either(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    ann = await world.enrol(team, "Ann")
    await ann.sign_in()
    await unlocks(ann)
    hub.clock.move(days=31)
    await hub.run("accounts.sweep")
    assert set((await left_of(hub, ann)).values()) == {0}


WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/v1/me/passkeys", passkey("late")),
    ("PUT", "/v1/me/pin", {"device": device("late"), "check": b64(seed("check"))}),
    ("PUT", f"/v1/me/drafts/{digest_of('late').hex()}", b"late"),
    ("PUT", "/v1/me/profile", {"profile_box": b64(bytes(64))}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_session_another_process_still_believes_in_leaves_nothing_behind(
    hub: RunningHub, team: Team, end: End, method: str, path: str, body: Any
) -> None:
    async with running_hub(hub.settings, clock=hub.clock, sessions=Sessions()) as other:
        assert (await other.ask("GET", "/v1/me", token=end.token)).status == 200
        await team.manager.take(team.house.rotating(removed=[end.person], at=hub.clock.now))
        late = await other.ask(method, path, body, token=end.token)
        assert late.status == 403
    assert set((await left_of(hub, end)).values()) == {0}
