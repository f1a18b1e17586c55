"""A network of two organisations whose people use the command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub
from tests.keyholder.command.driving import Kith, Network, RealClock


@pytest.fixture
async def command_hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub on one file that keeps the real time, without rate limits: each command signs in."""
    settings = small_settings(tmp_path / "hub", rate_factor="0")
    async with running_hub(settings, clock=RealClock(0)) as running:
        yield running


@pytest.fixture
async def network(command_hub: RunningHub, tmp_path: Path) -> Network:
    """An authority, and nobody else yet."""
    home = tmp_path / "people"
    home.mkdir()
    made = Network(command_hub, Kith(home), home)
    await made.begin()
    return made


@pytest.fixture
async def partners(network: Network) -> Network:
    """A victim care unit (`victoria`) and a shelter (`sam`), both accredited."""
    await network.found("victoria", "Tidewater Victim Care Unit", "vcu")
    await network.found("sam", "Harbour Shelter", "partner")
    return network
