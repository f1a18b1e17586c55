"""Coming back with the printed kit at the screen: what stands on the card is all that it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from hub.accounts import service as accounts
from keyholder.enrolment import found
from tests.browser.people import manager_at, type_words, words_on
from tests.browser.screens import Screens
from tests.browser.test_every_screen import check
from tests.keyholder.world import World

ZOOM = "zoom " * 8


@dataclass(frozen=True)
class Card:
    """What somebody reads from the printed page."""

    number: str
    words: str


@pytest_asyncio.fixture(loop_scope="session")
async def card(screens: Screens, world: World) -> Card:
    """A kit made at a manager's screen, read from the card alone."""
    page = await manager_at(await screens.device(), world, world.vcu.founded)
    await page.get_by_role("link", name="Organisation").click()
    await page.get_by_role("link", name=re.compile("Print (a new )?one")).click()
    await page.get_by_role("button", name="Make a new kit").click()
    kit = page.get_by_role("region", name="Your organisation's kit")
    await expect(kit).to_contain_text("/recover")
    kept = Card(await kit.locator(".kith-fingerprint").inner_text(), await words_on(page))
    await page.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_text("The new kit counts.")).to_be_visible()
    return kept


async def fill(page: Page, number: str, words: str, address: str) -> None:
    """The form, as somebody with the card before them fills it in."""
    await page.get_by_label("Organisation number").fill(number)
    await page.get_by_label("The eight words of the kit").fill(words)
    await page.get_by_label("Your name").fill("Robin Return")
    await page.get_by_label("New sign-in name").fill(address)
    await page.get_by_label("Your mail address").fill("robin@harbour.example")
    await page.get_by_role("button", name="Show my six words").click()


async def write_down(page: Page) -> str:
    """Keep the six words and type them back."""
    await expect(page.get_by_role("heading", level=1)).to_have_text("Keep these six words")
    words = await words_on(page)
    await page.get_by_role("button", name="I have kept my words").click()
    await page.get_by_label("Your six words, in order").fill(words)
    return words


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_whoever_holds_the_kit_comes_back_as_a_manager(
    screens: Screens, world: World, card: Card, size: str
) -> None:
    page = await screens.open("/sign-in", size)
    await page.get_by_text("I have lost my words").click()
    await page.get_by_role("link", name="Come back with the printed kit").click()
    await check(page)
    address = f"robin.{size}"
    await fill(page, card.number, card.words.upper(), address)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Keep these six words")
    await check(page)
    words = await write_down(page)
    await check(page)
    await page.get_by_role("button", name="Come back").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are a manager again")
    await check(page)
    await page.get_by_role("link", name="Go to your organisation").click()
    me = page.locator(".kith-row", has_text="(you)")
    await expect(me).to_contain_text("Robin Return")
    await expect(me).to_contain_text("Manager")
    await page.reload()
    await type_words(page, address, words)
    await expect(page).to_have_title(re.compile("^(Organisation|Today)"))


async def test_a_wrong_kit_is_refused_before_any_words_are_drawn(
    screens: Screens, world: World, card: Card
) -> None:
    page = await screens.open("/recover")
    await page.get_by_role("button", name="Show my six words").click()
    await expect(page.get_by_role("alert")).to_contain_text("Enter the number on the kit")
    await fill(page, card.number[:-3], card.words, "nobody.here")
    await expect(page.get_by_role("alert")).to_contain_text("Type the whole number")
    await fill(page, card.number, ZOOM, "nobody.here")
    await expect(page.get_by_role("alert")).to_contain_text("This kit opens nothing")
    await fill(page, "ab" * 16, card.words, "nobody.here")
    await expect(page.get_by_role("alert")).to_contain_text("This kit opens nothing")
    await fill(page, card.number, world.vcu.founded.kit_words, "nobody.here")
    await expect(page.get_by_role("alert")).to_contain_text("replaced by a newer one")


async def test_a_sign_in_name_that_is_taken_leads_back_to_choosing_another(
    screens: Screens, world: World, card: Card
) -> None:
    page = await screens.open("/recover")
    await fill(page, card.number, card.words, world.vcu.founded.address)
    await write_down(page)
    await page.get_by_role("button", name="Come back").click()
    await expect(page.get_by_role("alert")).to_contain_text("Somebody has that sign-in name")
    await expect(page.get_by_label("Organisation number")).to_have_value(card.number)
    await fill(page, card.number, card.words, "robin.again")
    await write_down(page)
    await page.get_by_role("button", name="Come back").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are a manager again")


async def test_an_organisation_that_nobody_vouches_for_brings_nobody_in(
    screens: Screens, world: World
) -> None:
    async with world.hub.database.write() as unit:
        link = await accounts.invite_founder(unit, world.hub.hub, "l@lonely.example", world.hub.clock())
    connection = await world.connection()
    founded = await found(connection, world.trust, link, "lonely", world.hub.clock)
    page = await screens.open("/recover")
    await fill(page, founded.organisation.hex(), founded.kit_words, "lonely.two")
    await expect(page.get_by_role("alert")).to_contain_text("tell", ignore_case=True)
    await expect(page.get_by_label("Organisation number")).to_be_visible()
