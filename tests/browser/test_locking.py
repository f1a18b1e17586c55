"""Locked again, opened again: PIN, passkey, an idle time, Back, and what a lock leaves on the screen."""

from __future__ import annotations

import re

from playwright.async_api import Page, Route, expect

from tests.browser.people import manager_at, sign_in, type_words
from tests.browser.screens import Device, Screens
from tests.keyholder.world import World

TODAY, UNLOCK, SIGN_IN = (re.compile(f"^{title}") for title in ("Today", "Unlock", "Sign in"))
AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "hasPrf": True,
    "automaticPresenceSimulation": True,
}
MOVE = "(path) => { history.pushState(null, '', path); dispatchEvent(new Event('kith-moved')); }"
HASTE = """
{
  const real = { now: Date.now.bind(Date), set: setTimeout.bind(self) };
  const waiting = new Set();
  let ahead = 0;
  Date.now = () => real.now() + ahead;
  self.setTimeout = (work, ms, ...rest) => {
    const one = { due: real.now() + ahead + (ms ?? 0), run: () => waiting.delete(one) && work(...rest) };
    waiting.add(one);
    return real.set(one.run, ms);
  };
  new BroadcastChannel("haste").onmessage = ({ data }) => {
    ahead += data;
    for (const one of [...waiting]) if (one.due <= Date.now()) one.run();
  };
}
"""
"""Put before the vault's worker: its clock can be moved ahead by a test."""


async def hasty(device: Device) -> None:
    """Let ``pass_time`` work on this device."""

    async def serve(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=HASTE + await answer.text())

    await device.context.route(re.compile(r"/assets/vault\.worker-.*\.js$"), serve)


async def pass_time(page: Page, minutes: float) -> None:
    """So many minutes go by in the vault at once."""
    await page.evaluate("ms => new BroadcastChannel('haste').postMessage(ms)", minutes * 60_000)


async def choose_pin(page: Page, pin: str) -> None:
    """From anywhere to a PIN on this device."""
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Choose a PIN").click()
    await page.get_by_label("Choose a PIN").fill(pin)
    await page.get_by_role("button", name="Set this PIN").click()
    await expect(page.get_by_text("Your PIN is set")).to_be_visible()


async def unlock(page: Page, pin: str) -> None:
    await page.get_by_label("Your PIN").fill(pin)
    await page.get_by_role("button", name="Unlock").click()


async def test_a_pin_opens_a_reloaded_page_and_wrong_ones_are_counted(screens: Screens, world: World) -> None:
    page = await manager_at(await screens.device("phone"), world, world.vcu.founded)
    await choose_pin(page, "4071")
    await page.reload()
    await expect(page).to_have_title(UNLOCK)
    await unlock(page, "4072")
    await expect(page.get_by_role("alert")).to_contain_text("4 tries left")
    await unlock(page, "4071")
    await expect(page).to_have_title(re.compile("^Settings"))


async def test_a_pin_that_is_too_easy_is_refused(screens: Screens, world: World) -> None:
    page = await manager_at(await screens.device(), world, world.vcu.founded)
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Choose a PIN").click()
    await page.get_by_label("Choose a PIN").fill("1234")
    await page.get_by_role("button", name="Set this PIN").click()
    await expect(page.get_by_role("alert")).to_contain_text("too easy")
    await expect(page).to_have_title(re.compile("Settings"))


async def test_a_pin_some_time_after_signing_in_needs_the_words_again(screens: Screens, world: World) -> None:
    device = await screens.device("phone")
    await hasty(device)
    page = await manager_at(device, world, world.vcu.founded)
    await pass_time(page, 6)
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Choose a PIN").click()
    await page.get_by_label("Choose a PIN").fill("4071")
    await page.get_by_role("button", name="Set this PIN").click()
    words = page.get_by_label("To set this PIN, type your six words")
    await words.fill("zoom zoom zoom zoom zoom zoom")
    await page.get_by_role("button", name="Set the PIN").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await words.fill(world.vcu.founded.words)
    await page.get_by_role("button", name="Set the PIN").click()
    await expect(page.get_by_text("Your PIN is set")).to_be_visible()
    await page.get_by_role("button", name="Lock", exact=True).click()
    await pass_time(page, -6)
    await unlock(page, "4071")
    await expect(page).to_have_title(re.compile("^Settings"))


async def test_after_five_wrong_pins_only_words_open(screens: Screens, world: World) -> None:
    page = await manager_at(await screens.device(), world, world.shelter.founded)
    await choose_pin(page, "4071")
    await page.reload()
    for wrong in ("4072", "4073", "4074", "4075", "4076"):
        await unlock(page, wrong)
        await expect(page.get_by_role("button", name="Unlocking")).to_have_count(0)
        await expect(page.get_by_role("alert").first).to_be_visible()
    await expect(page.get_by_label("Your PIN")).to_have_count(0)
    await page.get_by_role("link", name="Use your six words").click()
    await expect(page.get_by_label("Sign-in name")).to_have_value(world.shelter.founded.address)


