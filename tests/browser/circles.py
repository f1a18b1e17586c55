"""People in one circle, each at a screen of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from keyholder.enrolment import Founded
from tests.browser.people import manager_at
from tests.browser.screens import Device, Screens
from tests.browser.website import WEB
from tests.keyholder.world import World

_AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_MOVE = "(path) => { history.pushState(null, '', path); dispatchEvent(new Event('kith-moved')); }"


@dataclass
class Seat:
    """Somebody signed in on a device."""

    device: Device
    page: Page
    founded: Founded

    async def go(self, path: str) -> None:
        """To a path of the app, as a link inside it leads: the session goes on."""
        await self.page.evaluate(_MOVE, path)

    async def write(self, text: str) -> None:
        """Send a message in the thread that is open."""
        await box(self.page).fill(text)
        await self.page.get_by_role("button", name="Send", exact=True).click()
        await expect(box(self.page)).to_have_value("")


async def seat(screens: Screens, world: World, founded: Founded, size: str = "desktop") -> Seat:
    """Signed in on a device of their own."""
    device = await screens.device(size)
    return Seat(device, await manager_at(device, world, founded), founded)


async def both(
    screens: Screens, world: World, circle: str, tab: str = "", partner: str = "phone"
) -> tuple[Seat, Seat]:
    """The unit's manager at a desk and the shelter's on a phone, both at the same place of one circle."""
    owner = await seat(screens, world, world.vcu.founded)
    other = await seat(screens, world, world.shelter.founded, partner)
    for one in (owner, other):
        await one.go(f"/circles/{circle}{tab}")
    return owner, other


def box(page: Page) -> Any:
    """Where messages are written."""
    return page.locator(".kith-composer__box")


async def complaints(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is now."""
    await page.evaluate(_AXE.read_text())
    found = await page.evaluate("(tags) => axe.run(document, { runOnly: tags })", _RULES)
    return [f"{one['id']}: {one['help']} {one['nodes'][0]['target']}" for one in found["violations"]]


async def overflow(page: Page) -> int:
    """CSS pixels by which the page is wider than its screen."""
    return int(
        await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def asset(name: str) -> Path:
    """A file of the demo."""
    return WEB.parents[1] / "demo" / "assets" / name
