"""Today: an old link from a mail, what may be done from the list, and what is said when nothing waits."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.people import manager_at, sign_in
from tests.browser.screens import Screens
from tests.keyholder.world import DAY, World


async def test_nothing_to_do_is_said_and_why(screens: Screens, world: World) -> None:
    new = await world.colleague(world.shelter, "Nia")
    page = await screens.open("/sign-in", "phone")
    await sign_in(page, world, new.address, new.words)
    await expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    await page.get_by_role("link", name="Look at your circles").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Circles")


async def test_an_old_link_still_leads_to_signing_in_and_then_says_what_waits(
    screens: Screens, world: World
) -> None:
    page = await screens.open("/go/" + "ab" * 32)
    await expect(page.get_by_text("Sign in to open what the mail is about.")).to_be_visible()
    await sign_in(page, world, world.vcu.founded.address, world.vcu.founded.words)
    await expect(page.get_by_text("The link in the mail is old")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("The link in the mail is old")).to_have_count(0)


async def test_an_action_is_taken_on_and_completed_from_the_list(screens: Screens, world: World) -> None:
    ours, _ = await world.shared_circle()
    title = "Ring the landlord about the locks"
    await ours.propose(world.shelter.id, title, "Before the weekend.", world.hub.clock() + DAY)
    page = await manager_at(await screens.device("phone"), world, world.shelter.founded)
    await page.get_by_role("button", name=f"I'll do this: {title}").click()
    await page.get_by_role("button", name=f"Mark as done: {title}").click()
    await expect(page.get_by_role("button", name=re.compile(title))).to_have_count(0)


async def test_a_circle_is_found_by_its_name_as_it_is_typed(screens: Screens, world: World) -> None:
    for name in ("Circle for Aroha", "Circle for Bryn", "Circle for Cora"):
        await world.vcu.manager.open_circle(name, f"R-{name[-4:]}")
    page = await manager_at(await screens.device(), world, world.vcu.founded)
    await page.get_by_role("link", name="Circles", exact=True).click()
    await expect(page.get_by_role("link", name="Circle for Bryn")).to_be_visible()
    await page.get_by_label("Name or reference").fill("aroh")
    await expect(page.get_by_role("link", name="Circle for Bryn")).to_have_count(0)
    await expect(page.get_by_role("link", name="Circle for Aroha")).to_be_visible()
    await page.get_by_label("Name or reference").fill("nobody at all")
    await expect(page.get_by_text("No circle fits")).to_be_visible()
    await page.get_by_role("button", name="Show all circles").click()
    await expect(page.get_by_role("link", name="Circle for Cora")).to_be_visible()


async def test_the_page_s_title_never_names_a_circle(screens: Screens, world: World) -> None:
    circle = await world.vcu.manager.open_circle("Circle for Imogen", "R-77")
    page = await manager_at(await screens.device(), world, world.vcu.founded)
    await page.get_by_role("link", name="Circles", exact=True).click()
    await page.get_by_role("link", name="Circle for Imogen").click()
    await expect(page).to_have_url(re.compile(circle.id.hex()))
    await expect(page.get_by_text("Circle for Imogen").first).to_be_visible()
    assert "Imogen" not in await page.title()


async def test_an_action_that_comes_with_an_invitation_stands_with_it_until_it_is_answered(
    screens: Screens, world: World
) -> None:
    circle = await world.vcu.manager.open_circle("Asked and not answered", "R-21")
    await circle.invite(world.shelter.id, "Please help.", title="A safe place for a mother")
    await circle.propose(world.shelter.id, "Keep a room", "", world.hub.clock() + DAY)
    page = await manager_at(await screens.device("phone"), world, world.shelter.founded)
    row = page.locator(".kith-row", has_text="A safe place for a mother")
    await expect(row).to_contain_text("1 action comes with it, due tomorrow")
    await expect(page.get_by_text("Something asked of your organisation")).to_have_count(0)
    await expect(page.get_by_text("Nobody has picked these up")).to_have_count(0)
