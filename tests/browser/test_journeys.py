"""Two days of work, as people meet them: a case owner at a desk, a partner's worker on a phone, their mails.

Every mail is one that a mail server really took; every link is opened as it stands in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select, update

from crypto.accreditation import OrganisationKind
from keyholder.circle import CircleView
from storage.tables.notifications import mails
from tests.browser.circles import Seat, asset, box, seat
from tests.browser.people import come_in, type_words
from tests.browser.post import Post, posting_hub
from tests.browser.screens import Screens, screens_of
from tests.hub.running import RunningHub
from tests.keyholder.world import DAY, World

LETTER = asset("court-letter-photo.jpg")
CLOSED_TO_YOU = re.compile("nothing here|not one of yours|may not", re.IGNORECASE)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def post(website: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Post]:
    """A hub that sends real mail."""
    async with posting_hub(tmp_path_factory.mktemp("journeys") / "hub", website) as post:
        yield post


@pytest.fixture(scope="module")
def hub(post: Post) -> RunningHub:
    return post.hub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(browser: Browser, world: World) -> AsyncIterator[Seat]:
    """The case owner at a desk."""
    async with screens_of(browser, world.hub.url) as screens:
        yield await seat(screens, world, world.vcu.founded)


async def asked(world: World, title: str) -> CircleView:
    """A circle with the shelter in it, which is asked for an action."""
    ours, _ = await world.shared_circle()
    await ours.propose(world.shelter.id, title, "She fears him.", world.hub.clock() + DAY)
    return ours


async def link_of(post: Post, house: str) -> str:
    """Path of the link in the digest that a house's manager gets."""
    return place_in(await post.digest(f"manager@{house}.example"))


def place_in(mail: str) -> str:
    """Path of the link in a mail."""
    found = re.search(r"https?://[^/\s]+(/go/\S+)", mail)
    assert found is not None
    return found[1]


async def followed(hub: RunningHub) -> int:
    """How many mails' links the hub recorded as followed."""
    async with hub.database.read() as unit:
        return len(await unit.all(select(mails.c.mail).where(mails.c.followed_at.is_not(None))))


async def photograph(page: Page, picture: Path) -> None:
    """Press "Photo", as on a phone, and give what its camera would."""
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Photo").click()
    chooser = await choosing.value
    assert await chooser.element.get_attribute("capture") == "environment"
    await chooser.set_files(picture)


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_the_mail_tells_nothing_and_its_link_leads_to_the_exact_place_once_somebody_signed_in(
    screens: Screens, world: World, post: Post, size: str
) -> None:
    circle = await asked(world, "Change the locks at Elm Street")
    mail = await post.digest("manager@shelter.example")
    assert "Shelter" in mail
    for secret in ("Circle for J", "R-1", "Elm Street", "Harbour", circle.id.hex()):
        assert secret not in mail
    link = place_in(mail)
    before = await followed(post.hub)
    for method in ("HEAD", "GET") * 5:
        answer = await post.hub.ask(method, link, headers={"Accept": "text/html"})
        assert answer.status == 200
    assert await followed(post.hub) == before, "a scanner follows nothing"

    page = await screens.open(link, size)
    await expect(page.get_by_text("Sign in to open what the mail is about.")).to_be_visible()
    assert await followed(post.hub) == before, "nor does a page that nobody signed in at"
    founded = world.shelter.founded
    await come_in(page, world, founded.address, founded.words)
    await expect(page).to_have_url(re.compile(f"/circles/{circle.id.hex()}"))
    await expect(page.get_by_text("Circle for J").first).to_be_visible()
    await expect(page.get_by_text("Change the locks at Elm Street").first).to_be_visible()
    assert await followed(post.hub) == before + 1


async def test_a_link_that_is_past_its_time_leads_there_and_somebody_else_s_leads_to_their_own_today(
    screens: Screens, world: World, post: Post
) -> None:
    circle = await asked(world, "Ring the landlord")
    link = await link_of(post, "shelter")
    async with post.hub.database.write() as unit:
        await unit.run(update(mails).values(expires_at=1))
    founded = world.shelter.founded
    old = await screens.open(link, "phone")
    await come_in(old, world, founded.address, founded.words)
    await expect(old).to_have_url(re.compile(f"/circles/{circle.id.hex()}"))
    other = await screens.open(link, "phone")
    await come_in(other, world, world.vcu.founded.address, world.vcu.founded.words)
    await expect(
        other.get_by_text("The link in the mail is old or was meant for somebody else")
    ).to_be_visible()
    await expect(other).to_have_title(re.compile("^Today"))


