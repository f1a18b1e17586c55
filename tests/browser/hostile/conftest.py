"""One hub, one proxy and two signed-in screens for all tests here; each test makes its own circles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import browser_hub
from tests.browser.hostile.proxy import Between, between
from tests.browser.hostile.stage import Stage, seated
from tests.browser.screens import screens_of
from tests.keyholder.world import World, building


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def theatre(
    browser: Browser, website: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """The stage, before anything is played."""
    home = tmp_path_factory.mktemp("hostile") / "hub"
    async with (
        browser_hub(home, website) as hub,
        between(hub.url, Between) as proxy,
        building(hub) as world,
        screens_of(browser, proxy.url) as screens,
    ):
        owner = await seated(screens, world, world.vcu.founded)
        partner = await seated(screens, world, world.shelter.founded)
        yield Stage(world, proxy, screens, owner, partner)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(theatre: Stage) -> AsyncIterator[Stage]:
    """The stage for one test: honest before and after."""
    await theatre.rest()
    yield theatre
    await theatre.rest()


@pytest.fixture
def proxy(stage: Stage) -> Between:
    return stage.proxy


@pytest.fixture
def world(stage: Stage) -> World:
    return stage.world
