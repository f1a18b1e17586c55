"""Somebody writes in one place from two tabs: each keeps its own words, shows the other's; none is lost."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.circles import Seat, box, complaints, seat
from tests.browser.screens import Screens
from tests.browser.test_locking import choose_pin, unlock
from tests.keyholder.world import World


async def test_two_tabs_keep_their_own_words_and_offer_each_others(screens: Screens, world: World) -> None:
    circle, _ = await world.shared_circle()
    first = await seat(screens, world, world.vcu.founded, "phone")
    await first.go(f"/circles/{circle.id.hex()}")
    second = Seat(first.device, await first.device.open(f"/circles/{circle.id.hex()}"), first.founded)
    await expect(box(second.page)).to_be_editable()
    await box(first.page).fill("Written in the first tab")
    await expect(second.page.get_by_text("You are writing this in another tab")).to_be_visible()
    await expect(second.page.get_by_text("Written in the first tab")).to_be_visible()
    await box(second.page).fill("Written in the second tab")
    await expect(first.page.get_by_text("Written in the second tab")).to_be_visible()
    await expect(box(first.page)).to_have_value("Written in the first tab")
    assert await complaints(second.page) == []
    await second.page.get_by_role("button", name="Use these words here").click()
    await expect(box(second.page)).to_have_value("Written in the first tab")
    await expect(second.page.get_by_text("You wrote this before, in another tab")).to_be_visible()
    await second.page.get_by_role("button", name="Throw them away").click()
    await expect(second.page.get_by_text("Written in the second tab")).to_have_count(0)


async def test_after_both_tabs_are_closed_the_words_of_both_are_there(screens: Screens, world: World) -> None:
    circle, _ = await world.shared_circle()
    path = f"/circles/{circle.id.hex()}"
    first = await seat(screens, world, world.vcu.founded)
    await choose_pin(first.page, "4071")
    await first.go(path)
    second = Seat(first.device, await first.device.open(path), first.founded)
    await box(first.page).fill("Left in the first tab")
    await expect(first.page.get_by_text("Draft kept")).to_be_visible()
    await box(second.page).fill("Left in the second tab")
    await expect(second.page.get_by_text("Draft kept")).to_be_visible()
    for one in (first, second):
        await one.page.close()
    page = await first.device.open(path)
    await unlock(page, "4071")
    await expect(box(page)).to_have_value("Left in the second tab")
    await expect(page.get_by_text("Left in the first tab")).to_be_visible()
