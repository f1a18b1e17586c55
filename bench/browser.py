"""A stage for benches in a real browser: a hub that serves the built app, Chromium, and somebody signed in.

    async with stage() as found:
        mover = await found.signed_in()
        await mover.ask("circles", {...})     # the app's own vault, as pages ask it

The hub runs in this process on its embedded defaults. What sends much is better measured with `unwatched`.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser

from bench.unwatched import held
from tests.browser.conftest import browser_hub
from tests.browser.moving import Mover, controlled, moving
from tests.browser.screens import Screens, chromium, screens_of
from tests.browser.website import built
from tests.hub.running import RunningHub
from tests.keyholder.world import World, building

MIB = 1024 * 1024


@dataclass
class Stage:
    """Everything that a bench needs at hand."""

    folder: Path
    hub: RunningHub
    world: World
    browser: Browser
    screens: Screens

    async def signed_in(self, screens: Screens | None = None) -> Mover:
        """The victim care unit's manager, on a device of their own."""
        device = await (screens or self.screens).device()
        mover = await moving(device, self.world, self.world.vcu.founded)
        await controlled(mover.page)
        return mover


@dataclass
class Watch:
    """How much memory the page processes under ``root`` held before, and at most; MiB."""

    root: int
    before: float = 0.0
    most: float = 0.0
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    async def __aenter__(self) -> Watch:
        self.before = self.most = held(self.root)
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        while True:
            self.most = max(self.most, held(self.root))
            await asyncio.sleep(0.5)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """A hub, a world on it, and a browser, until the end of the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            browser_hub(folder / "hub", built()) as hub,
            building(hub) as world,
            chromium() as browser,
            screens_of(browser, hub.url) as screens,
        ):
            yield Stage(folder, hub, world, browser, screens)
