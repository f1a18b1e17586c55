"""One circle in two browsers at once: what is written, who has read it, what is kept while it is written."""

from __future__ import annotations

from playwright.async_api import Route, expect

from crypto.accreditation import OrganisationKind
from tests.browser.circles import both, box, complaints, overflow, seat
from tests.browser.people import type_words
from tests.browser.screens import Screens
from tests.keyholder.world import World

TABS = ("", "/plan", "/documents", "/people", "/timeline", "/about")


async def test_what_one_writes_the_other_reads_at_once_and_the_first_sees_that_it_was_read(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    owner, partner = await both(screens, world, circle.id.hex())
    await owner.write("Can you keep a room until Friday?")
    await expect(partner.page.get_by_text("Can you keep a room until Friday?")).to_be_visible()
    mine = owner.page.locator(".kith-entry--mine", has_text="a room until Friday")
    # Within this patience only the hub's wake-up can be why: the page by itself asks every two minutes.
    await expect(mine).to_contain_text("Read by Shelter (1)")
    await partner.write("Yes, until Sunday.")
    await expect(owner.page.get_by_text("Yes, until Sunday.")).to_be_visible()
    await expect(owner.page.locator(".kith-entry--theirs").last).to_contain_text("Shelter")


async def test_a_draft_survives_a_reload(screens: Screens, world: World) -> None:
    circle, _ = await world.shared_circle()
    owner = await seat(screens, world, world.vcu.founded, "phone")
    await owner.go(f"/circles/{circle.id.hex()}")
    await box(owner.page).fill("Half a sentence about")
    await expect(owner.page.get_by_text("Draft kept")).to_be_visible()
    await owner.page.reload()
    await type_words(owner.page, owner.founded.address, owner.founded.words)
    await expect(box(owner.page)).to_have_value("Half a sentence about")


async def test_a_lost_signal_loses_no_word_and_sending_goes_on(screens: Screens, world: World) -> None:
    circle, theirs = await world.shared_circle()
    owner = await seat(screens, world, world.vcu.founded, "phone")
    owner.device.may_be_offline = True
    await owner.go(f"/circles/{circle.id.hex()}")
    await box(owner.page).fill("The signal is about to drop")
    await owner.device.context.set_offline(True)
    await owner.page.get_by_role("button", name="Send", exact=True).click()
    await expect(owner.page.locator(".kith-composer").get_by_role("alert")).to_be_visible()
    await expect(box(owner.page)).to_have_value("The signal is about to drop")
    await owner.device.context.set_offline(False)
    await owner.page.get_by_role("button", name="Try again").click()
    await expect(owner.page.locator(".kith-entry--mine").last).to_contain_text("The signal is about to drop")
    await expect(box(owner.page)).to_have_value("")
    shown = [item.body.text for item in await theirs.thread.read() if hasattr(item.body, "text")]
    assert shown.count("The signal is about to drop") == 1


async def test_a_restricted_note_is_seen_to_exist_by_the_others_and_opened_only_by_the_chosen(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    await circle.invite(steps.id, "Please help too.")
    await steps.manager.circle(circle.id).accept("We will.")
    owner, partner = await both(screens, world, circle.id.hex())
    third = await seat(screens, world, steps.founded)
    await third.go(f"/circles/{circle.id.hex()}")
    await owner.page.get_by_text("Readers:").click()
    await owner.page.get_by_label("Only organisations I choose").check()
    await owner.page.get_by_label("Shelter").check()
    await owner.write("For the shelter alone")
    await expect(partner.page.get_by_text("For the shelter alone")).to_be_visible()
    await expect(partner.page.get_by_text("Only for:").last).to_be_visible()
    await expect(
        third.page.get_by_text("A note here is kept to some members. You cannot open it.")
    ).to_be_visible()
    await expect(third.page.get_by_text("For the shelter alone")).to_have_count(0)


async def test_an_action_is_asked_for_accepted_and_completed_with_its_outcome(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    owner, partner = await both(screens, world, circle.id.hex(), "/plan")
    await owner.page.get_by_role("link", name="Ask for an action").click()
    await owner.page.get_by_label("Shelter").check()
    await owner.page.get_by_label("What should be done?").fill("Change the locks")
    await owner.page.get_by_role("button", name="Ask for this action").click()
    await expect(owner.page.get_by_role("link", name="Change the locks")).to_be_visible()
    await partner.page.get_by_role("link", name="Change the locks").click()
    await partner.page.get_by_role("button", name="Accept: Change the locks").click()
    await partner.page.locator(".kith-move").get_by_role("button", name="Accept", exact=True).click()
    await partner.page.get_by_role("button", name="Mark as done: Change the locks").click()
    await partner.page.get_by_label("What came of it?").fill("New locks front and back.")
    await partner.page.locator(".kith-move").get_by_role("button", name="Mark as done", exact=True).click()
    await expect(partner.page.get_by_text("This action is finished.")).to_be_visible()
    await owner.page.get_by_role("link", name="Change the locks").click()
    await expect(owner.page.get_by_text("New locks front and back.")).to_be_visible()


async def test_the_way_to_reach_the_person_safely_stays_in_sight(screens: Screens, world: World) -> None:
    circle, _ = await world.shared_circle()
    for number in range(12):
        await circle.thread.post(f"Line {number}\n" * 5)
    partner = await seat(screens, world, world.shelter.founded, "phone")
    await partner.go(f"/circles/{circle.id.hex()}")
    await expect(partner.page.get_by_text("Line 11").first).to_be_visible()
    for top in (0, 600, 100_000):
        await partner.page.evaluate("(top) => scrollTo(0, top)", top)
        await expect(partner.page.get_by_label("Safe contact")).to_be_in_viewport()


async def test_a_message_is_written_and_sent_with_the_keyboard_alone(screens: Screens, world: World) -> None:
    circle, _ = await world.shared_circle()
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}")
    await expect(box(owner.page)).to_be_visible()
    keyboard = owner.page.keyboard
    for _ in range(60):
        if await owner.page.evaluate("document.activeElement?.matches('.kith-composer__box')"):
            break
        await keyboard.press("Tab")
    await keyboard.type("No mouse was needed")
    await keyboard.press("Control+Enter")
    await expect(owner.page.locator(".kith-entry--mine").last).to_contain_text("No mouse was needed")


async def test_every_part_of_a_circle_is_fit_for_everybody_on_a_desk_and_on_a_phone(
    screens: Screens, world: World
) -> None:
    circle, theirs = await world.shared_circle()
    await theirs.thread.post("Something to read")
    for one in await both(screens, world, circle.id.hex()):
        for tab in TABS:
            await one.go(f"/circles/{circle.id.hex()}{tab}")
            await expect(one.page.get_by_role("navigation", name="Parts of this circle")).to_be_visible()
            await one.page.wait_for_timeout(300)
            assert await complaints(one.page) == [], tab
            await one.page.set_viewport_size({"width": 320, "height": 640})
            assert await overflow(one.page) <= 0, f"too wide at 320: {tab}"
            await one.page.set_viewport_size({"width": 390, "height": 844})


async def test_a_closed_circle_can_be_read_and_says_why_nobody_writes(screens: Screens, world: World) -> None:
    circle, _ = await world.shared_circle()
    owner, partner = await both(screens, world, circle.id.hex())
    await owner.go(f"/circles/{circle.id.hex()}/about/close")
    await owner.page.get_by_label("Needs met").check()
    await owner.page.get_by_role("button", name="Close the circle").click()
    await expect(owner.page.get_by_text("This circle is closed")).to_be_visible()
    await expect(partner.page.locator(".kith-composer__closed")).to_contain_text("closed")


async def test_safe_contact_words_that_may_be_old_are_marked_until_they_were_looked_at_again(
    screens: Screens, world: World
) -> None:
    circle, theirs = await world.shared_circle()
    one = await seat(screens, world, world.vcu.founded, "phone")
    one.device.may_be_offline = True
    await one.go(f"/circles/{circle.id.hex()}")
    await expect(one.page.get_by_label("Safe contact")).to_be_visible()
    await expect(one.page.get_by_text("This may be out of date")).to_have_count(0)

    async def away(route: Route) -> None:
        await route.abort("connectionreset")

    await one.device.context.route(f"**/v1/circles/{circle.id.hex()}/**", away)
    await theirs.thread.post("News that makes the page look again")
    note = one.page.get_by_role("alert").filter(has_text="This may be out of date")
    await expect(note).to_contain_text("do not rely on how to reach the person safely")
    await expect(one.page.get_by_label("Safe contact")).to_be_visible()
    assert await complaints(one.page) == []
    await one.device.context.unroute_all()
    await note.get_by_role("button", name="Look again").click()
    await expect(one.page.get_by_text("This may be out of date")).to_have_count(0)
