"""The line is lost in the middle of a step: an answer never comes back. It is said plainly, every word stays
where it was typed, and the same button again does what was meant, once.

Each time the hub has taken what was sent, and only its answer is lost: the worst moment there is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from keyholder.enrolment import join
from tests.browser.circles import Seat, box, seat
from tests.browser.people import come_in, type_words, words_on
from tests.browser.screens import Screens, screens_of
from tests.hub.running import RunningHub
from tests.keyholder.world import DAY, World

Seats = tuple[Seat, Seat]
LOST = "No connection"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seats(browser: Browser, hub: RunningHub, world: World) -> AsyncIterator[Seats]:
    """A case owner at a desk and a partner's worker on a phone, signed in once."""
    async with screens_of(browser, hub.url) as screens:
        owner = await seat(screens, world, world.vcu.founded)
        partner = await seat(screens, world, world.shelter.founded, "phone")
        for one in (owner, partner):
            one.device.may_be_offline = True
        yield owner, partner


@asynccontextmanager
async def answers_lost(page: Page, path: str) -> AsyncIterator[None]:
    """What is sent to such a path arrives, its answer does not come back, and from then on nothing does."""
    taken = 0

    async def lose(route: Route) -> None:
        nonlocal taken
        if route.request.method == "POST" and re.search(path, route.request.url):
            await route.fetch()
            taken += 1
        elif taken == 0:
            await route.fallback()
            return
        await route.abort("connectionreset")

    await page.context.route("**/v1/**", lose)
    try:
        yield
    finally:
        await page.context.unroute("**/v1/**", lose)
    assert taken > 0, f"nothing was sent to {path}"


async def test_signing_in_keeps_what_was_typed(screens: Screens, world: World) -> None:
    device = await screens.device("phone")
    device.may_be_offline = True
    page, founded = await device.open("/sign-in"), world.shelter.founded
    async with answers_lost(page, "/v1/sign-in/prove$"):
        await type_words(page, founded.address, founded.words)
        await expect(page.get_by_role("alert")).to_contain_text(LOST)
    await expect(page.get_by_label("Your six words")).to_have_value(founded.words)
    await come_in(page, world, founded.address, founded.words)
    await expect(page).to_have_title(re.compile("^Today"))


