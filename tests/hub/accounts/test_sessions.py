"""Sessions: idle and absolute ends, sign-out here and everywhere, and what another process still believes."""

import pytest
from sqlalchemy import select

from hub.accounts.sessions import REMEMBERED_MS
from policies.limits import limits
from storage.tables.accounts import sessions
from tests.hub.build import End, Team, b64
from tests.hub.running import RunningHub, running_hub

MINUTE = 60_000


async def seen_at(hub: RunningHub, end: End) -> list[int]:
    async with hub.database.read() as unit:
        rows = await unit.all(select(sessions.c.seen_at).where(sessions.c.worker == end.id))
    return [row.seen_at for row in rows]


async def alive(end: End) -> bool:
    return (await end.ask("GET", "/v1/me")).status == 200


async def test_an_idle_session_ends(hub: RunningHub, end: End) -> None:
    hub.clock.move(ms=limits().sessions.idle_ms - 1)
    assert await alive(end)
    hub.clock.move(ms=limits().sessions.idle_ms)
    assert not await alive(end)


async def test_a_busy_session_ends_too_in_the_end(hub: RunningHub, end: End) -> None:
    left = limits().sessions.absolute_ms
    while left > 10 * MINUTE:
        hub.clock.move(minutes=10)
        left -= 10 * MINUTE
        assert await alive(end)
    hub.clock.move(minutes=10)
    assert not await alive(end)


async def test_being_seen_is_written_down_once_a_minute_at_most(hub: RunningHub, end: End) -> None:
    began = hub.clock.now
    for _ in range(5):
        hub.clock.move(seconds=11)
        assert await alive(end)
    assert await seen_at(hub, end) == [began]
    hub.clock.move(seconds=11)
    assert await alive(end)
    assert await seen_at(hub, end) == [hub.clock.now]


async def test_signing_out_ends_this_session_at_once_and_no_other(hub: RunningHub, end: End) -> None:
    first = end.token
    second = await end.sign_in()
    assert (await hub.ask("DELETE", "/v1/sessions/current", token=first)).status == 204
    assert (await hub.ask("GET", "/v1/me", token=first)).status == 401
    assert (await hub.ask("GET", "/v1/me", token=second)).status == 200


async def test_signing_out_everywhere_ends_them_all(hub: RunningHub, end: End) -> None:
    first, second = end.token, await end.sign_in()
    assert (await end.ask("DELETE", "/v1/sessions")).status == 204
    for token in (first, second):
        assert (await hub.ask("GET", "/v1/me", token=token)).status == 401


async def test_the_oldest_session_gives_way_to_one_too_many(hub: RunningHub, end: End) -> None:
    tokens = [end.token]
    for _ in range(limits().sessions.per_worker):
        hub.clock.move(minutes=2)
        tokens.append(await end.sign_in())
    statuses = [(await hub.ask("GET", "/v1/me", token=token)).status for token in tokens]
    assert statuses == [401] + [200] * limits().sessions.per_worker


async def test_another_process_forgets_a_session_within_two_seconds(hub: RunningHub, end: End) -> None:
    async with running_hub(hub.settings, clock=hub.clock, sessions=type(hub.hub.sessions)()) as other:
        assert (await other.ask("GET", "/v1/me", token=end.token)).status == 200
        await end.ask("DELETE", "/v1/sessions")
        assert not await alive(end)
        hub.clock.move(ms=REMEMBERED_MS)
        assert (await other.ask("GET", "/v1/me", token=end.token)).status == 401


@pytest.mark.parametrize("token", [b"", bytes(31), bytes(32), bytes(33)])
async def test_a_made_up_token_is_nobody(small_hub: RunningHub, token: bytes) -> None:
    answer = await small_hub.ask("GET", "/v1/me", token=token)
    assert (answer.status, answer.body["code"]) == (401, "not-signed-in")


async def test_new_words_open_the_same_secret_and_end_other_sessions(hub: RunningHub, end: End) -> None:
    other, old = end.token, end.sign_in_keys
    await end.sign_in()
    end.words, end.wrap_version, end.wrapped = 2, 2, b""
    given = end.credentials()
    change = {name: given[name] for name in ("salt", "auth", "wrapped", "wrap_version")}

    wrong = await end.ask("PUT", "/v1/me/words", change | {"old_auth": b64(bytes(32))})
    assert (wrong.status, wrong.body["code"]) == (401, "not-proved")
    skipped = change | {"old_auth": b64(old.auth), "wrap_version": 3}
    stale = await end.ask("PUT", "/v1/me/words", skipped)
    assert (stale.status, stale.body["wrap_version"]) == (409, 1)
    assert (await end.ask("PUT", "/v1/me/words", change | {"old_auth": b64(old.auth)})).status == 204

    assert await alive(end)
    assert (await hub.ask("GET", "/v1/me", token=other)).status == 401
    body = {"address": end.address, "auth": b64(old.auth)}
    assert (await hub.ask("POST", "/v1/sign-in/prove", body)).status == 401
    await end.sign_in()
    assert await alive(end)


async def test_pins_only_go_forward_one_by_one(hub: RunningHub, end: End) -> None:
    assert await end.good("GET", "/v1/me/pins") == {"version": 0, "sealed": None}
    for version in (1, 2):
        await end.good("PUT", "/v1/me/pins", {"version": version, "sealed": b64(b"v%d" % version)})
    for version in (1, 2, 4):
        answer = await end.ask("PUT", "/v1/me/pins", {"version": version, "sealed": b64(b"late")})
        assert (answer.status, answer.body["version"]) == (409, 2)
    assert await end.good("GET", "/v1/me/pins") == {"version": 2, "sealed": b64(b"v2")}


async def test_pins_are_ones_own(end: End, team: Team) -> None:
    await end.good("PUT", "/v1/me/pins", {"version": 1, "sealed": b64(b"mine")})
    manager = team.manager
    assert (await manager.good("GET", "/v1/me/pins"))["version"] == 0
