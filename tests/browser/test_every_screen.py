"""Every screen, on a phone and on a desktop: usable without a mouse, read aloud, 320 pixels wide."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.people import enrol, manager_at, type_words
from tests.browser.screens import Screens
from tests.browser.website import WEB
from tests.keyholder.world import World

AXE = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = ViewportSize(width=320, height=640)
INSIDE = (
    "/today",
    "/circles",
    "/organisation",
    "/organisation/invite",
    "/organisation/kit",
    "/organisation/keys",
    "/settings",
    "/connection",
    "/security",
    "/nowhere",
)
TOO_SMALL = """
() => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter((one) => getComputedStyle(one).display !== "inline")
  .map((one) => ({ name: one.outerHTML.slice(0, 80), box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width > 1 && box.height > 1 && box.height < 43)
  .map(({ name }) => name)
"""


async def faults(page: Page) -> list[Any]:
    """What the accessibility checker finds, short enough to read."""
    await page.evaluate(AXE)
    found = await page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]]


async def check(page: Page) -> None:
    """One screen as it stands."""
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)
    await expect(page.locator(".kith-loading")).to_have_count(0)
    assert not await faults(page)
    assert not await page.evaluate(TOO_SMALL)
    size = page.viewport_size
    await page.set_viewport_size(NARROW)
    sideways = await page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert sideways == 0, f"{page.url} scrolls sideways by {sideways}"
    assert size is not None
    await page.set_viewport_size(size)


async def go(page: Page, path: str) -> None:
    """To another place inside the app, as a link does it."""
    await page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new Event('kith-moved')); }", path
    )


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_screens_of_somebody_signed_in_can_be_used_by_everybody(
    screens: Screens, world: World, size: str
) -> None:
    page = await manager_at(await screens.device(size), world, world.vcu.founded)
    for path in INSIDE:
        await go(page, path)
        await expect(page.get_by_role("heading", level=1)).to_be_focused()
        await check(page)


async def test_screens_of_coming_in_can_be_used_by_everybody(screens: Screens, world: World) -> None:
    page = await screens.open("/sign-in", "phone")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await check(page)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page).to_have_title(re.compile("^Error: Sign in"))
    await expect(page.locator(".govuk-error-summary")).to_be_focused()
    await check(page)
    await type_words(page, world.vcu.founded.address, world.vcu.founded.words)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    await check(page)


async def test_screens_of_enrolling_can_be_used_by_everybody(screens: Screens, world: World) -> None:
    invitation = await world.vcu.manager.team.invite("axe@harbour.example", "worker")
    page = await screens.open("/enrol#" + world.link(invitation).rpartition("#")[2], "phone")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Join Kith")
    await check(page)
    await enrol(page, "Axel", "axel@harbour.example")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")
    assert not await faults(page)


async def test_signing_in_and_out_needs_no_mouse(screens: Screens, world: World) -> None:
    founded = world.shelter.founded
    page = await screens.open("/sign-in")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Sign-in name")).to_be_focused()
    await page.keyboard.type(founded.address)
    await page.keyboard.press("Tab")
    await page.keyboard.type(founded.words)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Code from the mail")).to_be_focused()


async def test_old_browsers_and_those_without_script_are_told_what_to_use(
    screens: Screens, world: World
) -> None:
    answer = await world.hub.ask("GET", "/sign-in", headers={"Accept": "text/html"})
    text = answer.body.decode()
    assert "this browser is too old" in text
    assert "needs JavaScript" in text
    page = await screens.open("/sign-in")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await expect(page.locator("#old-browser")).to_have_count(0)
