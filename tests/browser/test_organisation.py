"""What a manager does at the screen: invite, let in, roles, new words, leavers, the kit."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.people import enrol, manager_at, sign_in, type_words, words_on
from tests.browser.post import Post, posting_hub
from tests.browser.screens import Screens
from tests.hub.running import RunningHub
from tests.keyholder.world import World

TELL = "Tell your manager these five words"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def post(website: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Post]:
    """A hub that sends real mail."""
    async with posting_hub(tmp_path_factory.mktemp("organisation") / "hub", website) as post:
        yield post


@pytest.fixture(scope="module")
def hub(post: Post) -> RunningHub:
    return post.hub


async def invite(manager: Page, mail: str, role: str = "Worker") -> None:
    """From the organisation's page to a mail on its way."""
    await manager.get_by_role("link", name="Organisation").click()
    await manager.get_by_role("link", name="Invite somebody").click()
    await manager.get_by_label("Their mail address").fill(mail)
    await manager.get_by_role("radio", name=role).check()
    await manager.get_by_role("button", name="Send the invitation").click()
    await expect(manager.get_by_text("The mail is on its way")).to_be_visible()


async def let_in(manager: Page, address: str, spoken: str) -> None:
    """Type what was heard."""
    await manager.get_by_role("link", name=f"Let in {address}").click()
    await manager.get_by_label("The five words you hear").fill(spoken)
    await manager.get_by_role("button", name="Let them in").click()


async def test_somebody_invited_by_mail_is_let_in_by_the_words_they_say(
    screens: Screens, world: World, post: Post
) -> None:
    manager = await manager_at(await screens.device(), world, world.vcu.founded)
    await invite(manager, "sam@example.org")
    phone = await screens.open(await post.link("sam@example.org"), "phone")
    await expect(phone).to_have_url(re.compile("/enrol$"))
    await enrol(phone, "Sam Okoro", "sam.okoro")
    await expect(phone.get_by_role("heading", level=1)).to_have_text(TELL)
    spoken = await words_on(phone)
    await expect(manager.get_by_role("link", name="Let in sam.okoro")).to_be_visible()
    await let_in(manager, "sam.okoro", "zoom zoom zoom zoom zoom")
    await expect(manager.get_by_role("alert").first).to_be_visible()
    await manager.get_by_label("The five words you hear").fill(spoken.upper().replace(" ", "-"))
    await manager.get_by_role("button", name="Let them in").click()
    await expect(manager.get_by_text("They are in.")).to_be_visible()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("You are in")
    await phone.get_by_role("button", name="Go to Today").click()
    await expect(phone).to_have_title(re.compile("^Today"))


