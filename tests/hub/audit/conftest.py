"""A team of one organisation to start from."""

import pytest

from crypto.accreditation import OrganisationKind
from tests.hub.build import End, HubWorld, Team
from tests.hub.running import RunningHub


@pytest.fixture
async def world(hub: RunningHub) -> HubWorld:
    """A hub whose authority is named."""
    made = HubWorld(hub)
    await made.trust()
    return made


@pytest.fixture
async def team(world: HubWorld) -> Team:
    """A victim care unit with a manager and a worker, signed in."""
    return await world.team("Harbour VCU", OrganisationKind.VCU)


@pytest.fixture
def end(team: Team) -> End:
    """That worker."""
    return team.worker
