"""The web mailbox in a real Chromium, against a real hub that serves it.

    async def test_x(screens, world):
        page = await screens.open("/sign-in", "phone")
        ...

Every test here runs in one event loop, which the browser lives in. ``hub`` and ``world`` are made once for
each file: people, circles and devices are each test's own. The hub's clock runs with the real one, which the
browser has too; ``hub.clock.move`` moves it ahead.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.screens import Screens, chromium, screens_of
from tests.browser.website import built
from tests.hub.conftest import small_settings
from tests.hub.running import Clock, RunningHub, running_hub
from tests.keyholder.world import World, building

_HERE = Path(__file__).parent


@dataclass
class RealClock(Clock):
    """The real time, ``now`` milliseconds ahead of it."""

    now: int = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.now


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser belongs to one event loop: all tests of this folder share it."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def website() -> Path:
    """The built app."""
    return built()


@asynccontextmanager
async def browser_hub(home: Path, website: Path) -> AsyncIterator[RunningHub]:
    """A hub on its embedded defaults, without rate limits, that serves the app."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = small_settings(home, web=website, rate_factor="0")
    async with running_hub(settings, clock=RealClock()) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(website: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """A hub for the tests of one file."""
    async with browser_hub(tmp_path_factory.mktemp("browser") / "hub", website) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(hub: RunningHub) -> AsyncIterator[World]:
    """An authority, a victim care unit and a shelter; their managers work with the Python end."""
    async with building(hub) as world:
        yield world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def screens(browser: Browser, hub: RunningHub) -> AsyncIterator[Screens]:
    """Devices and pages of one test. Complaints on a console, those of the content policy too, fail it."""
    async with screens_of(browser, hub.url) as screens:
        yield screens
