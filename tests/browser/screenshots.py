"""`make screenshots`: every screen of the web mailbox, on a desktop and on a phone, as pictures to look at.

The demo's story is played first (or gone on with), then its people sign in as they would: with their words,
and the code from the caught mail. Nothing is arranged but where to click.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from demo.cast import Memory
from demo.stage import Stage, enrol_token, stage
from hub.accounts import service as accounts
from tests.browser.screens import Device, Screens, chromium, screens_of

HOME = Path("var") / "screenshots"
FOLDER = Path("var") / "pictures"
HUB_PORT, MAIL_PORT = 8431, 8432
SETTLE_MS = 700
TALLEST = 2400


@dataclass
class Tour:
    """One size's walk through every screen."""

    screens: Screens
    stage: Stage
    memory: Memory
    size: str
    folder: Path
    device: Device | None = None

    async def take(self, page: Page, name: str, *, whole: bool = True) -> None:
        """A picture, once the page has settled."""
        await page.wait_for_load_state()
        await expect(page.locator(".kith-loading")).to_have_count(0)
        await page.wait_for_timeout(SETTLE_MS)
        path = self.folder / f"{name}-{self.size}.png"
        height = await page.evaluate("document.documentElement.scrollHeight")
        await page.screenshot(path=path, full_page=whole and height <= TALLEST)
        sys.stdout.write(f"{path}\n")

    async def as_person(self, key: str) -> Page:
        """Somebody of the demo, signed in on a device of their own."""
        person = self.memory.person(key)
        self.device = await self.screens.device(self.size)
        page = await self.device.open("/sign-in")
        before = self.stage.mail_count()
        await page.get_by_label("Sign-in name").fill(person.address)
        await page.get_by_label("Your six words").fill(person.words)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
        mail = await self.stage.mail_to(person.address, before, step=0)
        code = re.search(r"\b\d{4} \d{4}\b", "".join(piece.text for piece in mail.pieces))
        assert code is not None
        await page.get_by_label("Code from the mail").fill(code.group())
        await page.get_by_role("button", name="Continue").click()
        await expect(page).to_have_title(re.compile("^Today"))
        return page


async def at_the_door(tour: Tour) -> None:
    """Signing in, and joining from a mailed link."""
    page = await tour.screens.open("/sign-in", tour.size)
    await tour.take(page, "sign-in")
    before, mail = tour.stage.mail_count(), f"founder-{tour.size}@new.example"
    async with tour.stage.hub.database.write() as unit:
        await accounts.invite_founder(unit, tour.stage.hub, mail, tour.stage.clock())
    token = enrol_token(await tour.stage.mail_to(mail, before, step=0))
    page = await tour.screens.open(f"/enrol#{token}", tour.size)
    await tour.take(page, "enrol-name")
    await page.get_by_label("Your name").fill("Pat Pretend")
    await page.get_by_label("Sign-in name").fill(mail)
    await page.get_by_role("button", name="Show my six words").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Keep these six words")
    await tour.take(page, "enrol-words")


async def at_a_partners(tour: Tour) -> None:
    """What a housing manager meets: Today, an invitation, their organisation."""
    page = await tour.as_person("ash")
    await tour.take(page, "today")
    await _go(tour, page, "/organisation", "organisation")
    await _follow(tour, page, "Circles of Sky Dummy", "organisation-circles")
    await _go(tour, page, "/organisation", None)
    await _follow(tour, page, "Leaver: Sky Dummy", "organisation-leaver")
    await _go(tour, page, "/organisation/invite", "organisation-invite")
    await _go(tour, page, "/settings", "settings")
    await _go(tour, page, "/security", "security")
    await _go(tour, page, "/today", None)
    invitation = page.get_by_role("link", name=re.compile("Answer|invitation", re.IGNORECASE))
    if await invitation.count():
        await invitation.first.click()
        await tour.take(page, "invitation")


async def in_a_circle(tour: Tour) -> None:
    """The case owner's circle, tab by tab."""
    page = await tour.as_person("robin")
    await _go(tour, page, "/circles", "circles")
    await page.get_by_role("link", name=re.compile("Rowan")).first.click()
    await expect(page.get_by_label(re.compile("^Message to"))).to_be_visible()
    await tour.take(page, "thread", whole=False)
    place = re.sub(r"^https?://[^/]+", "", page.url)
    for tab in ("plan", "documents", "people", "timeline", "about"):
        await _go(tour, page, f"{place}/{tab}", tab)
    await _go(tour, page, f"{place}/documents", None)
    await _preview(tour, page.get_by_role("link", name="housing-letter.pdf").first, "preview-pdf", "canvas")
    await _go(tour, page, f"{place}/documents", None)
    await _preview(tour, page.get_by_role("link", name="door-camera.mp4").first, "preview-video", "video")
    await _go(tour, page, f"{place}/invite", "invite")
    await _go(tour, page, "/circles/new", "open-circle")
    await _go(tour, page, "/connection", "connection")


async def _go(tour: Tour, page: Page, path: str, name: str | None) -> None:
    """To another page without loading the app anew, which would lock it."""
    await page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
    )
    await page.wait_for_timeout(SETTLE_MS)
    if name is not None:
        await tour.take(page, name)


async def _follow(tour: Tour, page: Page, link: str, name: str) -> None:
    await page.get_by_role("link", name=link).click()
    await page.wait_for_timeout(SETTLE_MS)
    await tour.take(page, name)


async def _preview(tour: Tour, link: Locator, name: str, part: str) -> None:
    await link.click()
    await expect(link.page.locator(part).first).to_be_visible()
    await tour.take(link.page, name)


WALKS: tuple[Callable[[Tour], Awaitable[None]], ...] = (at_the_door, at_a_partners, in_a_circle)


async def tell() -> None:
    """The demo's story, unless an earlier run told it."""
    story = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo", "--once", "--home", str(HOME),
        "--port", str(HUB_PORT), "--mail-port", str(MAIL_PORT),
    )  # fmt: skip
    if await story.wait():
        sys.exit("The demo's story could not be told.")


async def main(sizes: tuple[str, ...] = ("desktop", "phone")) -> None:
    """Everything, for these sizes."""
    await tell()
    FOLDER.mkdir(parents=True, exist_ok=True)
    memory = Memory.read(HOME / "demo.json")
    async with (
        stage(HOME.absolute(), hub_port=HUB_PORT, mail_port=MAIL_PORT, begin_days_ago=0) as where,
        chromium() as browser,
    ):
        for size in sizes:
            for walk in WALKS:
                async with screens_of(browser, where.url) as screens:
                    await walk(Tour(screens, where, memory, size, FOLDER))


if __name__ == "__main__":
    asyncio.run(main(tuple(sys.argv[1:]) or ("desktop", "phone")))
