"""What people do at a screen, in words that a test can be read by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Page, expect
from sqlalchemy import select

from hub.notifications import service as notifications
from keyholder.enrolment import Founded
from storage.tables.accounts import accounts, codes
from tests.browser.screens import Device
from tests.keyholder.world import World


@dataclass(frozen=True)
class Enrolled:
    """What somebody wrote down while they enrolled."""

    address: str
    words: str
    kit: str = ""


async def type_words(page: Page, address: str, words: str, shared: bool = False) -> None:
    """Fill in the sign-in page and send it."""
    await page.get_by_label("Sign-in name").fill(address)
    await page.get_by_label("Your six words").fill(words)
    if shared:
        await page.get_by_label("This is a shared device").check()
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def sign_in(page: Page, world: World, address: str, words: str, shared: bool = False) -> None:
    """From the sign-in page to Today, with the code from the mail: for a device that is not known."""
    await come_in(page, world, address, words, shared)
    await expect(page).to_have_title(re.compile("^Today"))


async def come_in(page: Page, world: World, address: str, words: str, shared: bool = False) -> None:
    """The same, to wherever a link led."""
    await type_words(page, address, words, shared)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    await page.get_by_label("Code from the mail").fill(await mailed_code(world, address))
    await page.get_by_role("button", name="Continue").click()


async def manager_at(device: Device, world: World, founded: Founded, path: str = "/sign-in") -> Page:
    """A house's manager, signed in on that device."""
    page = await device.open(path)
    await sign_in(page, world, founded.address, founded.words)
    return page


async def mailed_code(world: World, address: str) -> str:
    """The code as it stands in the newest mail to them."""
    found = select(codes.c.code).join(accounts, accounts.c.worker == codes.c.worker)
    async with world.hub.database.read() as unit:
        code = await unit.value(found.where(accounts.c.address == address))
    assert code is not None, f"no code is on its way to {address}"
    return notifications.sign_in_code(world.hub.hub, bytes(code))


async def words_on(page: Page) -> str:
    """The words that are shown, in order."""
    return " ".join(await page.locator(".kith-words li").all_inner_texts())


async def enrol(page: Page, name: str, address: str) -> Enrolled:
    """From an opened link to what comes after the words were typed back."""
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Sign-in name").fill(address)
    await page.get_by_role("button", name="Show my six words").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Keep these six words")
    words = await words_on(page)
    await page.get_by_role("button", name="I have kept my words").click()
    kit = await _keep_kit(page)
    await page.get_by_label("Your six words, in order").fill(words.upper())
    await page.get_by_role("button", name="Join", exact=True).click()
    return Enrolled(address, words, kit)


async def _keep_kit(page: Page) -> str:
    """The organisation's kit, when one is shown."""
    heading = page.get_by_role("heading", level=1)
    await expect(heading).not_to_have_text("Keep these six words")
    if "kit" not in await heading.inner_text():
        return ""
    kit = await words_on(page)
    await page.get_by_label("I have printed or written down the kit").check()
    await page.get_by_role("button", name="Continue").click()
    return kit