async def test_a_used_link_says_so_and_what_to_do(screens: Screens, world: World, post: Post) -> None:
    await world.vcu.manager.team.invite("used@example.org", "worker")
    link = await post.link("used@example.org")
    first = await screens.open(link)
    await enrol(first, "Una", "una@example.org")
    await expect(first.get_by_role("heading", level=1)).to_have_text(TELL)
    second = await screens.open(link)
    await expect(second.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    await expect(second.get_by_text("used already")).to_be_visible()
    await second.get_by_role("link", name="Sign in").click()
    await expect(second).to_have_title(re.compile("^Sign in"))


async def test_a_link_that_a_scanner_opened_ten_times_still_works(
    screens: Screens, world: World, post: Post
) -> None:
    await world.vcu.manager.team.invite("scanned@example.org", "worker")
    link = await post.link("scanned@example.org")
    for _ in range(10):
        answer = await post.hub.ask("GET", link.partition("#")[0], headers={"Accept": "text/html"})
        assert answer.status == 200
    page = await screens.open(link)
    await expect(page.get_by_label("Your name")).to_be_visible()


async def test_a_role_is_changed(screens: Screens, world: World) -> None:
    await world.colleague(world.vcu, "Rory")
    manager = await manager_at(await screens.device(), world, world.vcu.founded)
    await manager.get_by_role("link", name="Organisation").click()
    await manager.get_by_role("link", name=re.compile("Change role of .*rory", re.IGNORECASE)).click()
    await manager.get_by_role("radio", name="Manager").check()
    await manager.get_by_role("button", name="Change the role").click()
    await expect(manager.get_by_text("The role is changed.")).to_be_visible()


async def test_replaced_words_work_and_old_ones_do_not(screens: Screens, world: World, post: Post) -> None:
    old = await world.colleague(world.vcu, "Wanda")
    manager = await manager_at(await screens.device(), world, world.vcu.founded)
    await manager.get_by_role("link", name="Organisation").click()
    await manager.get_by_role("link", name=re.compile("Replace words of .*wanda", re.IGNORECASE)).click()
    await manager.get_by_label("Their mail address").fill("wanda@example.org")
    await manager.get_by_role("button", name="Send the link").click()
    await expect(manager.get_by_text("The mail is on its way")).to_be_visible()
    page = await screens.open(await post.link("wanda@example.org"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Get new words")
    await enrol(page, "Wanda", old.address)
    await expect(page.get_by_role("heading", level=1)).to_have_text(TELL)
    spoken = await words_on(page)
    await let_in(manager, old.address, spoken)
    await expect(manager.get_by_text("They are in.")).to_be_visible()
    elsewhere = await screens.open("/sign-in")
    await type_words(elsewhere, old.address, old.words)
    await expect(elsewhere.get_by_role("alert")).to_contain_text("These words do not open this sign-in")


async def test_a_leaver_is_out_at_once(screens: Screens, world: World) -> None:
    leaver = await world.colleague(world.vcu, "Lena")
    manager = await manager_at(await screens.device(), world, world.vcu.founded)
    await manager.get_by_role("link", name="Organisation").click()
    await manager.get_by_role("link", name=re.compile("Leaver: .*lena", re.IGNORECASE)).click()
    await expect(manager.get_by_text("Your organisation gets new keys")).to_be_visible()
    await manager.get_by_role("button", name="Remove").click()
    await expect(manager.get_by_text("They are out.")).to_be_visible()
    elsewhere = await screens.open("/sign-in")
    await type_words(elsewhere, leaver.address, leaver.words)
    await expect(elsewhere.get_by_role("alert")).to_contain_text("These words do not open this sign-in")


async def test_a_kit_is_shown_once_and_ends_the_call_for_a_second_holder(
    screens: Screens, world: World
) -> None:
    manager = await manager_at(await screens.device(), world, world.shelter.founded)
    await manager.goto(manager.url)
    await type_words(manager, world.shelter.founded.address, world.shelter.founded.words)
    await manager.get_by_role("link", name="Organisation").click()
    await manager.get_by_role("link", name=re.compile("Print a new one|Print one")).click()
    await manager.get_by_role("button", name="Make a new kit").click()
    await expect(manager.get_by_role("heading", level=1)).to_have_text("Your organisation's new kit")
    assert len((await words_on(manager)).split()) == 8
    await manager.get_by_role("button", name="I have kept it").click()
    await expect(manager.get_by_text("The new kit counts.")).to_be_visible()
    await expect(manager.get_by_text("There is one")).to_be_visible()


async def test_own_words_are_replaced_with_the_old_ones(screens: Screens, world: World) -> None:
    mine = await world.colleague(world.vcu, "Olu")
    device = await screens.device("phone")
    page = await device.open("/sign-in")
    await sign_in(page, world, mine.address, mine.words)
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Replace my words").click()
    await page.get_by_label("Your six words as they are now").fill("zoom zoom zoom zoom zoom zoom")
    await page.get_by_role("button", name="Give me new words").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.get_by_label("Your six words as they are now").fill(mine.words)
    await page.get_by_role("button", name="Give me new words").click()
    await expect(page.locator(".kith-words li")).to_have_count(6)
    words = await words_on(page)
    await page.get_by_role("button", name="I have kept my words").click()
    await page.get_by_label("Your six new words, in order").fill(words)
    await page.get_by_role("button", name="Use the new words").click()
    await expect(page.get_by_text("From now on only your new words count.")).to_be_visible()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await type_words(page, mine.address, words)
    await expect(page).to_have_title(re.compile("^Today"))


async def test_a_worker_sees_colleagues_and_no_manager_s_buttons(screens: Screens, world: World) -> None:
    mine = await world.colleague(world.vcu, "Kim")
    page = await screens.open("/sign-in")
    await sign_in(page, world, mine.address, mine.words)
    await page.get_by_role("link", name="Organisation").click()
    await expect(page.get_by_role("heading", name="Colleagues")).to_be_visible()
    await expect(page.get_by_role("link", name="Invite somebody")).to_have_count(0)
    await page.goto(page.url + "/invite")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_a_leaver_s_circles_are_handed_over_with_the_same_press(screens: Screens, world: World) -> None:
    leaver, heir = await world.colleague(world.vcu, "Lou"), await world.colleague(world.vcu, "Remy")
    circle = await world.vcu.manager.open_circle("Handed over", "R-7")
    await circle.assign(leaver.worker)
    manager = await manager_at(await screens.device("phone"), world, world.vcu.founded)
    await manager.get_by_role("link", name="Organisation").click()
    await manager.get_by_role("link", name=re.compile("Circles of .*lou", re.IGNORECASE)).click()
    await expect(manager.get_by_role("link", name="Handed over")).to_be_visible()
    await manager.get_by_role("link", name="Organisation").first.click()
    await manager.get_by_role("link", name=re.compile("Leaver: .*lou", re.IGNORECASE)).click()
    choice = manager.get_by_label("Who takes on their circle?")
    await choice.select_option(label=await choice.locator("option", has_text="emy").inner_text())
    await manager.get_by_role("button", name="Remove").click()
    await expect(manager.get_by_text("They are out.")).to_be_visible()
    here = {row.worker for row in await circle.assigned()}
    assert (heir.worker in here, leaver.worker in here) == (True, False)


async def test_what_somebody_who_left_was_on_is_handed_over_later(screens: Screens, world: World) -> None:
    leaver, heir = await world.colleague(world.vcu, "Mika"), await world.colleague(world.vcu, "Noor")
    circle = await world.vcu.manager.open_circle("Left behind", "R-8")
    await circle.assign(leaver.worker)
    await leaver.end.circle(circle.id).post("This is how far I came.")
    await world.vcu.manager.team.rotate([leaver.worker])
    manager = await manager_at(await screens.device(), world, world.vcu.founded)
    await manager.goto(manager.url.replace("/today", f"/circles/{circle.id.hex()}"))
    await type_words(manager, world.vcu.founded.address, world.vcu.founded.words)
    await expect(manager.get_by_text("This is how far I came.")).to_be_visible()
    await manager.get_by_role("link", name="Organisation").click()
    await manager.get_by_text(re.compile("(person has|people have) left")).click()
    await manager.get_by_role("link", name=re.compile("Circles of .*mika", re.IGNORECASE)).click()
    choice = manager.get_by_label("Who takes on this circle?")
    await choice.select_option(label=await choice.locator("option", has_text="oor").inner_text())
    await manager.get_by_role("button", name="Hand over 1 circle").click()
    await expect(manager.get_by_text("now works on 1 circle more")).to_be_visible()
    here = {row.worker for row in await circle.assigned()}
    assert (heir.worker in here, leaver.worker in here) == (True, False)
