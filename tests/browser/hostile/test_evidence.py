"""What was refused is kept for whoever looks into it: past a reload, sealed, and as a file to hand on."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.async_api import expect

from tests.browser.circles import Seat
from tests.browser.hostile.stage import SECRET, Stage, at
from tests.browser.people import manager_at, type_words
from tests.hostile.test_content import CUTS, rebody


async def test_what_an_alarm_left_is_there_after_a_reload_and_can_be_saved(
    stage: Stage, tmp_path: Path
) -> None:
    ours, _ = await stage.world.shared_circle()
    changed = await ours.post(SECRET + " word" * 6000)
    stage.proxy.change(f"{ours.id.hex()}/fetch", rebody(changed.seq, next(iter(CUTS.values()))))
    founded = stage.world.shelter.founded
    device = await stage.screens.device("phone")
    one = Seat(device, await manager_at(device, stage.world, founded), founded)
    await one.go("/security")
    await expect(one.page.get_by_text("None.", exact=True)).to_be_visible()
    await one.go(at(ours.id))
    await expect(one.page.locator(".kith-alarm--small")).to_be_visible()
    stage.proxy.honest()

    await one.page.reload()
    await type_words(one.page, founded.address, founded.words)
    await expect(one.page.get_by_label("Your six words")).to_have_count(0)
    await one.go("/security")
    await expect(one.page.get_by_text("Kith stopped once to keep people safe")).to_be_visible()
    await one.page.screenshot(path=tmp_path / "alarms.png", full_page=True)
    async with one.page.expect_download() as saving:
        await one.page.get_by_role("button", name="Save the alarms as a file").click()
    saved = await saving.value
    assert saved.suggested_filename == "kith-alarms.json"
    text = Path(await saved.path()).read_text("utf-8")
    [alarm] = json.loads(text)["alarms"]
    assert alarm["evidence"]["alarm"] == "content-changed"
    assert any(alarm["evidence"]["bytes"].values())
    assert SECRET not in text
