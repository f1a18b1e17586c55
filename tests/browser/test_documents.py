"""Documents in the page: shared from a device, looked at by a partner, saved; hostile names and files."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.circles import asset, both, complaints, seat
from tests.browser.screens import Screens
from tests.keyholder.world import World

_LOADED = """(one) => one.readyState >= 2 || new Promise((done) => {
    one.addEventListener("loadeddata", () => done(true), { once: true });
})"""
_SOUGHT = """(one) => new Promise((done) => {
    one.addEventListener("seeked", () => done(one.currentTime), { once: true });
    one.currentTime = one.duration / 2;
})"""


async def share(page: Page, *files: Path) -> None:
    """Choose files as the device's own chooser would give them."""
    await page.locator(".kith-share input[type=file]").first.set_input_files([str(path) for path in files])


async def test_a_letter_is_shared_and_the_partner_reads_its_pages_in_the_page(
    screens: Screens, world: World
) -> None:
    circle, _ = await world.shared_circle()
    owner, partner = await both(screens, world, circle.id.hex(), "/documents")
    await owner.page.get_by_label("What is it?").fill("Letter about the flat")
    await share(owner.page, asset("housing-letter.pdf"))
    await expect(owner.page.get_by_role("link", name="housing-letter.pdf")).to_be_visible(timeout=30_000)
    await partner.page.get_by_role("link", name="housing-letter.pdf").click()
    await expect(partner.page.get_by_text("Letter about the flat")).to_be_visible()
    canvas = partner.page.locator(".kith-pdf__canvas").first
    await expect(canvas).to_be_visible(timeout=30_000)
    await expect(partner.page.get_by_text("1 page", exact=True)).to_be_visible()
    await partner.page.get_by_text("Words on page 1").click()
    await expect(partner.page.locator(".kith-pdf__words p").first).not_to_have_text("Reading…")
    assert await complaints(partner.page) == []


async def test_several_files_at_once_and_a_name_that_looks_like_a_page_stays_a_name(
    screens: Screens, world: World, tmp_path: Path
) -> None:
    circle, _ = await world.shared_circle()
    one, two = tmp_path / "notes <b>bold<b>.txt", tmp_path / "second.txt"
    one.write_text("Plain words first.\n" * 9 + "Then <b>bold</b> and <img src=x>.")
    two.write_text("the other")
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}/documents")
    await share(owner.page, one, two)
    await expect(owner.page.locator(".kith-file")).to_have_count(2, timeout=30_000)
    await owner.page.locator(".kith-file__name a", has_text="bold").click()
    await expect(owner.page.locator(".kith-text-document")).to_contain_text("<img src=x>")
    await expect(owner.page).to_have_title(re.compile("^Documents"))
    assert await owner.page.locator(".kith-preview b").count() == 0


async def test_a_picture_is_shown_and_a_program_is_refused_in_plain_words(
    screens: Screens, world: World, tmp_path: Path
) -> None:
    circle, _ = await world.shared_circle()
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ" + bytes(400))
    owner, partner = await both(screens, world, circle.id.hex(), "/documents")
    await share(owner.page, program, asset("court-letter-photo.jpg"))
    await expect(owner.page.locator(".kith-transfers")).to_contain_text("This is a program")
    await partner.page.get_by_role("link", name="court-letter-photo.jpg").click(timeout=30_000)
    image = partner.page.locator(".kith-preview__image")
    await expect(image).to_be_visible(timeout=30_000)
    assert await image.evaluate("async (one) => (await one.decode(), one.naturalWidth)") > 0


async def test_a_video_plays_in_the_page_and_can_be_wound(screens: Screens, world: World) -> None:
    circle, _ = await world.shared_circle()
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}/documents")
    await share(owner.page, asset("door-camera.mp4"))
    await owner.page.get_by_role("link", name="door-camera.mp4").click(timeout=30_000)
    video = owner.page.locator(".kith-preview__video")
    await expect(video).to_be_visible(timeout=30_000)
    await video.evaluate(_LOADED)
    assert await video.evaluate(_SOUGHT) > 0


async def test_a_document_is_saved_as_it_was_shared(screens: Screens, world: World, tmp_path: Path) -> None:
    circle, _ = await world.shared_circle()
    letter = tmp_path / "letter.txt"
    letter.write_text("Every letter of it. " * 500)
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}/documents")
    await share(owner.page, letter)
    await owner.page.get_by_role("link", name="letter.txt").click(timeout=30_000)
    async with owner.page.expect_download() as saving:
        await owner.page.get_by_role("button", name="Save to this device").click()
    saved = await (await saving.value).path()
    assert Path(saved).read_bytes() == letter.read_bytes()
