"""Item 5: a list of circles from which the hub leaves one out."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.browser.circles import Seat, box
from tests.browser.hostile.stage import Stage, at
from tests.browser.people import manager_at
from tests.browser.test_locking import choose_pin, unlock
from tests.hostile.forging import b64
from tests.hostile.proxy import Asked, Denied

GONE = "The service no longer shows this circle."


async def test_item_05_a_circle_that_the_hub_shows_no_longer_is_told_once(stage: Stage) -> None:
    """To be left out and refused looks as being removed does, which nobody outside a circle can verify."""
    ours, _ = await stage.world.shared_circle()
    founded = stage.world.shelter.founded
    device = await stage.screens.device("phone")
    one = Seat(device, await manager_at(device, stage.world, founded), founded)
    await choose_pin(one.page, "4071")
    await one.go(at(ours.id))
    await expect(box(one.page)).to_be_editable()

    def hide(answer: Any, _: Asked) -> Any:
        return answer | {"items": [row for row in answer["items"] if row["circle"] != b64(ours.id)]}

    def refuse(_: Any, __: Asked) -> Any:
        raise Denied(404, "not-found")

    stage.proxy.change("/v1/circles", hide)
    stage.proxy.change(f"{ours.id.hex()}/headers", refuse)
    link = one.page.locator(f'a[href="{at(ours.id)}"]')
    for told in (1, 0):
        await one.go("/nowhere")
        await one.page.get_by_role("button", name="Lock", exact=True).click()
        await unlock(one.page, "4071")
        await one.go("/circles")
        await expect(one.page.get_by_text(GONE)).to_have_count(told)
        await expect(link).to_have_count(told)
