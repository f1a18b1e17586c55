"""The main job for everybody: by keyboard alone, enlarged, in forced colours, without movement, on paper."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.circles import Seat, box, complaints, overflow, seat
from tests.browser.people import mailed_code
from tests.browser.screens import Screens, screens_of
from tests.hub.running import RunningHub
from tests.keyholder.world import DAY, World

MOST_TABS = 80
TWICE_AS_LARGE = ViewportSize(width=640, height=450)
"""A desk's screen of 1280 by 900 at 200 %."""
NARROW = ViewportSize(width=320, height=640)
SHOWN = """
() => [...document.querySelectorAll("body *")]
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1)
  .map((one) => one.textContent.trim())
"""
"""The words that stand on the page, or on paper."""
OUTLINED = """
(one) => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
  return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
}
"""
MOVING = """
() => document.getAnimations().filter((one) => one.playState === "running"
  && one.effect.getComputedTiming().duration > 10).length
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def partner(browser: Browser, hub: RunningHub, world: World) -> AsyncIterator[Seat]:
    """The shelter's manager, signed in once without a mouse."""
    async with screens_of(browser, hub.url) as screens:
        device, founded = await screens.device(), world.shelter.founded
        page = await device.open("/sign-in")
        await expect(page.get_by_label("Sign-in name")).to_be_visible()
        await write(page, page.get_by_label("Sign-in name"), founded.address)
        await write(page, page.get_by_label("Your six words"), founded.words)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
        await write(page, page.get_by_label("Code from the mail"), await mailed_code(world, founded.address))
        await page.keyboard.press("Enter")
        await expect(page).to_have_title(re.compile("^Today"))
        yield Seat(device, page, founded)


async def reach(page: Page, place: Locator) -> None:
    """Tab to it, and see that it can be seen where one is."""
    await expect(place.first).to_be_visible()
    for _ in range(MOST_TABS):
        if await place.first.evaluate("(one) => one === document.activeElement"):
            assert await place.first.evaluate(OUTLINED), f"where one is cannot be seen: {place}"
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{place} is not reached with the keyboard")


async def write(page: Page, place: Locator, text: str) -> None:
    """Tab to a field and type."""
    await reach(page, place)
    await page.keyboard.type(text)


async def press(page: Page, place: Locator) -> None:
    """Tab to a link or button and use it."""
    await reach(page, place)
    await page.keyboard.press("Enter")


async def words(page: Page) -> str:
    """Everything that can be read."""
    found: list[str] = await page.evaluate(SHOWN)
    return "\n".join(found)


async def planned(world: World) -> Any:
    """A circle with a plan and an action for the shelter."""
    ours, theirs = await world.shared_circle()
    await ours.propose(world.shelter.id, "Keep a room", "Two nights.", world.hub.clock() + DAY)
    await theirs.thread.post("Something to read")
    return ours


async def test_reading_answering_and_taking_on_an_action_need_no_mouse(partner: Seat, world: World) -> None:
    circle = await planned(world)
    page = partner.page
    await press(page, page.get_by_role("link", name="Circles", exact=True))
    await press(page, page.locator(f"a[href*='{circle.id.hex()}']"))
    await expect(page.get_by_text("Something to read")).to_be_visible()
    await write(page, box(page), "Read, and answered")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".kith-entry--mine").last).to_contain_text("Read, and answered")
    await press(page, page.get_by_role("link", name="Care plan"))
    await press(page, page.get_by_role("link", name="Keep a room"))
    await press(page, page.get_by_role("button", name="Accept: Keep a room"))
    await press(page, page.locator(".kith-move").get_by_role("button", name="Accept", exact=True))
    await expect(page.get_by_role("button", name="Mark as done: Keep a room")).to_be_visible()


async def test_everything_fits_enlarged_and_narrow_and_nothing_moves(partner: Seat, world: World) -> None:
    circle = (await planned(world)).id.hex()
    page = partner.page
    for path in ("/today", "/circles", f"/circles/{circle}", f"/circles/{circle}/plan", "/settings"):
        await partner.go(path)
        await expect(page.locator(".kith-loading")).to_have_count(0)
        for size in (TWICE_AS_LARGE, NARROW):
            await page.set_viewport_size(size)
            assert await overflow(page) <= 0, (path, size)
        assert await page.evaluate(MOVING) == 0, path
    await page.set_viewport_size({"width": 1280, "height": 900})


async def test_forced_colours_leave_buttons_edges_and_the_place_one_is_at(
    partner: Seat, world: World
) -> None:
    circle = (await planned(world)).id.hex()
    page = partner.page
    await page.emulate_media(forced_colors="active", reduced_motion="reduce")
    await partner.go(f"/circles/{circle}")
    await box(page).fill("Seen in any colours")
    send = page.get_by_role("button", name="Send", exact=True)
    await reach(page, send)
    edges = await send.evaluate(
        "(one) => getComputedStyle(one).borderStyle + getComputedStyle(one).outlineStyle"
    )
    assert "solid" in edges
    assert await complaints(page) == []
    await box(page).fill("")
    await page.emulate_media(forced_colors="none")


async def test_a_printed_care_plan_shows_the_plan_and_nothing_of_the_screen(
    partner: Seat, world: World
) -> None:
    circle = (await planned(world)).id.hex()
    page = partner.page
    await partner.go(f"/circles/{circle}/plan")
    await expect(page.get_by_role("link", name="Keep a room")).to_be_visible()
    assert "Printed on" not in await words(page)
    await page.emulate_media(media="print")
    printed = await words(page)
    for line in ("Circle for J", "Care plan", "Keep a room", "Shelter", "Printed on"):
        assert line in printed, line
    for line in ("Sign out", "Organisation", "Thread", "Check my connection", "Security details", "Print\n"):
        assert line not in printed, line
    assert len(await page.pdf()) > 5_000
    await page.emulate_media(media="screen")


async def test_a_printed_sign_in_card_shows_the_card_alone(screens: Screens, world: World) -> None:
    invitation = await world.vcu.manager.team.invite("paper@harbour.example", "worker")
    page = await screens.open("/enrol#" + world.link(invitation).rpartition("#")[2])
    await page.get_by_label("Your name").fill("Petra")
    await page.get_by_label("Sign-in name").fill("petra")
    await page.get_by_role("button", name="Show my six words").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Keep these six words")
    drawn = await page.locator(".kith-words li").all_inner_texts()
    await page.emulate_media(media="print")
    printed = await words(page)
    for line in ("Kith sign-in card", "petra", *drawn):
        assert line in printed, line
    for line in ("Keep these six words", "I have kept my words", "Step 2 of 3", "Check my connection"):
        assert line not in printed, line


async def test_a_seat_by_mouse_and_one_by_keyboard_see_the_same(
    screens: Screens, partner: Seat, world: World
) -> None:
    circle, _ = await world.shared_circle()
    other = await seat(screens, world, world.vcu.founded)
    for one in (partner, other):
        await one.go(f"/circles/{circle.id.hex()}")
    await write(partner.page, box(partner.page), "Typed without a mouse")
    await press(partner.page, partner.page.get_by_role("button", name="Send", exact=True))
    await expect(other.page.get_by_text("Typed without a mouse")).to_be_visible()
