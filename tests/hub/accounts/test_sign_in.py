"""Sign-in: words, then the key; the same answers and the same work for names known and unknown."""

from typing import Any

import pytest

from crypto.signing import SigningKey
from crypto.statements import sign_session
from policies.limits import limits
from storage.database import Unit
from tests.crypto.build import seed
from tests.hub.build import End, b64, digest_of, raw
from tests.hub.running import Answer, RunningHub


def plain(answer: Answer) -> tuple[int, dict[str, Any]]:
    """Without what differs each time."""
    return answer.status, {name: value for name, value in answer.body.items() if name != "incident"}


async def start(hub: RunningHub, address: str) -> Any:
    answer = await hub.ask("POST", "/v1/sign-in/start", {"address": address})
    assert answer.status == 200
    return answer.body


async def prove(hub: RunningHub, address: str, auth: bytes) -> Answer:
    return await hub.ask("POST", "/v1/sign-in/prove", {"address": address, "auth": b64(auth)})


async def finish(hub: RunningHub, session: str, signature: bytes) -> Answer:
    return await hub.ask("POST", "/v1/sign-in/finish", {"session": session, "signature": b64(signature)})


async def test_a_worker_signs_in_with_words_and_key(hub: RunningHub, end: End) -> None:
    end.token = None
    await end.sign_in()
    assert (await end.good("GET", "/v1/me"))["worker"] == b64(end.id)


async def test_an_unknown_name_has_a_salt_that_never_changes(hub: RunningHub, end: End) -> None:
    first, again, other = [await start(hub, name) for name in ("nobody", "nobody", "no-one")]
    known = await start(hub, end.address)
    assert first == again
    assert first["salt"] != other["salt"]
    assert first.keys() == known.keys()
    assert len(raw(first["salt"])) == len(raw(known["salt"])) == 16
    assert (first["hub"], first["suite"]) == (known["hub"], known["suite"])


async def test_a_wrong_proof_and_an_unknown_name_get_one_answer(hub: RunningHub, end: End) -> None:
    wrong = await prove(hub, end.address, digest_of("guess"))
    unknown = await prove(hub, "nobody", digest_of("guess"))
    assert plain(wrong) == plain(unknown)
    assert wrong.status == 401


async def test_known_and_unknown_names_take_the_same_steps(
    hub: RunningHub, end: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[object] = []
    one, derive = Unit.one, type(hub.hub.keys).derive

    async def noted(unit: Unit, statement: Any, **params: Any) -> Any:
        steps.append(statement)
        return await one(unit, statement, **params)

    def derived(keys: Any, label: str, material: bytes = b"") -> bytes:
        steps.append(label)
        return derive(keys, label, material)

    monkeypatch.setattr(Unit, "one", noted)
    monkeypatch.setattr(type(hub.hub.keys), "derive", derived)
    taken = []
    for address in (end.address, "nobody"):
        steps.clear()
        await start(hub, address)
        await prove(hub, address, digest_of("guess"))
        taken.append(list(steps))
    assert taken[0] == taken[1]
    assert len(taken[0]) == 4


async def test_only_a_hash_of_the_proof_and_of_the_token_is_kept(hub: RunningHub, end: End) -> None:
    from sqlalchemy import select

    from storage.tables.accounts import accounts, invitations, sessions

    kept = b""
    async with hub.database.read() as unit:
        for table in (accounts, sessions, invitations):
            for row in await unit.all(select(table)):
                kept += b"".join(value for value in row if isinstance(value, bytes))
    assert end.token is not None
    assert end.sign_in_keys.auth not in kept
    assert end.sign_in_keys.wrap not in kept
    assert end.token not in kept
    assert end.person.secret.raw not in kept


async def test_a_challenge_works_once_even_when_the_signature_was_wrong(hub: RunningHub, end: End) -> None:
    proved = (await end.prove()).body
    session, nonce = raw(proved["session"]), raw(proved["nonce"])
    good = sign_session(hub.settings.hub_name, session, nonce, end.signing)
    assert (await finish(hub, proved["session"], bytes(64))).status == 401
    assert (await finish(hub, proved["session"], good)).status == 401

    proved = (await end.prove()).body
    good = sign_session(hub.settings.hub_name, raw(proved["session"]), raw(proved["nonce"]), end.signing)
    assert (await finish(hub, proved["session"], good)).status == 201
    assert (await finish(hub, proved["session"], good)).status == 401


async def test_a_challenge_is_answered_soon_or_not_at_all(hub: RunningHub, end: End) -> None:
    proved = (await end.prove()).body
    good = sign_session(hub.settings.hub_name, raw(proved["session"]), raw(proved["nonce"]), end.signing)
    hub.clock.move(ms=limits().sessions.nonce_ms)
    assert (await finish(hub, proved["session"], good)).status == 401


@pytest.mark.parametrize("wrong", ["key", "hub", "nonce", "session"])
async def test_a_challenge_is_signed_by_the_workers_key_for_this_hub_alone(
    hub: RunningHub, end: End, wrong: str
) -> None:
    proved = (await end.prove()).body
    session, nonce = raw(proved["session"]), raw(proved["nonce"])
    signature = sign_session(
        "elsewhere.example" if wrong == "hub" else hub.settings.hub_name,
        bytes(16) if wrong == "session" else session,
        bytes(32) if wrong == "nonce" else nonce,
        SigningKey(seed("another")) if wrong == "key" else end.signing,
    )
    assert (await finish(hub, proved["session"], signature)).status == 401


async def test_tries_are_counted_by_name_whether_it_exists_or_not(hub: RunningHub, end: End) -> None:
    most = limits().rates.sign_in_account.count
    end.token = None
    for name in (end.address, "nobody"):
        answers = [(await prove(hub, name, digest_of(str(turn)))).status for turn in range(most + 1)]
        assert set(answers[:5]) == {401}
        assert answers[-1] == 429
    assert (await prove(hub, "no-one", digest_of("guess"))).status == 401


async def test_a_name_is_typed_one_way_only(hub: RunningHub, end: End) -> None:
    for name in (
        end.address.upper(),
        " " + end.address,
        end.address + "\n",
        "",
        "a" * 101,
        "ä" + end.address,
    ):
        assert (await prove(hub, name, bytes(32))).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"address": "ann-smith"},
        {"address": "ann-smith", "auth": b64(bytes(31))},
        {"address": "ann-smith", "auth": b64(bytes(33))},
        {"address": "ann-smith", "auth": b64(bytes(32)), "more": 1},
        {"address": ["ann-smith"], "auth": b64(bytes(32))},
        {"address": None, "auth": "not base64 at all, not base64 at all, no"},
        [],
        "text",
    ],
)
async def test_a_proof_of_another_shape_is_refused(small_hub: RunningHub, body: object) -> None:
    assert (await small_hub.ask("POST", "/v1/sign-in/prove", body)).status == 400


async def test_sweeping_takes_what_is_over_and_nothing_else(hub: RunningHub, end: End) -> None:
    await end.prove()
    hub.clock.move(ms=limits().sessions.nonce_ms)
    await hub.run("accounts.sweep")
    assert (await end.ask("GET", "/v1/me")).status == 200
    hub.clock.move(ms=limits().sessions.absolute_ms)
    await hub.run("accounts.sweep")
    from sqlalchemy import func, select

    from storage.tables.accounts import challenges, sessions

    async with hub.database.read() as unit:
        for table in (challenges, sessions):
            assert await unit.value(select(func.count()).select_from(table)) == 0