async def test_a_passkey_is_made_and_opens_the_next_session(screens: Screens, world: World) -> None:
    device = await screens.device()
    device.url = device.url.replace("127.0.0.1", "localhost")
    page = await device.open("/sign-in")
    spoken = await device.context.new_cdp_session(page)
    await spoken.send("WebAuthn.enable")
    await spoken.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    await page.reload()
    await sign_in(page, world, world.vcu.founded.address, world.vcu.founded.words)
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_label("To add a passkey, type your six words").fill("zoom zoom zoom zoom zoom zoom")
    await page.get_by_role("button", name="Make the passkey").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await expect(page.get_by_text("You have no passkey yet")).to_be_visible()
    await page.get_by_label("To add a passkey, type your six words").fill(world.vcu.founded.words)
    await page.get_by_role("button", name="Make the passkey").click()
    await expect(page.get_by_text("This device now has a passkey")).to_be_visible()
    await expect(page.get_by_text("Passkey 1")).to_be_visible()
    await page.reload()
    await expect(page).to_have_title(UNLOCK)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page).to_have_title(re.compile("^Settings"))
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.goto(device.url + "/sign-in")
    await page.get_by_label("This is a shared device").check()
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page).to_have_title(TODAY)
    await page.get_by_role("link", name="Settings").click()
    await expect(page.get_by_text("This is a shared device, so Kith keeps nothing here.")).to_be_visible()
    await page.get_by_label("Remove all my passkeys too").check()
    await page.get_by_role("button", name="Sign out on every device").click()
    await page.goto(device.url + "/sign-in")
    await expect(page.get_by_label("Sign-in name")).to_have_value("")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_text("This passkey opens nothing here.")).to_be_visible()


async def test_an_idle_session_warns_and_then_locks_with_nothing_left_in_sight(
    screens: Screens, world: World
) -> None:
    device = await screens.device()
    await hasty(device)
    page = await manager_at(device, world, world.vcu.founded)
    await choose_pin(page, "4071")
    await page.get_by_role("link", name="Organisation").click()
    await expect(page.get_by_role("heading", name="Colleagues")).to_be_visible()
    await pass_time(page, 13.5)
    await expect(page.get_by_role("alertdialog")).to_contain_text("Are you still there?")
    await page.get_by_role("button", name="Stay signed in").click()
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await pass_time(page, 13.5)
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await pass_time(page, 2)
    await expect(page).to_have_title(UNLOCK)
    await expect(page.get_by_text("Harbour manager")).to_have_count(0)
    await pass_time(page, -29)
    await unlock(page, "4071")
    await expect(page.get_by_role("heading", name="Colleagues")).to_be_visible()


async def test_back_shows_nothing_after_signing_out(screens: Screens, world: World) -> None:
    page = await manager_at(await screens.device(), world, world.vcu.founded)
    await page.get_by_role("link", name="Organisation").click()
    await expect(page.get_by_role("heading", name="Colleagues")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_title(SIGN_IN)
    await page.go_back()
    await expect(page).to_have_title(SIGN_IN)
    await expect(page.get_by_role("heading", name="Colleagues")).to_have_count(0)
    await expect(page.get_by_label("Your six words")).to_be_visible()


async def test_back_from_elsewhere_shows_nothing_of_before(screens: Screens, world: World) -> None:
    page = await manager_at(await screens.device(), world, world.vcu.founded)
    await expect(page).to_have_title(TODAY)
    await page.goto("about:blank")
    await page.go_back()
    await expect(page).to_have_title(SIGN_IN)


async def test_what_was_typed_is_there_again_after_a_lock_and_after_somebody_said_not_you(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    page = await manager_at(await screens.device(), world, world.vcu.founded)
    await choose_pin(page, "4071")
    await page.evaluate(
        "(path) => { history.pushState(null, '', path); dispatchEvent(new Event('kith-moved')); }",
        f"/circles/{circle.id.hex()}",
    )
    words = page.get_by_label("Message to everyone in the circle")
    await words.fill("She would rather be rung at work")
    await page.get_by_role("button", name="Lock", exact=True).click()
    await expect(page).to_have_title(UNLOCK)
    await unlock(page, "4071")
    await expect(words).to_have_value("She would rather be rung at work")
    await expect(page.get_by_text("Draft kept")).to_be_visible()
    await page.get_by_role("button", name="Lock", exact=True).click()
    place = page.url
    await page.get_by_role("button", name="Not you? Sign in as somebody else").click()
    await expect(page).to_have_title(SIGN_IN)
    await page.goto(place)
    await type_words(page, world.vcu.founded.address, world.vcu.founded.words)
    await expect(words).to_have_value("She would rather be rung at work")


async def test_reasons_and_descriptions_are_there_again_after_a_lock(screens: Screens, world: World) -> None:
    world.vcu.manager = await world.again(
        world.vcu
    )  # others of this file signed in often: few sessions are kept
    waiting = await world.vcu.manager.open_circle("Circle for reasons", "R-12")
    await waiting.invite(world.shelter.id, "Please help with a safe place.")
    circle, _ = await world.shared_circle()
    page = await manager_at(await screens.device("phone"), world, world.shelter.founded)
    await choose_pin(page, "4071")

    async def locked_and_back() -> None:
        await page.get_by_role("button", name="Lock", exact=True).click()
        await expect(page).to_have_title(UNLOCK)
        await unlock(page, "4071")

    await page.evaluate(MOVE, f"/circles/{waiting.id.hex()}")
    await page.get_by_role("button", name="Decline", exact=True).click()
    await page.get_by_label("No capacity").check()
    await page.get_by_label("Anything to add?").fill("We are full until June.")
    await locked_and_back()
    await page.get_by_role("button", name="Decline", exact=True).click()
    await expect(page.get_by_label("Anything to add?")).to_have_value("We are full until June.")
    await expect(page.get_by_label("No capacity")).to_be_checked()

    await page.evaluate(MOVE, f"/circles/{circle.id.hex()}/documents")
    await page.get_by_label("What is it?").fill("The lease of her flat")
    await locked_and_back()
    await expect(page.get_by_label("What is it?")).to_have_value("The lease of her flat")