async def test_a_case_owner_opens_a_circle_plans_invites_offers_again_and_closes(
    owner: Seat, world: World
) -> None:
    page = owner.page
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    await owner.go("/circles/new")
    await page.get_by_label("How to reach the person safely").fill("Unsafe to leave voicemail")
    await page.get_by_label("Title of the circle").fill("Circle for Morgan")
    await page.get_by_role("button", name="Open the circle").click()
    await expect(page).to_have_url(re.compile("/invite$"))
    circle = page.url.split("/")[-2]
    await expect(page.get_by_label("Safe contact")).to_contain_text("Unsafe to leave voicemail")
    await invite(page, "Shelter", "A safe place")
    await world.shelter.manager.circle(bytes.fromhex(circle)).accept("We will.")
    await owner.go(f"/circles/{circle}/invite")
    await invite(page, "Steps", "Legal advice")
    theirs = steps.manager.circle(bytes.fromhex(circle))
    await theirs.decline(1, "No room this week")
    await owner.go(f"/circles/{circle}")
    await expect(page.get_by_text("No room this week")).to_be_visible()
    await owner.go(f"/circles/{circle}/invite")
    await invite(page, "Steps", "Legal advice, next week")
    await theirs.accept("Next week we can.")

    await owner.go(f"/circles/{circle}/plan/edit")
    await page.get_by_label("What is going on").fill("Safe tonight; housing is open.")
    await page.locator(".kith-need").first.get_by_role("checkbox").check()
    await page.get_by_label("Gap: nobody in the network").check()
    await page.get_by_role("button", name="Save the plan").click()
    await expect(page.get_by_text("Nobody in the network can meet this need")).to_be_visible()
    await owner.go(f"/circles/{circle}/about/close")
    await page.get_by_label("Needs met").check()
    await page.get_by_role("button", name="Close the circle").click()
    await expect(page.get_by_text("This circle is closed")).to_be_visible()


async def invite(page: Page, name: str, about: str) -> None:
    """From the page that invites to the page that says whom."""
    await page.get_by_label("Find an organisation by its name").fill(name)
    await page.get_by_label(name).check()
    await page.get_by_label("What is it about?").fill(about)
    await page.get_by_label("What do you ask of them").fill("She agreed today that we ask you.")
    await page.get_by_role("button", name="Look it over").click()
    await page.get_by_role("button", name="Send the invitation").click()
    await expect(page.get_by_text("Invited", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_a_partner_s_worker_goes_from_the_mail_to_a_finished_action_while_the_owner_watches(
    screens: Screens, owner: Seat, world: World, post: Post, size: str
) -> None:
    title = f"Keep a room until Friday ({size})"
    circle = await asked(world, title)
    await circle.thread.post("For the owner's eyes alone", only=[])
    await owner.go(f"/circles/{circle.id.hex()}")
    device = await screens.device(size)
    device.may_be_offline = True
    page = await device.open(await link_of(post, "shelter"))
    await come_in(page, world, world.shelter.founded.address, world.shelter.founded.words)

    await page.get_by_role("link", name="Today", exact=True).click()
    await page.get_by_role("button", name=f"I'll do this: {title}").click()
    await expect(page.get_by_role("button", name=f"Mark as done: {title}")).to_be_visible()
    await page.get_by_role("link", name=title).first.click()
    await page.get_by_role("link", name="Thread").click()
    await expect(page.get_by_text("A note here is kept to some members")).to_be_visible()
    await expect(page.get_by_text("For the owner's eyes alone")).to_have_count(0)

    await box(page).fill("The room is kept.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(owner.page.get_by_text("The room is kept.")).to_be_visible()
    if size == "phone":
        await photograph(page, LETTER)
    else:
        await page.locator(".kith-composer .kith-chooser").first.set_input_files(LETTER)
    await expect(owner.page.get_by_text(LETTER.name).first).to_be_visible()

    await box(page).fill("She comes at six, by")
    await device.context.set_offline(True)
    await box(page).press_sequentially(" taxi")
    await expect(page.get_by_text("Draft kept")).to_be_visible()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".kith-composer").get_by_role("alert")).to_contain_text("No connection")
    await device.context.set_offline(False)
    await page.reload()
    await type_words(page, world.shelter.founded.address, world.shelter.founded.words)
    await expect(box(page)).to_have_value("She comes at six, by taxi")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(owner.page.get_by_text("She comes at six, by taxi")).to_have_count(1)

    await page.get_by_role("link", name="Today", exact=True).click()
    await page.get_by_role("button", name=f"Mark as done: {title}").click()
    await expect(page.get_by_role("link", name=title)).to_have_count(0)
    await owner.go(f"/circles/{circle.id.hex()}/plan")
    await expect(owner.page.locator(".kith-action", has_text=title)).to_contain_text("Done")


async def test_a_partner_s_worker_opens_no_other_circle(screens: Screens, world: World) -> None:
    ours = await world.vcu.manager.open_circle("Nothing for the shelter", "R-9")
    partner = await seat(screens, world, world.shelter.founded, "phone")
    for circle in (ours.id.hex(), os.urandom(32).hex()):
        await partner.go(f"/circles/{circle}")
        await expect(partner.page.get_by_role("alert").first).to_contain_text(CLOSED_TO_YOU)
        await expect(partner.page.get_by_text("Nothing for the shelter")).to_have_count(0)
