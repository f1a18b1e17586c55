"""Item 22: hostile names and texts reach the page as letters, or not at all."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from keyholder import documents
from tests.browser.circles import asset
from tests.browser.hostile.stage import Stage, alarmed, at
from tests.keyholder.world import DAY, looked_at

ACTING = (
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    "<iframe src=javascript:alert(1)></iframe><style>*{display:none}</style></p></div>"
)
LINK = "javascript:document.title='taken'"
OVERRIDE, ISOLATE = "\u202e", "\u2066"
HUGE = "é" * 15_000
ACTIVE = "main script, main iframe, main style, main img, main a[href^=java]"
MARKUP = f"() => document.querySelectorAll('{ACTIVE}').length"
FLOOD = unicodedata.normalize("NFC", "a" + "\u0301" * 400)
"""One letter under four hundred accents: it would paint over its neighbours."""


async def unharmed(page: Page) -> None:
    """The page still is what it was: no markup came of the words, nothing ran, nothing left its place."""
    assert await page.evaluate(MARKUP) == 0
    assert "taken" not in await page.title()
    await expect(page.get_by_role("navigation", name="Parts of this circle")).to_be_visible()


async def test_item_22_words_that_look_like_a_page_are_shown_as_words(stage: Stage) -> None:
    world = stage.world
    ours = await world.vcu.manager.open_circle(ACTING[:100], ACTING[:40], safe_contact=ACTING)
    await ours.invite(world.shelter.id, ACTING)
    theirs = world.shelter.manager.circle(ours.id)
    await theirs.accept(ACTING)
    await theirs.post(ACTING + LINK)
    await theirs.propose(world.vcu.id, ACTING, ACTING, world.hub.clock() + DAY)
    page = stage.owner.page

    for tab in ("", "/plan"):
        await stage.owner.go(at(ours.id, tab))
        await expect(page.get_by_text("<script>").first).to_be_attached()
        await unharmed(page)
    await stage.owner.go("/circles")
    await expect(page.get_by_text("<script>").first).to_be_visible()
    assert await page.evaluate(MARKUP) == 0


async def test_item_22_an_address_in_a_message_is_no_link_that_runs(stage: Stage) -> None:
    ours, theirs = await stage.world.shared_circle()
    await theirs.post(f"{LINK} data:text/html,<script>1</script> https://elsewhere.example/x")

    await stage.owner.go(at(ours.id))

    await expect(stage.owner.page.get_by_text(LINK)).to_be_visible()
    leading = await stage.owner.page.locator("main a").evaluate_all("(all) => all.map((one) => one.protocol)")
    assert set(leading) <= {"http:"}
    assert await stage.owner.page.locator('main a[href*="elsewhere"]').count() == 0


async def test_item_22_signs_that_turn_writing_round_do_not_turn_the_page(stage: Stage) -> None:
    """What follows a hostile name, such as the organisation's, still reads from left to right."""
    ours, theirs = await stage.world.shared_circle()
    await theirs.post(f"{OVERRIDE}{ISOLATE}gnorts si eht")

    page = stage.owner.page
    await stage.owner.go(at(ours.id))
    text = page.locator(".kith-entry__text").last
    await expect(text).to_be_visible()

    contained = await text.evaluate(
        "(one) => ['isolate', 'plaintext', 'isolate-override'].includes(getComputedStyle(one).unicodeBidi)"
    )
    assert contained or OVERRIDE not in await text.inner_text()


async def test_item_22_a_name_that_turns_writing_round_is_cleaned(stage: Stage) -> None:
    ours, theirs = await stage.world.shared_circle()
    desk = theirs.book.desk
    strange = replace(desk.me, name=f"Eve{OVERRIDE}regaM\n\n<b>Manager</b>")
    me = desk.me
    object.__setattr__(desk, "me", strange)
    try:
        await theirs.post("Said by somebody with a strange name.")
    finally:
        object.__setattr__(desk, "me", me)

    page = stage.owner.page
    await stage.owner.go(at(ours.id))
    name = page.locator(".kith-entry__by").last
    await expect(name).to_contain_text("Shelter")

    assert OVERRIDE not in await name.inner_text()
    assert await name.locator("b").count() == 0


