"""Where the lies are told: one hub, one proxy, two people at screens who see the hub only through it.

circle, theirs = await stage.world.shared_circle()
stage.proxy.change("/headers", false.serve)
await stage.refuses("partner", f"/circles/{circle.id.hex()}", 13, "forged")
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, expect

from keyholder.enrolment import Founded
from tests.browser.circles import Seat
from tests.browser.hostile.proxy import Between
from tests.browser.people import manager_at
from tests.browser.screens import Screens
from tests.keyholder.world import World

SECRET = "Nobody may read this forged line"
"""What forged entries say: it must never stand in a page."""
_ALARMS = """
() => [...document.querySelectorAll(".kith-alarm")].map((box) => ({
  small: box.classList.contains("kith-alarm--small"),
  words: [...box.querySelectorAll(":scope > p")].map((line) => line.innerText),
  report: box.querySelector("pre").textContent,
}))
"""
_SMALL, _LARGE = ".kith-alarm--small", ".kith-alarm:not(.kith-alarm--small)"
_PATIENCE_MS = 60_000
_LINE = re.compile(r"^(What happened|What is safe|Code|Rule|Evidence): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """An alarm as it stands in a page. ``small``: in its place among other things."""

    small: bool
    words: list[str]
    report: dict[str, str]

    @property
    def item(self) -> int:
        return int(self.report["Rule"])

    @property
    def code(self) -> str:
        return self.report["Code"]

    def check(self) -> None:
        """It says what happened, what is safe and whom to tell, plainly; bytes are ready as evidence."""
        title, what, safe, tell = self.words
        assert title.endswith("Stopped to keep people safe")
        assert what == self.report["What happened"]
        assert what.endswith(".")
        assert safe == f"What is safe: {self.report['What is safe']}"
        assert tell.startswith("Whom to tell: ")
        assert "telephone" in tell or "clock" in tell
        evidence = json.loads(self.report["Evidence"])
        assert evidence["alarm"] == self.code
        assert evidence["item"] == self.item
        assert any(evidence["bytes"].values()), self.code


async def alarms(page: Page) -> list[Shown]:
    """Every alarm that the page shows now."""
    found: list[dict[str, Any]] = await page.evaluate(_ALARMS)
    return [Shown(one["small"], one["words"], dict(_LINE.findall(one["report"]))) for one in found]


async def alarmed(page: Page, item: int, *codes: str, small: bool = False) -> Shown:
    """Wait for the alarm of that item; nothing forged stands beside it.

    One fault may stop several things, each in its place: then all of them say the same. ``small``: nothing
    but the things in their places is stopped.
    """
    await expect(page.locator(_SMALL if small else _LARGE).first).to_be_visible(timeout=_PATIENCE_MS)
    found = await alarms(page)
    for shown in found:
        shown.check()
        assert shown.item == item, shown
        assert not codes or shown.code in codes, shown
        assert shown.small or not small, shown
    assert SECRET not in await page.content()
    return found[0]


@dataclass
class Stage:
    """Everything. ``owner`` is the victim care unit's manager, ``partner`` the shelter's."""

    world: World
    proxy: Between
    screens: Screens
    owner: Seat
    partner: Seat

    async def refuses(self, seat: Seat, path: str, item: int, *codes: str, small: bool = False) -> Shown:
        """They go there, see that alarm, and nothing is sent from there."""
        before = len(self.proxy.asked)
        await seat.go(path)
        shown = await alarmed(seat.page, item, *codes, small=small)
        assert not self.proxy.sent(before)
        return shown

    async def rest(self) -> None:
        """Both wait on a page that asks for nothing; the hub is honest again."""
        self.proxy.honest()
        for seat in (self.owner, self.partner):
            await seat.go("/nowhere")
            await expect(seat.page.get_by_role("heading", level=1)).to_have_text("There is no such page")
            assert [shown.report for shown in await alarms(seat.page)] == []


async def seated(screens: Screens, world: World, founded: Founded) -> Seat:
    """Signed in through the proxy, and looking at nothing."""
    device = await screens.device()
    seat = Seat(device, await manager_at(device, world, founded), founded)
    await seat.go("/nowhere")
    return seat


def at(circle: bytes, tab: str = "") -> str:
    """The path of a circle's page."""
    return f"/circles/{circle.hex()}{tab}"
