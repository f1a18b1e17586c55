"""Opening a circle, inviting partners, answering; and looking into a circle one is not assigned to."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.circles import complaints, seat
from tests.browser.people import sign_in
from tests.browser.screens import Screens
from tests.keyholder.world import World


async def test_a_circle_is_opened_and_a_partner_invited_with_an_action_who_accepts(
    screens: Screens, world: World
) -> None:
    owner = await seat(screens, world, world.vcu.founded)
    page = owner.page
    await owner.go("/circles/new")
    await page.get_by_role("button", name="Open the circle").click()
    await expect(page.get_by_role("alert")).to_contain_text("Say how to reach the person safely")
    await page.get_by_label("How to reach the person safely").fill("Text only. Never leave a voicemail.")
    await page.get_by_label("Title of the circle").fill("Ms A")
    assert await complaints(page) == []
    await page.get_by_role("button", name="Open the circle").click()
    await expect(page).to_have_url(re.compile("/invite$"))
    await expect(page.get_by_label("Safe contact")).to_contain_text("Never leave a voicemail")
    circle = page.url.split("/")[-2]

    await page.get_by_label("Find an organisation by its name").fill("shel")
    await page.get_by_label("Shelter").check()
    await page.get_by_label("What is it about?").fill("A safe place for a mother")
    await page.get_by_label("What do you ask of them").fill("Two nights. She agreed today that we ask you.")
    await page.get_by_role("button", name="Add an action").click()
    await page.get_by_label("What should be done?").fill("Keep a room")
    assert await complaints(page) == []
    await page.get_by_role("button", name="Look it over").click()
    await expect(page.get_by_text("They read from the day they join")).to_be_visible()
    await page.get_by_role("button", name="Send the invitation").click()
    await expect(page.get_by_text("Invited", exact=True)).to_be_visible()

    partner = await seat(screens, world, world.shelter.founded, "phone")
    await partner.go(f"/circles/{circle}")
    await expect(partner.page.get_by_text("Two nights. She agreed today that we ask you.")).to_be_visible()
    await expect(partner.page.get_by_text("Never leave a voicemail")).to_have_count(0)
    assert await complaints(partner.page) == []
    await partner.page.get_by_role("button", name="Accept", exact=True).click()
    await partner.page.get_by_role("button", name="Accept and open the circle").click()
    await expect(partner.page.get_by_label("Safe contact")).to_contain_text("Never leave a voicemail")
    await partner.go(f"/circles/{circle}/plan")
    await expect(partner.page.get_by_role("link", name="Keep a room")).to_be_visible()


async def test_an_invitation_is_declined_with_a_reason_that_the_owner_reads(
    screens: Screens, world: World
) -> None:
    circle = await world.vcu.manager.open_circle("Circle for K", "R-2")
    await circle.invite(world.shelter.id, "Please help with a safe place.")
    partner = await seat(screens, world, world.shelter.founded, "phone")
    page = partner.page
    await partner.go(f"/circles/{circle.id.hex()}")
    await page.get_by_role("button", name="Decline", exact=True).click()
    await page.get_by_role("button", name="Decline", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose a reason")
    await page.get_by_label("No capacity").check()
    await page.get_by_label("Anything to add?").fill("We are full until June.")
    await page.get_by_role("button", name="Decline", exact=True).click()
    await expect(page).to_have_url(re.compile("/today$"))
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}")
    await expect(owner.page.locator(".kith-quiet", has_text="Shelter").last).to_contain_text(
        re.compile("declin", re.IGNORECASE)
    )


async def test_an_invitation_half_written_is_still_there_after_somebody_looked_elsewhere(
    screens: Screens, world: World
) -> None:
    circle = await world.vcu.manager.open_circle("Circle for L", "R-3")
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}/invite")
    await owner.page.get_by_label("What is it about?").fill("Half a thought")
    await owner.go(f"/circles/{circle.id.hex()}/plan")
    await expect(owner.page.get_by_text("No plan is written yet")).to_be_visible()
    await owner.go(f"/circles/{circle.id.hex()}/invite")
    await expect(owner.page.get_by_label("What is it about?")).to_have_value("Half a thought")


async def test_whoever_is_not_assigned_opens_a_circle_only_with_a_reason(
    screens: Screens, world: World
) -> None:
    circle, theirs = await world.shared_circle()
    await theirs.thread.post("Only for those who work on it")
    colleague = await world.colleague(world.shelter, "ben")
    page = await screens.open("/sign-in", "phone")
    await sign_in(page, world, colleague.address, colleague.words)
    await page.evaluate(
        "(path) => { history.pushState(null, '', path); dispatchEvent(new Event('kith-moved')); }",
        f"/circles/{circle.id.hex()}",
    )
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are not on this circle")
    assert await complaints(page) == []
    await page.get_by_role("button", name="Open the circle and tell my manager").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose what you need it for")
    await page.get_by_label("Safeguarding").check()
    await page.get_by_label("Why do you need to see it now?").fill(
        "She stands at our door and asks for help."
    )
    for path in ("/today", f"/circles/{circle.id.hex()}"):  # what was written is kept meanwhile
        await page.evaluate(
            "(path) => { history.pushState(null, '', path); dispatchEvent(new Event('kith-moved')); }", path
        )
        await expect(page.get_by_text("Only for those who work on it")).to_have_count(0)
    await expect(page.get_by_label("Why do you need to see it now?")).to_have_value(
        "She stands at our door and asks for help."
    )
    await expect(page.get_by_label("Safeguarding")).to_be_checked()
    await page.get_by_role("button", name="Open the circle and tell my manager").click()
    await expect(page.get_by_text("Only for those who work on it")).to_be_visible()


async def test_a_member_is_removed_after_a_page_that_says_what_happens(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}/people")
    await owner.page.get_by_role("link", name="Remove Shelter").click()
    await expect(
        owner.page.get_by_text("What they have read or saved before stays with them.")
    ).to_be_visible()
    await owner.page.get_by_label("Their part is complete").check()
    await owner.page.get_by_role("button", name="Remove Shelter").click()
    await expect(owner.page.get_by_role("link", name="Invite an organisation")).to_be_visible()
    await expect(owner.page.locator(".kith-person")).to_have_count(1)
