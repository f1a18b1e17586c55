"""Mail addresses and sign-in names: what is written to must be plain, and what nobody uses is let go."""

import json

import pytest

from crypto.accreditation import OrganisationKind
from tests.hub.build import End, HubWorld, Team
from tests.hub.organisations.test_admissions import enrol, newcomer, renewed
from tests.hub.running import RunningHub

STRANGE = ["a\x00b@c.example", "a\x1bb@c.example", "a\x7f@c.example", "a@c\u202e.example", "\u00e4@c.example"]


@pytest.mark.parametrize("mail", STRANGE)
async def test_a_recovery_needs_an_address_that_can_be_written_to(
    hub: RunningHub, world: HubWorld, team: Team, mail: str
) -> None:
    session, end = await world.kit(team), newcomer(team)
    body = json.dumps({**end.credentials(), "mail": mail}).encode()
    headers = {"Content-Type": "application/json"}
    answer = await hub.ask("POST", "/v1/recovery/enrolments", body, token=session, headers=headers)
    assert answer.status == 400
    plain = {**end.credentials(), "mail": "s@x.example"}
    assert (await hub.ask("POST", "/v1/recovery/enrolments", plain, token=session)).status == 200


@pytest.mark.parametrize("mail", STRANGE)
async def test_an_invitation_needs_one_too(team: Team, mail: str) -> None:
    path, body = f"/v1/organisations/{team.id.hex()}/invitations", {"mail": mail, "role": "worker"}
    answer = await team.manager.ask(
        "POST", path, json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status == 400


def called(end: End, address: str) -> End:
    """The same end under another sign-in name, not enrolled yet."""
    end.address, end.wrapped = address, b""
    return end


async def test_new_words_for_another_name_let_go_of_the_name_that_waited(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    old = team.worker
    first, new = called(renewed(old), "first-thought"), called(renewed(old), "second-thought")
    for each in (first, new):
        assert (await enrol(hub, await world.invite(team, worker=old.id), each)).status == 200
    token = await world.invite(team)
    for name in (old.address, "second-thought"):
        assert (await enrol(hub, token, called(newcomer(team), name))).body["code"] == "name-taken"
    assert (await enrol(hub, token, called(newcomer(team), "first-thought"))).status == 200
    await world.admit(team, new)
    await new.sign_in()


async def test_new_words_that_nobody_admits_are_let_go_with_their_name(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    new = called(renewed(team.worker), "never-admitted")
    await enrol(hub, await world.invite(team, worker=team.worker.id), new)
    path = f"/v1/organisations/{team.id.hex()}/waiting"
    hub.clock.move(days=29)
    await hub.run("accounts.sweep")
    await team.manager.sign_in()
    assert len((await team.manager.good("GET", path))["items"]) == 1
    hub.clock.move(days=1)
    await hub.run("accounts.sweep")
    await team.manager.sign_in()
    assert (await team.manager.good("GET", path))["items"] == []
    eve = called(newcomer(team, "Eve"), "never-admitted")
    assert (await enrol(hub, await world.invite(team), eve)).status == 200
    await team.worker.sign_in()


async def test_a_name_has_one_salt_for_ever(hub: RunningHub, world: HubWorld) -> None:
    """An end takes the salt that the name has before anyone enrols it, so the salt never tells who exists."""
    team = await world.team("Harbour VCU", OrganisationKind.VCU)
    end = newcomer(team)

    async def salt() -> object:
        return (await hub.ask("POST", "/v1/sign-in/start", {"address": end.address})).body["salt"]

    before = await salt()
    taken = await enrol(hub, await world.invite(team), end, salt=before)
    assert (taken.status, await salt()) == (200, before)
    hub.clock.move(days=31)
    await hub.run("accounts.sweep")
    assert await salt() == before
