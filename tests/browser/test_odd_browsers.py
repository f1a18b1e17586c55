"""Browsers that keep nothing, are full, cleared, old or wrong about the time, and networks that hold things
back: each is said in plain words, and nothing that was written is lost."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.browser.circles import Seat, box, seat
from tests.browser.people import mailed_code, manager_at, type_words
from tests.browser.screens import Device, Screens
from tests.browser.test_locking import hasty, pass_time
from tests.hub.running import RunningHub
from tests.keyholder.world import World

KEEPS_NOTHING = "This browser keeps nothing"
NO_DATABASE = """
Object.defineProperty(globalThis, "indexedDB", {
  get() { throw new DOMException("storage is switched off", "SecurityError"); }
});
"""
FILLING = """
{
  const put = IDBObjectStore.prototype.put;
  let full = false;
  new BroadcastChannel("filling").onmessage = () => { full = true; };
  IDBObjectStore.prototype.put = function (...given) {
    if (full) throw new DOMException("no room", "QuotaExceededError");
    return put.apply(this, given);
  };
}
"""
"""A store that takes nothing more from the moment it is told so."""
A_DAY_AHEAD = "{ const real = Date.now.bind(Date); Date.now = () => real() + 86_400_000; }\n"
OLD = {
    "no module workers": "globalThis.Worker = undefined;",
    "no WebAssembly": "delete globalThis.WebAssembly;",
    "no WebCrypto": "Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined });",
}


async def before_the_vault(device: Device, script: str) -> None:
    """Let this run before anything of ours, in pages and in the vault's worker."""
    await device.context.add_init_script(script)

    async def serve(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=script + await answer.text())

    await device.context.route(re.compile(r"/assets/vault\.worker-.*\.js$"), serve)


async def written(one: Seat, circle: str, text: str) -> None:
    """Half a message, kept."""
    await one.go(f"/circles/{circle}")
    await box(one.page).fill(text)
    await expect(one.page.get_by_text("Draft kept")).to_be_visible()