async def test_whoever_enrolled_without_hearing_the_answer_presses_again_and_is_enrolled_once(
    screens: Screens, world: World
) -> None:
    invitation = await world.vcu.manager.team.invite("lost@harbour.example", "worker")
    device = await screens.device("phone")
    device.may_be_offline = True
    page = await device.open("/enrol#" + world.link(invitation).rpartition("#")[2])
    await page.get_by_label("Your name").fill("Lou")
    await page.get_by_label("Sign-in name").fill("lou")
    await page.get_by_role("button", name="Show my six words").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Keep these six words")
    words = await words_on(page)
    await page.get_by_role("button", name="I have kept my words").click()
    await page.get_by_label("Your six words, in order").fill(words)
    async with answers_lost(page, "/v1/enrolments$"):
        await page.get_by_role("button", name="Join", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text(LOST)
    await expect(page.get_by_label("Your six words, in order")).to_have_value(words)
    await page.get_by_role("button", name="Join", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")
    waiting = [each.address for each in await world.vcu.manager.team.waiting()]
    assert waiting.count("lou") == 1


async def test_somebody_is_let_in_once_and_nobody_is_alarmed(screens: Screens, world: World) -> None:
    """The hub took the admission and its answer was lost: whoever presses again is told that they are in."""
    invitation = await world.vcu.manager.team.invite("once@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), "once", world.device("once")
    )
    owner = await seat(screens, world, world.vcu.founded)
    owner.device.may_be_offline = True
    page = owner.page
    await owner.go("/organisation")
    await page.get_by_role("link", name=f"Let in {joined.address}").click()
    await page.get_by_label("The five words you hear").fill(joined.spoken)
    async with answers_lost(page, "/events$"):
        await page.get_by_role("button", name="Let them in").click()
        await expect(page.get_by_role("alert")).to_contain_text(LOST)

    await page.get_by_role("button", name="Let them in").click()

    await expect(page.get_by_text("They are in.")).to_be_visible()
    await expect(page.locator(".kith-alarm")).to_have_count(0)


async def test_a_circle_is_opened_once(seats: Seats, world: World) -> None:
    owner, _ = seats
    page = owner.page
    await owner.go("/circles/new")
    await page.get_by_label("How to reach the person safely").fill("By letter to her sister")
    await page.get_by_label("Title of the circle").fill("Opened only once")
    async with answers_lost(page, "/entries$"):
        await page.get_by_role("button", name="Open the circle").click()
        await expect(page.get_by_role("alert")).to_contain_text(LOST)
    await expect(page.get_by_label("How to reach the person safely")).to_have_value("By letter to her sister")
    await page.get_by_role("button", name="Open the circle").click()
    await expect(page).to_have_url(re.compile("/invite$"))
    await owner.go("/circles")
    await page.get_by_label("Name or reference").fill("opened only once")
    await expect(page.get_by_role("link", name="Opened only once")).to_have_count(1)


async def test_an_action_is_completed_once_and_what_came_of_it_stays_typed(
    seats: Seats, world: World
) -> None:
    _, partner = seats
    circle, _ = await world.shared_circle()
    await circle.propose(world.shelter.id, "Change the locks", "", world.hub.clock() + DAY)
    await partner.go(f"/circles/{circle.id.hex()}/plan")
    page = partner.page
    await page.get_by_role("link", name="Change the locks").click()
    await page.get_by_role("button", name="Accept: Change the locks").click()
    await page.locator(".kith-move").get_by_role("button", name="Accept", exact=True).click()
    await page.get_by_role("button", name="Mark as done: Change the locks").click()
    await page.get_by_label("What came of it?").fill("New locks front and back.")
    async with answers_lost(page, "/entries$"):
        await page.locator(".kith-move").get_by_role("button", name="Mark as done", exact=True).click()
        await expect(page.locator(".kith-move").get_by_role("alert")).to_contain_text(LOST)
    await expect(page.get_by_label("What came of it?")).to_have_value("New locks front and back.")
    await page.locator(".kith-move").get_by_role("button", name="Mark as done", exact=True).click()
    await expect(page.get_by_text("This action is finished.")).to_be_visible()
    await expect(page.get_by_text("New locks front and back.")).to_have_count(1)


async def test_a_message_that_the_hub_took_is_not_sent_twice(seats: Seats, world: World) -> None:
    owner, partner = seats
    circle, _ = await world.shared_circle()
    for one in seats:
        await one.go(f"/circles/{circle.id.hex()}")
    await box(owner.page).fill("Once is enough")
    async with answers_lost(owner.page, "/entries$"):
        await owner.page.get_by_role("button", name="Send", exact=True).click()
        await expect(owner.page.locator(".kith-composer").get_by_role("alert")).to_contain_text(LOST)
    await expect(box(owner.page)).to_have_value("Once is enough")
    await owner.page.get_by_role("button", name="Try again").click()
    await expect(box(owner.page)).to_have_value("")
    await expect(partner.page.locator(".kith-entry", has_text="Once is enough")).to_have_count(1)


async def test_an_invitation_that_was_accepted_unheard_leads_on_to_the_circle(
    seats: Seats, world: World
) -> None:
    _, partner = seats
    page, circle = partner.page, await world.vcu.manager.open_circle("Accepted unheard", "R-8")
    await circle.invite(world.shelter.id, "Please help with a safe place.")
    await partner.go(f"/circles/{circle.id.hex()}")
    await page.get_by_role("button", name="Accept", exact=True).click()
    await page.get_by_label("Anything to say with it?").fill("From Monday on.")
    async with answers_lost(page, "/entries$"):
        await page.get_by_role("button", name="Accept and open the circle").click()
        await expect(page.get_by_role("alert")).to_contain_text(LOST)
        await expect(page.get_by_label("Anything to say with it?")).to_have_value("From Monday on.")
    await expect(page.get_by_label("Safe contact")).to_be_visible()
    await expect(page.get_by_text("From Monday on.")).to_have_count(1)


async def test_an_invitation_that_was_declined_unheard_leads_back_to_today(
    seats: Seats, world: World
) -> None:
    _, partner = seats
    page, circle = partner.page, await world.vcu.manager.open_circle("Declined unheard", "R-9")
    await circle.invite(world.shelter.id, "Please help with a safe place.")
    await partner.go(f"/circles/{circle.id.hex()}")
    await page.get_by_role("button", name="Decline", exact=True).click()
    await page.get_by_label("No capacity").check()
    async with answers_lost(page, "/entries$"):
        await page.get_by_role("button", name="Decline", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text(LOST)
    await expect(page).to_have_url(re.compile("/today$"))


async def test_a_file_whose_parts_went_unheard_is_shared_once(
    seats: Seats, world: World, tmp_path: Path
) -> None:
    owner, partner = seats
    circle, _ = await world.shared_circle()
    letter = tmp_path / "letter.txt"
    letter.write_text("Every letter of it. " * 500)
    for one in seats:
        await one.go(f"/circles/{circle.id.hex()}/documents")
    page = owner.page
    await page.get_by_label("What is it?").fill("The lease")
    async with answers_lost(page, "/v1/uploads/.*/finish$"):
        await page.locator(".kith-share input[type=file]").first.set_input_files(letter)
        await expect(page.locator(".kith-transfers")).to_contain_text(re.compile("connection|Waiting"))
    again = page.get_by_role("button", name="Try again: letter.txt")
    shared = page.get_by_role("link", name="letter.txt")
    await expect(again.or_(shared).first).to_be_visible(timeout=40_000)
    if await again.is_visible():
        await again.click()
    await expect(partner.page.get_by_role("link", name="letter.txt")).to_have_count(1)


async def test_a_file_that_waits_is_still_in_sight_after_somebody_looked_elsewhere(
    seats: Seats, world: World, tmp_path: Path
) -> None:
    """Nobody goes home in the belief that it was shared."""
    owner, _ = seats
    circle, _ = await world.shared_circle()
    page, pattern = owner.page, f"**/v1/circles/{circle.id.hex()}/uploads"
    letter = tmp_path / "statement.txt"
    letter.write_text("Every word of it. " * 500)
    await owner.go(f"/circles/{circle.id.hex()}/documents")
    await expect(page.get_by_label("What is it?")).to_be_visible()
    await page.context.route(pattern, lambda route: route.abort("connectionreset"))
    await page.locator(".kith-share input[type=file]").first.set_input_files(letter)
    await expect(page.locator(".kith-transfers")).to_contain_text("statement.txt")

    await owner.go("/settings")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    await owner.go(f"/circles/{circle.id.hex()}/documents")

    await expect(page.locator(".kith-transfers")).to_contain_text("statement.txt")
    await page.context.unroute(pattern)


async def test_a_message_that_comes_while_the_thread_is_still_opening_is_shown(
    seats: Seats, world: World
) -> None:
    """On a slow line opening takes seconds; what was told meanwhile is not forgotten."""
    owner, _ = seats
    circle, theirs = await world.shared_circle()
    await theirs.post("Said before.")
    page = owner.page
    await owner.go("/settings")
    held, let_go = asyncio.Event(), asyncio.Event()
    fetched = 0

    async def hold(route: Route) -> None:
        nonlocal fetched
        fetched += 1
        if fetched != 2:  # first comes what the circle is called, then the thread
            await route.fallback()
            return
        answer = await route.fetch()
        held.set()
        await let_go.wait()
        await route.fulfill(response=answer)

    pattern = f"**/v1/circles/{circle.id.hex()}/fetch"
    await page.context.route(pattern, hold)
    await owner.go(f"/circles/{circle.id.hex()}")
    await held.wait()
    async with page.context.expect_event("request", lambda asked: f"{circle.id.hex()}/headers" in asked.url):
        await theirs.post("Said meanwhile.")
    let_go.set()

    await expect(page.get_by_text("Said before.")).to_be_visible()
    await expect(page.get_by_text("Said meanwhile.")).to_be_visible()
    await page.context.unroute(pattern, hold)