async def test_item_22_a_title_that_turns_writing_round_is_cleaned(stage: Stage) -> None:
    ours = await stage.world.vcu.manager.open_circle(f"Family{OVERRIDE}eht fo J", f"R{ISOLATE}-7")
    page = stage.owner.page

    await stage.owner.go(at(ours.id))
    await expect(page.get_by_text("Family eht fo J").first).to_be_visible()
    assert not {OVERRIDE, ISOLATE} & set(await page.content())
    await stage.owner.go("/circles")
    await expect(page.get_by_text("Family eht fo J").first).to_be_visible()
    assert not {OVERRIDE, ISOLATE} & set(await page.content())


async def test_item_22_a_name_that_the_hub_puts_into_a_link_keeps_to_its_place(stage: Stage) -> None:
    """It is the hub's word alone until the organisation's own records were seen."""
    name = f"Harbour{OVERRIDE}{ISOLATE} " + "x" * 300
    stage.proxy.change("/enrolments/look", lambda answer, _: answer | {"legal_name": name})
    invitation = await stage.world.vcu.manager.team.invite("long@harbour.example")
    device = await stage.screens.device("phone")
    page = await device.open("/enrol#" + stage.world.link(invitation).rpartition("#")[2])
    await expect(page.get_by_label("Your name")).to_be_visible()

    assert not {OVERRIDE, ISOLATE} & set(await page.content())
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    await page.close()


async def test_item_22_huge_words_and_floods_of_accents_keep_to_their_place(stage: Stage) -> None:
    ours, theirs = await stage.world.shared_circle()
    await theirs.post(HUGE)
    await theirs.post(FLOOD + " and more")

    page = stage.owner.page
    await stage.owner.go(at(ours.id))
    await expect(page.get_by_text("and more")).to_be_visible()

    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    overflow = await page.locator(".kith-entry__text").last.evaluate(
        "(one) => [getComputedStyle(one).overflowX, getComputedStyle(one).overflowY]"
    )
    assert "visible" not in overflow


@pytest.mark.parametrize(
    "name",
    [
        "../../.profile.pdf",
        "..\\..\\autorun.pdf",
        f"bill{OVERRIDE}fdp.pdf",
        "CON.pdf",
        "<img src=x onerror=alert(1)>.pdf",
        "a\r\nSet-Cookie: x=1.pdf",
    ],
)
async def test_item_22_a_hostile_file_name_is_shown_and_saved_as_a_harmless_one(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ours, theirs = await stage.world.shared_circle()
    path = asset("housing-letter.pdf")
    real = documents._manifest

    def named(author: str, upload: Any, _: str, *rest: Any) -> Any:
        return real(author, upload, name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(documents, "_manifest", named)
        sent = await theirs.attach(path, inspect=looked_at)
    page = stage.owner.page
    await stage.owner.go(at(ours.id, "/documents"))
    link = page.locator(".kith-file__name a").first
    await expect(link).to_be_visible()

    shown = await link.inner_text()
    assert not set(shown) & set(f"/\\{OVERRIDE}\r\n")
    assert not shown.startswith((".", "-", "CON."))
    await unharmed(page)
    await stage.owner.go(at(ours.id, f"/documents/{sent.document.hex()}/1"))
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Save to this device").click()
    suggested = (await saving.value).suggested_filename
    assert not re.search(r"[/\\\r\n\u202e]", suggested)
    assert not suggested.startswith(("..", "CON."))
    await unharmed(page)


async def test_item_22_a_page_shared_as_a_document_is_never_run(stage: Stage, tmp_path: Path) -> None:
    ours, theirs = await stage.world.shared_circle()
    path = tmp_path / "letter.txt"
    path.write_text(f"<!doctype html>{ACTING}")
    sent = await theirs.attach(path, inspect=looked_at)
    page = stage.owner.page

    await stage.owner.go(at(ours.id, f"/documents/{sent.document.hex()}/1"))

    await alarmed(page, 11, "document-disguised")
    await unharmed(page)