async def test_where_the_browser_keeps_nothing_words_are_enough_and_drafts_wait_at_the_hub(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    device, founded = await screens.device("phone"), world.vcu.founded
    await before_the_vault(device, NO_DATABASE)
    page = await device.open("/sign-in")
    await expect(page.get_by_text(KEEPS_NOTHING)).to_be_visible()
    await page.close()
    one = Seat(device, await manager_at(device, world, founded), founded)
    await one.go(f"/circles/{circle.id.hex()}")
    await expect(box(one.page)).to_be_editable()
    await expect_draft_at_hub(one)
    await one.page.reload()
    await type_words(one.page, founded.address, founded.words)
    await enter_code(one.page, world, founded.address)
    await expect(box(one.page)).to_have_value(".")


async def expect_draft_at_hub(one: Seat) -> None:
    """The draft has arrived at the hub."""
    async with one.page.expect_response(
        lambda answer: "/v1/me/drafts/" in answer.url and answer.request.method == "PUT"
    ) as kept:
        await box(one.page).press_sequentially(".")
    assert (await kept.value).status == 204


async def test_a_full_store_loses_no_draft_and_says_so_on_the_connection_page(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    device, founded = await screens.device("phone"), world.vcu.founded
    await before_the_vault(device, FILLING)
    one = Seat(device, await manager_at(device, world, founded), founded)
    await one.go(f"/circles/{circle.id.hex()}")
    await box(one.page).fill("Kept while there was room")
    await expect(one.page.get_by_text("Draft kept")).to_be_visible()
    await one.page.evaluate("new BroadcastChannel('filling').postMessage(1)")
    await expect_draft_at_hub(one)
    await one.go("/connection")
    await expect(
        one.page.get_by_text("This browser keeps nothing: drafts go to the hub, sealed")
    ).to_be_visible()


async def test_a_store_that_is_cleared_under_an_open_page_loses_no_word(
    screens: Screens, world: World
) -> None:
    circle, theirs = await world.shared_circle()
    one = await seat(screens, world, world.vcu.founded)
    await written(one, circle.id.hex(), "The store goes away")
    line = await one.device.context.new_cdp_session(one.page)
    await line.send(
        "Storage.clearDataForOrigin", {"origin": one.device.url, "storageTypes": "indexeddb,local_storage"}
    )
    await expect_draft_at_hub(one)
    await expect(box(one.page)).to_have_value("The store goes away.")
    await one.page.get_by_role("button", name="Send", exact=True).click()
    await expect(box(one.page)).to_have_value("")
    assert "The store goes away." in [getattr(item.body, "text", "") for item in await theirs.thread.read()]


async def test_without_script_the_page_says_what_to_do(browser: Browser, hub: RunningHub) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{hub.url}/today")
    await expect(page.get_by_text("JavaScript is switched off here")).to_be_visible()
    await context.close()


@pytest.mark.parametrize("lack", OLD)
async def test_an_old_browser_is_told_which_ones_work(screens: Screens, lack: str) -> None:
    device = await screens.device()
    await before_the_vault(device, OLD[lack] + "\n")
    page = await device.open("/sign-in")
    await expect(page.get_by_text("this browser is too old", exact=False).first).to_be_visible()
    await expect(page.get_by_text("Firefox 115").first).to_be_visible()
    device.complaints.clear()


async def test_a_clock_that_is_a_day_ahead_is_said_and_the_words_stay(screens: Screens, world: World) -> None:
    device, founded = await screens.device(), world.vcu.founded
    await before_the_vault(device, A_DAY_AHEAD)
    page = await device.open("/sign-in")
    await type_words(page, founded.address, founded.words)
    await enter_code(page, world, founded.address)
    await expect(page.get_by_role("alert")).to_contain_text("1 day ahead of the hub's")
    await expect(page.get_by_role("alert")).to_contain_text("Set the device's date and time")


async def enter_code(page: Page, world: World, address: str) -> None:
    """The code from the newest mail."""
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    await page.get_by_label("Code from the mail").fill(await mailed_code(world, address))
    await page.get_by_role("button", name="Continue").click()


async def test_two_tabs_show_the_same_and_a_message_written_in_one_stands_in_both(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    first = await seat(screens, world, world.vcu.founded)
    await first.go(f"/circles/{circle.id.hex()}")
    second = Seat(first.device, await first.device.open(f"/circles/{circle.id.hex()}"), first.founded)
    await expect(box(second.page)).to_be_editable()
    await box(first.page).fill("Half a sentence in the first tab")
    await second.write("Whole and sent from the second")
    await expect(first.page.get_by_text("Whole and sent from the second")).to_be_visible()
    await expect(box(first.page)).to_have_value("Half a sentence in the first tab")


async def test_a_network_that_holds_live_events_back_is_said_and_news_comes_all_the_same(
    screens: Screens, world: World
) -> None:
    circle, theirs = await world.shared_circle()
    device, founded = await screens.device("phone"), world.vcu.founded
    device.may_be_offline = True
    await hasty(device)
    held: list[str] = []

    async def hold(route: Route) -> None:
        held.append(route.request.url)  # and no answer, as from a proxy that waits for the end

    await device.context.route("**/v1/live*", hold)
    one = Seat(device, await manager_at(device, world, founded), founded)
    await one.go(f"/circles/{circle.id.hex()}")
    await expect(box(one.page)).to_be_editable()
    await hurry(one.page, one.page.get_by_text("News comes a little later here"), 7)
    assert any("pad=1" in url for url in held), "a padded stream was tried too"
    await theirs.thread.post("Seen without live events")
    await hurry(one.page, one.page.get_by_text("Seen without live events"), 16)


async def hurry(page: Page, shown: Locator, seconds: float) -> None:
    """Let so many seconds go by at once, a few times over, until that is in sight."""
    for _ in range(5):
        await pass_time(page, seconds / 60)
        with suppress(AssertionError):
            await expect(shown).to_be_visible(timeout=3_000)
            return
    await expect(shown).to_be_visible()


async def test_the_connection_page_tries_everything_and_says_what_to_do_where_it_fails(
    screens: Screens, world: World
) -> None:
    device = await screens.device("phone", service_workers="block")
    device.may_be_offline = True
    page = await device.open("/connection")
    await expect(page.get_by_text("Sign in, then check again")).to_be_visible()
    await page.close()
    one = Seat(device, await manager_at(device, world, world.vcu.founded), world.vcu.founded)

    async def lose(route: Route) -> None:
        await route.abort("connectionreset")

    await device.context.route("**/v1/me/drafts/**", lose)
    await one.go("/connection")
    rows = one.page.locator(".kith-row")
    await expect(rows.filter(has_text="Sending files")).to_contain_text("Try another network")
    await expect(rows.filter(has_text="Videos and large files")).to_contain_text("another browser")
    await device.context.unroute("**/v1/me/drafts/**", lose)
    await one.page.get_by_role("button", name="Check again").click()
    for works in ("Reaching Kith", "clock", "Sending", "Fetching", "News", "Keeping drafts", "Opening"):
        await expect(rows.filter(has_text=works)).to_contain_text("Works")
    await expect(rows.filter(has_text="Does not work")).to_have_count(1)
    assert set(device.complaints) == {"warning: Service Worker registration blocked by Playwright"}
    device.complaints.clear()
