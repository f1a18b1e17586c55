"""Coming in through a real browser: enrolling from the mail's link, being admitted, signing in with words."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.screens import Screens
from tests.keyholder.world import World


async def sign_in(page: Page, address: str, words: str) -> None:
    await page.get_by_label("Sign-in name").fill(address)
    await page.get_by_label("six words").fill(words)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_words_that_are_wrong_open_nothing(screens: Screens, world: World) -> None:
    page = await screens.open("/sign-in")
    await sign_in(page, "harbour-manager", "zoom zoom zoom zoom zoom zoom")
    await expect(page.get_by_role("alert")).to_contain_text("These words do not open this sign-in")
