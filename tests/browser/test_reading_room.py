"""Room to read: what is done rarely is out of the way, what is needed stays in sight, on a phone too."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.circles import box, complaints, overflow, seat
from tests.browser.screens import Screens
from tests.keyholder.world import World

HEIGHT = "one => one.getBoundingClientRect().height"


async def test_erasing_stands_behind_more_and_is_reached_by_keyboard(screens: Screens, world: World) -> None:
    circle, theirs = await world.shared_circle()
    await theirs.thread.post("Sent to the wrong circle")
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}")
    entry = owner.page.locator(".kith-entry", has_text="Sent to the wrong circle")
    await expect(entry.get_by_role("link", name="Erase")).to_be_hidden()
    await entry.locator(".kith-more__line").focus()
    await owner.page.keyboard.press("Enter")
    assert await complaints(owner.page) == []
    await owner.page.keyboard.press("Tab")
    await expect(entry.get_by_role("link", name="Erase")).to_be_focused()
    await owner.page.keyboard.press("Enter")
    await expect(owner.page.get_by_role("heading", name="Erase", exact=False).last).to_be_visible()


async def test_on_a_phone_writing_is_one_line_until_it_is_touched_and_the_warning_gets_less_tall(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    for number in range(12):
        await circle.thread.post(f"Line {number}\n" * 5)
    partner = await seat(screens, world, world.shelter.founded, "phone")
    await partner.go(f"/circles/{circle.id.hex()}")
    page = partner.page
    form, warning = page.locator(".kith-composer"), page.get_by_label("Safe contact")
    await expect(page.get_by_text("Line 11").first).to_be_visible()
    await expect(page.get_by_role("button", name="Attach")).to_be_in_viewport()
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    await expect(warning).to_have_class("kith-safe kith-safe--stuck")
    assert await form.evaluate(HEIGHT) < 80
    small = await warning.evaluate(HEIGHT)
    await page.evaluate("scrollTo(0, 0)")
    await expect(warning).not_to_have_class("kith-safe kith-safe--stuck")
    assert small < await warning.evaluate(HEIGHT)
    await box(page).focus()
    await expect(form.locator(".kith-readers__line")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()
    assert await complaints(page) == []
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await overflow(page) <= 0


async def test_people_are_told_what_each_was_asked_and_how_far_everybody_has_read(
    screens: Screens, world: World
) -> None:
    circle, theirs = await world.shared_circle()
    await theirs.sync()
    await theirs.thread.say_read(theirs.book.log.seq)
    await circle.thread.post("Nobody has read this yet")
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}/people")
    await owner.page.get_by_text("What they were asked").click()
    await expect(owner.page.get_by_text("Please help with a safe place.")).to_be_visible()
    assert await complaints(owner.page) == []
    await owner.go(f"/circles/{circle.id.hex()}/timeline")
    await expect(owner.page.get_by_text("Has read up to what")).to_contain_text("sent")
