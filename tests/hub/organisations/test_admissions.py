"""How people come in: links, founding, admission, new words, and the printed kit."""

from typing import Any

import pytest

from crypto.accreditation import OrganisationKind
from crypto.organisation import Role
from policies.limits import limits
from tests.crypto.build import House, Person
from tests.hub.build import (
    End,
    HubWorld,
    Team,
    address_of,
    b64,
    event_body,
    finish,
    founding_body,
    raw,
    token_of,
)
from tests.hub.running import Answer, RunningHub


async def look(hub: RunningHub, token: bytes) -> Answer:
    return await hub.ask("POST", "/v1/enrolments/look", {"token": b64(token)})


async def enrol(hub: RunningHub, token: bytes, end: End, **changes: Any) -> Answer:
    return await hub.ask("POST", "/v1/enrolments", {"token": b64(token), **end.credentials(), **changes})


def newcomer(team: Team, name: str = "Ann") -> End:
    person = Person(name)
    return End(team.manager.running, team.house, person, address_of(person) + "-here", "a@x.example")


def renewed(end: End) -> End:
    """The same person with a new secret, under new words."""
    return End(end.running, end.house, end.person.renewed(), end.address, end.mail, words=2)


async def test_looking_says_what_a_link_is_for_and_consumes_nothing(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    token = await world.invite(team)
    looks = [await look(hub, token) for _ in range(3)]
    seen = looks[-1].body
    assert (seen["founding"], seen["role"], seen["replaces"]) == (False, "worker", None)
    assert (seen["legal_name"], seen["hub"]) == (team.house.name, hub.settings.hub_name)
    assert raw(seen["organisation"]) == team.id
    assert raw(seen["genesis"]) == team.house.chain.genesis
    assert raw(seen["generation_key"]) == team.house.chain.generation.box_key
    assert (await enrol(hub, token, newcomer(team))).status == 200


async def test_a_link_works_once_and_the_same_content_again_gets_the_same_answer(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    token, ann, eve = await world.invite(team), newcomer(team), newcomer(team, "Eve")
    for _ in range(3):
        answer = await enrol(hub, token, ann)
        assert (answer.status, answer.body) == (200, {"state": "waiting"})
    answer = await enrol(hub, token, eve)
    assert (answer.status, answer.body["code"]) == (409, "link-used")
    assert (await look(hub, token)).body["code"] == "link-used"
    await world.admit(team, ann)
    assert (await enrol(hub, token, ann)).body == {"state": "admitted"}


async def test_a_link_expires(hub: RunningHub, world: HubWorld, team: Team) -> None:
    token = await world.invite(team)
    hub.clock.move(ms=limits().links.enrolment_ms)
    for answer in (await look(hub, token), await enrol(hub, token, newcomer(team))):
        assert (answer.status, answer.body["code"]) == (410, "link-expired")


async def test_a_made_up_link_is_nothing(hub: RunningHub, team: Team) -> None:
    for answer in (await look(hub, bytes(32)), await enrol(hub, bytes(32), newcomer(team))):
        assert (answer.status, answer.body["code"]) == (404, "not-found")


async def test_a_waiting_worker_sees_their_own_account_and_chain_and_nothing_more(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    other = await world.team("Safe Steps", OrganisationKind.PARTNER)
    ann = await world.enrol(team, "Ann")
    await ann.sign_in()
    assert (await ann.good("GET", "/v1/me"))["state"] == "waiting"
    assert (await ann.good("GET", f"/v1/organisations/{team.id.hex()}/chain"))["length"] == 2
    assert (await ann.ask("GET", f"/v1/organisations/{other.id.hex()}/chain")).status == 404
    for path in ("/v1/organisations", f"/v1/organisations/{team.id.hex()}/keys"):
        assert (await ann.ask("GET", path)).status == 403


async def test_an_admitted_worker_works_with_the_session_they_waited_in(world: HubWorld, team: Team) -> None:
    ann = await world.enrol(team, "Ann")
    await ann.sign_in()
    await ann.good("GET", "/v1/me")
    await world.admit(team, ann, Role.REVIEWER)
    me = await ann.good("GET", "/v1/me")
    assert (me["state"], me["role"]) == ("admitted", "reviewer")
    keys = await ann.good("GET", f"/v1/organisations/{team.id.hex()}/keys")
    assert raw(keys["box"]) == team.house.boxes[ann.id]


async def test_who_waits_is_shown_to_managers_alone(world: HubWorld, team: Team) -> None:
    path = f"/v1/organisations/{team.id.hex()}/waiting"
    ann = await world.enrol(team, "Ann")
    [item] = (await team.manager.good("GET", path))["items"]
    assert raw(item["worker"]) == ann.id
    assert raw(item["signing_key"]) == ann.signing.public
    assert (item["address"], item["replaces"]) == (ann.address, None)
    assert (await team.worker.ask("GET", path)).status == 403


async def test_keys_that_nobody_waits_with_are_not_admitted(world: HubWorld, team: Team) -> None:
    ann = await world.enrol(team, "Ann")
    event = team.house.admitting(ann.person.renewed(), at=team.manager.running.clock.now)
    answer = await team.manager.ask(
        "POST", f"/v1/organisations/{team.id.hex()}/events", event_body(team.house, event)
    )
    assert (answer.status, answer.body["code"]) == (403, "not-allowed")
    chain = await team.manager.good("GET", f"/v1/organisations/{team.id.hex()}/chain")
    assert raw(chain["head"]) == team.house.chain.head


async def test_two_people_cannot_have_one_sign_in_name(hub: RunningHub, world: HubWorld, team: Team) -> None:
    eve = newcomer(team, "Eve")
    eve.address = team.worker.address
    answer = await enrol(hub, await world.invite(team), eve)
    assert (answer.status, answer.body["code"]) == (409, "name-taken")
    eve.address, eve.wrapped = "eve-herself", b""
    assert (await enrol(hub, await world.invite(team), eve)).status == 200


async def test_a_worker_id_is_nobody_elses(hub: RunningHub, world: HubWorld, team: Team) -> None:
    eve = newcomer(team, "Eve")
    eve.person.id = team.worker.id
    answer = await enrol(hub, await world.invite(team), eve)
    assert (answer.status, answer.body["code"]) == (409, "conflict")


async def test_invitations_come_from_managers_of_that_organisation(world: HubWorld, team: Team) -> None:
    other = await world.team("Safe Steps", OrganisationKind.PARTNER)
    path, body = f"/v1/organisations/{team.id.hex()}/invitations", {"mail": "a@x.example", "role": "worker"}
    for end in (team.worker, other.manager, other.worker):
        assert (await end.ask("POST", path, body)).status == 403
    for mail in ("a", "a@", "a@b\n", "a b@c", "<a@b>", "a@b,c@d", "a@b\r\nBcc: c@d"):
        assert (await team.manager.ask("POST", path, body | {"mail": mail})).status == 400
    for role in ("kit", "owner", ""):
        assert (await team.manager.ask("POST", path, body | {"role": role})).status == 400
    elsewhere = body | {"worker": b64(other.worker.id)}
    assert (await team.manager.ask("POST", path, elsewhere)).status == 404


async def test_a_founders_link_needs_an_organisation_and_others_refuse_one(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    from hub.accounts import service as accounts

    house = House("Newer", at=hub.clock.now, real=True)
    founder = End(hub, house, house.manager, "newer-manager", "n@x.example")
    async with hub.database.write() as unit:
        link = token_of(await accounts.invite_founder(unit, hub.hub, "n@x.example", hub.clock.now))
    assert (await enrol(hub, link, founder)).status == 400
    body = founding_body(founder, link)
    ordinary = await world.invite(team)
    answer = await hub.ask("POST", "/v1/enrolments", body | {"token": b64(ordinary)})
    assert answer.status == 400

    swapped = body | {"worker": b64(bytes(16))}
    assert (await hub.ask("POST", "/v1/enrolments", swapped)).status == 403
    event, boxes = body["founding"]["event"], body["founding"]["boxes"]
    fewer = body | {"founding": {"event": event, "boxes": boxes[:1]}}
    assert (await hub.ask("POST", "/v1/enrolments", fewer)).status == 400
    twice = body | {"founding": {"event": event, "boxes": [boxes[0]] * 2}}
    assert (await hub.ask("POST", "/v1/enrolments", twice)).body["code"] == "wrong-boxes"
    for _ in range(2):
        answer = await hub.ask("POST", "/v1/enrolments", body)
        assert (answer.status, answer.body) == (200, {"state": "admitted"})


async def test_new_words_wait_while_the_old_ones_work_and_then_take_over_at_once(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    old = team.worker
    token = await world.invite(team, worker=old.id)
    assert raw((await look(hub, token)).body["replaces"]) == old.id
    new = renewed(old)
    assert (await enrol(hub, token, new)).body == {"state": "waiting"}
    [item] = (await team.manager.good("GET", f"/v1/organisations/{team.id.hex()}/waiting"))["items"]
    assert raw(item["replaces"]) == old.id

    before = old.token
    await old.sign_in()
    assert (await enrol(hub, token, new)).body == {"state": "waiting"}
    await world.admit(team, new)
    for session in (before, old.token):
        assert (await hub.ask("GET", "/v1/me", token=session)).status == 401
    assert (await old.prove()).status == 401
    await new.sign_in()
    assert (await new.good("GET", "/v1/me"))["worker"] == b64(old.id)
    assert (await enrol(hub, token, new)).body == {"state": "admitted"}


async def test_a_challenge_asked_for_with_the_old_words_dies_with_them(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    old = team.worker
    token = await world.invite(team, worker=old.id)
    new = renewed(old)
    await enrol(hub, token, new)
    proved = (await old.prove()).body
    await world.admit(team, new)
    with pytest.raises(AssertionError, match="not-proved"):
        await finish(hub, proved, old.signing)


async def test_new_words_are_for_the_worker_of_the_link(hub: RunningHub, world: HubWorld, team: Team) -> None:
    token = await world.invite(team, worker=team.worker.id)
    assert (await enrol(hub, token, newcomer(team))).status == 400


async def test_a_new_sign_in_name_can_come_with_new_words_and_frees_the_old_one(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    old, new = team.worker, renewed(team.worker)
    new.address = "quite-another"
    await enrol(hub, await world.invite(team, worker=old.id), new)
    eve = newcomer(team, "Eve")
    eve.address = new.address
    assert (await enrol(hub, await world.invite(team), eve)).status == 409
    await world.admit(team, new)
    await new.sign_in()
    eve.address, eve.wrapped = old.address, b""
    assert (await enrol(hub, await world.invite(team), eve)).status == 200


async def test_the_printed_kit_brings_back_a_manager(hub: RunningHub, world: HubWorld, team: Team) -> None:
    session = await world.kit(team)
    person = Person("Second manager")
    new = End(hub, team.house, person, "second-manager", "s@x.example")
    body = {**new.credentials(), "mail": new.mail}
    for _ in range(2):
        answer = await hub.ask("POST", "/v1/recovery/enrolments", body, token=session)
        assert (answer.status, answer.body) == (200, {"state": "waiting"})
    by_kit = team.house.admitting(person, Role.MANAGER, team.house.kit, at=hub.clock.now)
    path = f"/v1/organisations/{team.id.hex()}"
    answer = await hub.ask("POST", f"{path}/events", event_body(team.house, by_kit), token=session)
    assert answer.status == 200, answer.body
    await new.sign_in()
    assert (await new.good("GET", "/v1/me"))["role"] == "manager"


async def test_a_kit_may_do_nothing_else(hub: RunningHub, world: HubWorld, team: Team) -> None:
    session = await world.kit(team)
    path = f"/v1/organisations/{team.id.hex()}"
    assert (await hub.ask("GET", f"{path}/keys", token=session)).status == 200
    asked = [
        ("POST", f"{path}/invitations", {"mail": "a@x.example", "role": "worker"}),
        ("GET", "/v1/log/statements", None),
        ("POST", "/v1/statements", {"statements": [{"payload": b64(b"x"), "signature": b64(bytes(64))}]}),
        ("GET", f"{path}/workers", None),
    ]
    for method, where, body in asked:
        assert (await hub.ask(method, where, body, token=session)).status == 403, where
    hub.clock.move(ms=limits().sessions.idle_ms)
    assert (await hub.ask("GET", f"{path}/keys", token=session)).status == 401


async def test_no_one_else_recovers(team: Team) -> None:
    body = {**newcomer(team).credentials(), "mail": "a@x.example"}
    for end in (team.worker, team.manager):
        assert (await end.ask("POST", "/v1/recovery/enrolments", body)).status == 403


async def test_an_unknown_organisations_kit_looks_like_any_other(hub: RunningHub, team: Team) -> None:
    known = await hub.ask("POST", "/v1/sign-in/kit", {"organisation": b64(team.id)})
    unknown = [await hub.ask("POST", "/v1/sign-in/kit", {"organisation": b64(bytes(16))}) for _ in range(2)]
    assert known.body.keys() == unknown[0].body.keys()
    assert unknown[0].body["worker"] == unknown[1].body["worker"]
    assert len(known.body["worker"]) == len(unknown[0].body["worker"]) == 1
    with pytest.raises(AssertionError, match="not-proved"):
        await finish(hub, unknown[0].body, team.house.kit.secret.signing)


async def test_a_kit_has_no_words_to_replace(team: Team) -> None:
    body = {"mail": "a@x.example", "role": "worker", "worker": b64(team.house.kit.id)}
    answer = await team.manager.ask("POST", f"/v1/organisations/{team.id.hex()}/invitations", body)
    assert answer.status == 404


async def test_unusable_keys_are_turned_away_at_the_door(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    token = await world.invite(team)
    for changes in ({"signing_key": b64(bytes(32))}, {"box_key": b64(b"\xff" * 1216)}):
        assert (await enrol(hub, token, newcomer(team), **changes)).status == 400
    assert (await look(hub, token)).status == 200


async def test_who_is_never_admitted_is_let_go_with_the_name_they_took(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    ann = await world.enrol(team, "Ann")
    hub.clock.move(days=30)
    await hub.run("accounts.sweep")
    await team.manager.sign_in()
    assert (await ann.prove()).status == 401
    path = f"/v1/organisations/{team.id.hex()}/waiting"
    assert (await team.manager.good("GET", path))["items"] == []
    eve = newcomer(team, "Eve")
    eve.address = ann.address
    assert (await enrol(hub, await world.invite(team), eve)).status == 200
