"""A team of one organisation to start from."""

from collections.abc import Sequence

import pytest

from crypto.accreditation import OrganisationKind
from crypto.statements import Statement
from hub.circles import openings
from hub.kernel.caller import Caller
from hub.kernel.live import Event
from storage.database import Unit
from tests.hub.build import End, HubWorld, Team
from tests.hub.running import RunningHub


async def believe(unit: Unit, caller: Caller, statements: Sequence[Statement]) -> Sequence[Event]:
    """Everything is there to be opened, and nobody waits to hear of it."""
    return ()


@pytest.fixture(autouse=True)
def no_circles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether there is anything to open is no matter to the log itself: that is tried where circles are."""
    monkeypatch.setattr(openings, "judge", believe)


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
