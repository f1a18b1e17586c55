"""Scans: pages that are one picture, in the two forms that browsers have no decoder of their own for."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.circles import complaints, seat
from tests.browser.scans import scan
from tests.browser.screens import Screens
from tests.browser.test_documents import share
from tests.keyholder.world import World

PIXELS = """(canvas) => [0.25, 0.75].map((part) => {
  const at = [Math.floor(canvas.width * part), Math.floor(canvas.height / 2), 1, 1];
  return [...canvas.getContext("2d").getImageData(...at).data.slice(0, 3)];
})"""
SEEN = {
    "JPXDecode": ([200, 30, 40], [20, 60, 190]),
    "JBIG2Decode": ([255, 255, 255], [0, 0, 0]),
}


@pytest.mark.parametrize("how", SEEN)
async def test_a_scan_shows_its_picture(screens: Screens, world: World, tmp_path: Path, how: str) -> None:
    circle, _ = await world.shared_circle()
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan(how))
    owner = await seat(screens, world, world.vcu.founded)
    await owner.go(f"/circles/{circle.id.hex()}/documents")
    await share(owner.page, path)
    await owner.page.get_by_role("link", name="scan.pdf").click(timeout=30_000)
    canvas = owner.page.locator(".kith-pdf__canvas").first
    await expect(canvas).to_be_visible(timeout=30_000)

    left, right = SEEN[how]
    shown = [left, right]
    await owner.page.wait_for_function(
        f"([one, wanted]) => JSON.stringify(({PIXELS})(one)) === JSON.stringify(wanted)",
        arg=[await canvas.element_handle(), shown],
        timeout=30_000,
    )
    assert await complaints(owner.page) == []
