"""Coming in through a real browser: enrolling from the mail's link, being admitted, signing in with words."""

from __future__ import annotations

import re

from playwright.async_api import expect
from sqlalchemy import delete

from hub.accounts import service as accounts
from keyholder.enrolment import link_token
from storage.tables.accounts import codes
from tests.browser.circles import complaints
from tests.browser.people import enrol, manager_at, sign_in, type_words, words_on
from tests.browser.screens import Screens
from tests.keyholder.world import House, World

ZOOM = "zoom zoom zoom zoom zoom zoom"
DROP_CODES = delete(codes)
KEPT = """
    async () => {
      const asking = indexedDB.open("kith");
      const database = await new Promise((done) => (asking.onsuccess = () => done(asking.result)));
      const all = database.transaction("kept").objectStore("kept").getAllKeys();
      return await new Promise((done) => (all.onsuccess = () => done(all.result)));
    }
"""
"""The names of everything that this browser keeps."""


async def invited(world: World, house: House, role: str = "worker") -> str:
    """The path of a fresh enrolment link."""
    invitation = await house.manager.team.invite("someone@harbour.example", role)
    return "/enrol#" + world.link(invitation).rpartition("#")[2]


async def test_wrong_words_open_nothing(screens: Screens, world: World) -> None:
    page = await screens.open("/sign-in")
    await type_words(page, "harbour-manager", ZOOM)
    await expect(page.get_by_role("alert")).to_contain_text("These words do not open this sign-in")
    await type_words(page, "harbour-manager", "zoom zoom")
    await expect(page.get_by_role("alert")).to_contain_text("there should be 6 words, not 2")


async def test_a_new_device_needs_a_code_and_a_known_one_the_words_alone(
    screens: Screens, world: World
) -> None:
    device, founded = await screens.device(), world.vcu.founded
    page = await manager_at(device, world, founded)
    await page.reload()
    await type_words(page, founded.address, founded.words)
    await expect(page).to_have_title(re.compile("^Today"))


async def test_a_shared_device_is_asked_for_a_code_each_time_and_keeps_nothing(
    screens: Screens, world: World
) -> None:
    device, founded = await screens.device("phone"), world.vcu.founded
    for _ in range(2):
        page = await device.open("/sign-in")
        await sign_in(page, world, founded.address, founded.words, shared=True)
        kept = await page.evaluate(KEPT)
        assert not [name for name in kept if name != "tried"]
        await page.close()
        async with world.hub.database.write() as unit:
            await unit.run(DROP_CODES)


async def test_whoever_enrols_is_admitted_by_five_words_and_goes_on_by_themselves(
    screens: Screens, world: World
) -> None:
    page = await screens.open(await invited(world, world.vcu), "phone")
    written = await enrol(page, "Sam  Okoro", "Sam@Harbour.example")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")
    spoken = await words_on(page)
    await world.vcu.manager.team.admit(spoken, "worker")
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are in", timeout=30_000)
    await page.get_by_role("link", name="Organisation").click()
    await expect(page.locator("main")).to_contain_text("Sam Okoro")
    assert written.address == "Sam@Harbour.example"


async def test_whoever_waits_sees_their_five_words_again_after_a_reload(
    screens: Screens, world: World
) -> None:
    page = await screens.open(await invited(world, world.vcu))
    written = await enrol(page, "Ada Mensah", "ada@harbour.example")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")
    spoken = await words_on(page)
    await page.goto(page.url.partition("/enrol")[0] + "/today")
    await type_words(page, written.address, written.words)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")
    assert await words_on(page) == spoken


async def test_words_typed_back_wrongly_send_nothing(screens: Screens, world: World) -> None:
    page = await screens.open(await invited(world, world.vcu))
    await page.get_by_label("Your name").fill("Bea")
    await page.get_by_label("Sign-in name").fill("bea@harbour.example")
    await page.get_by_role("button", name="Show my six words").click()
    await page.get_by_role("button", name="I have kept my words").click()
    await page.get_by_label("Your six words, in order").fill(ZOOM)
    await page.get_by_role("button", name="Join", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Those are not the six words")
    waiting = await world.vcu.manager.team.waiting()
    assert "bea@harbour.example" not in [each.address for each in waiting]


async def test_a_founder_gets_a_kit_and_a_fingerprint_and_is_a_member_at_once(
    screens: Screens, world: World
) -> None:
    async with world.hub.database.write() as unit:
        link = await accounts.invite_founder(unit, world.hub.hub, "f@steps.example", world.hub.clock())
    assert len(link_token(link)) == 32
    page = await screens.open("/enrol#" + link.rpartition("#")[2])
    written = await enrol(page, "Fay", "fay@steps.example")
    assert len(written.kit.split()) == 8
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your organisation is set up")
    assert len((await page.locator(".kith-fingerprint").inner_text()).split()) == 5
    await page.get_by_role("link", name="Go to your organisation").click()
    await expect(page.locator("body")).to_contain_text("Fay")


async def test_a_second_tab_shares_the_session_and_signing_out_reaches_both(
    screens: Screens, world: World
) -> None:
    device = await screens.device()
    first = await manager_at(device, world, world.vcu.founded)
    second = await device.open("/today")
    await expect(second).to_have_title(re.compile("^Today"))
    await second.get_by_role("button", name="Sign out").click()
    for page in (first, second):
        await expect(page).to_have_title(re.compile("^Sign in"))


async def test_words_nobody_looks_at_are_hidden_and_one_press_shows_them_again(
    screens: Screens, world: World
) -> None:
    device = await screens.device("phone")
    await device.context.clock.install()
    invitation = await world.vcu.manager.team.invite("idle@harbour.example", "worker")
    page = await device.open("/enrol#" + world.link(invitation).rpartition("#")[2])
    await page.get_by_label("Your name").fill("Ida")
    await page.get_by_label("Sign-in name").fill("ida")
    await page.get_by_role("button", name="Show my six words").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Keep these six words")
    words = await words_on(page)
    await page.clock.fast_forward("02:50")
    await page.keyboard.press("Tab")
    await page.clock.fast_forward("02:50")
    assert await words_on(page) == words
    await page.clock.fast_forward("00:20")
    await expect(page.get_by_text("The words are hidden")).to_be_visible()
    assert await words_on(page) == ""
    assert await complaints(page) == []
    await page.get_by_role("button", name="Show the words again").click()
    assert await words_on(page) == words
