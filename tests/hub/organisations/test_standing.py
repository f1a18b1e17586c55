"""When an organisation counts as accredited: judged at the moment somebody asks."""

import asyncio

import pytest

from crypto.accreditation import OrganisationKind
from hub.accounts.service import Standing
from hub.organisations.authority import apart
from tests.crypto.build import DAY
from tests.hub.build import End, HubWorld, Team, b64
from tests.hub.running import RunningHub

HOUR = 60 * 60 * 1000


async def today(end: End) -> int:
    """The status of what needs an accredited organisation, after signing in again."""
    await end.sign_in()
    return (await end.ask("GET", "/v1/today")).status


async def test_a_renewal_that_starts_after_a_gap_lets_people_in_again(
    hub: RunningHub, world: HubWorld
) -> None:
    team, now = await world.found("Later", OrganisationKind.PARTNER), hub.clock.now
    await world.accredit(team, valid_from=now - DAY, valid_to=now + HOUR)
    await world.accredit(team, valid_from=now + 2 * HOUR, valid_to=now + 3650 * DAY)
    assert await today(team.manager) == 200
    hub.clock.move(ms=HOUR)
    assert await today(team.manager) == 403
    hub.clock.move(ms=HOUR)
    assert await today(team.manager) == 200


async def test_a_new_kind_counts_once_the_old_accreditation_has_run_out(
    hub: RunningHub, world: HubWorld
) -> None:
    team, now = await world.found("Turner", OrganisationKind.PARTNER), hub.clock.now
    await world.accredit(team, valid_from=now - DAY, valid_to=now + 2 * HOUR)
    team.kind = OrganisationKind.VCU
    await world.accredit(team, valid_from=now + HOUR, valid_to=now + 3650 * DAY)
    assert (await today(team.manager), (await team.manager.good("GET", "/v1/me"))["kind"]) == (200, "partner")
    hub.clock.move(ms=2 * HOUR)
    assert (await today(team.manager), (await team.manager.good("GET", "/v1/me"))["kind"]) == (200, "vcu")


async def test_a_withdrawal_ends_what_a_worker_is_listening_to(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    headers = {"Authorization": f"Bearer {b64(team.worker.token or b'')}"}
    async with hub.client.get(f"{hub.url}/v1/live", headers=headers) as live:
        assert live.status == 200
        assert (await world.post("withdrawal", world.withdrawal(team, hub.clock.now))).status == 204
        async with asyncio.timeout(30):
            await live.content.read()


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([("vcu", 10, 20)], [("vcu", 10, 20)]),
        ([("vcu", 20, 20)], []),
        ([("vcu", 10, 20), ("vcu", 20, 30)], [("vcu", 10, 30)]),
        ([("vcu", 20, 30), ("vcu", 10, 25)], [("vcu", 10, 30)]),
        ([("vcu", 10, 20), ("vcu", 40, 50)], [("vcu", 10, 20), ("vcu", 40, 50)]),
        ([("vcu", 10, 20), ("police", 15, 50)], [("vcu", 10, 15), ("police", 15, 50)]),
        ([("vcu", 10, 50), ("police", 20, 30)], [("vcu", 10, 50)]),
    ],
)
def test_standings_do_not_overlap_and_keep_their_gaps(
    spans: list[tuple[str, int, int]], expected: list[tuple[str, int, int]]
) -> None:
    assert apart([Standing(*span) for span in spans]) == expected
