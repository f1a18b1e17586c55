"""What a worker is told of their own account, and the name that only colleagues can open."""

from __future__ import annotations

import pytest

from policies.limits import limits
from tests.hub.build import End, HubWorld, Team, b64
from tests.hub.running import RunningHub


def box(text: bytes) -> str:
    """A profile as it travels: opaque to the hub."""
    return b64(text.ljust(64, b"."))


async def test_one_is_told_how_long_the_session_can_last(hub: RunningHub, end: End) -> None:
    began = hub.clock.now
    await end.sign_in()
    hub.clock.move(minutes=20)
    me = await end.good("GET", "/v1/me")
    assert me["session_expires_at"] == began + limits().sessions.absolute_ms
    assert me["idle_ms"] == limits().sessions.idle_ms
    hub.clock.move(minutes=20)
    assert (await end.ask("GET", "/v1/me")).status == 200, "being used puts the idle end off"


async def test_a_profile_is_kept_through_admission_and_shown_to_colleagues(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    token = await world.invite(team)
    ann = await enrolled_with(world, team, token, box(b"Ann"))
    await world.admit(team, ann)
    await ann.sign_in()
    assert (await ann.good("GET", "/v1/me"))["profile_box"] == box(b"Ann")
    page = await team.worker.good("GET", f"/v1/organisations/{team.id.hex()}/workers")
    shown = {each["worker"]: each["profile_box"] for each in page["items"]}
    assert shown[b64(ann.id)] == box(b"Ann")
    assert shown[b64(team.worker.id)] is None


async def enrolled_with(world: HubWorld, team: Team, token: bytes, profile: str) -> End:
    """Somebody who enrols and brings a profile."""
    from tests.crypto.build import Person

    end = End(world.running, team.house, Person("Ann"), "ann", "w@harbour-vcu.example")
    body = {"token": b64(token), **end.credentials(), "profile_box": profile}
    answer = await world.running.ask("POST", "/v1/enrolments", body)
    assert answer.status == 200, answer.body
    return end


async def test_a_profile_can_be_changed_by_its_owner(end: End) -> None:
    assert (await end.good("GET", "/v1/me"))["profile_box"] is None
    for text in (b"Ann", b"Ann Smith"):
        assert (await end.ask("PUT", "/v1/me/profile", {"profile_box": box(text)})).status == 204
        assert (await end.good("GET", "/v1/me"))["profile_box"] == box(text)


@pytest.mark.parametrize("size", [0, 15, 4097])
async def test_a_profile_has_a_size(end: End, size: int) -> None:
    assert (await end.ask("PUT", "/v1/me/profile", {"profile_box": b64(bytes(size))})).status == 400


async def test_a_printed_kit_has_no_profile(world: HubWorld, hub: RunningHub, team: Team) -> None:
    kit = await world.kit(team)
    answer = await hub.ask("PUT", "/v1/me/profile", {"profile_box": box(b"kit")}, token=kit)
    assert answer.status == 403
