"""Items 10, 14, 21 and 30: bodies that are not what was written are marked in place; the rest is read."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from crypto.private import boxes
from crypto.private.content import HEADER
from keyholder import rekeying
from tests.browser.circles import box
from tests.browser.hostile.stage import SECRET, Stage, alarmed, at
from tests.hostile.forging import FalseLog, b64, flipped, signed_by
from tests.hostile.proxy import Asked
from tests.hostile.test_content import CUTS, rebody, say_badly
from tests.keyholder.world import DAY


async def marked(page: Page, seq: int, item: int, *codes: str) -> None:
    """That entry alone is marked, in its place."""
    await expect(page.locator(f'[data-seq="{seq}"] .kith-alarm')).to_be_visible()
    await alarmed(page, item, *codes, small=True)


@pytest.mark.parametrize("cut", CUTS)
async def test_item_10_a_body_that_was_changed_is_marked_and_the_rest_is_read(stage: Stage, cut: str) -> None:
    ours, _ = await stage.world.shared_circle()
    changed = await ours.post(SECRET + " word" * 6000)
    await ours.post("Said in truth.")
    stage.proxy.change(f"{ours.id.hex()}/fetch", rebody(changed.seq, CUTS[cut]))

    await stage.partner.go(at(ours.id))

    await expect(stage.partner.page.get_by_text("Said in truth.")).to_be_visible()
    await marked(stage.partner.page, changed.seq, 10, "content-changed")


async def test_item_10_two_bodies_swapped_are_both_marked(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    one, two = await ours.post(SECRET), await ours.post(f"{SECRET} 2")

    def swap(answer: Any, _: Asked) -> Any:
        rows = {row["seq"]: row for row in answer["bodies"]}
        if one.seq in rows and two.seq in rows:
            rows[one.seq]["body"], rows[two.seq]["body"] = rows[two.seq]["body"], rows[one.seq]["body"]
        return answer

    stage.proxy.change(f"{ours.id.hex()}/fetch", swap)
    page = stage.partner.page
    await stage.partner.go(at(ours.id))

    for receipt in (one, two):
        await expect(page.locator(f'[data-seq="{receipt.seq}"] .kith-alarm--small')).to_be_visible()
    assert SECRET not in await page.content()


async def test_item_14_a_body_under_a_key_nobody_was_given_is_its_authors_fault(stage: Stage) -> None:
    ours, theirs = await stage.world.shared_circle()
    seq = await say_badly(theirs, os.urandom(32))

    await stage.owner.go(at(ours.id))

    await marked(stage.owner.page, seq, 10, "badly-sealed")
    await expect(stage.owner.page.locator(".kith-alarm")).to_contain_text("the person who wrote it")


async def test_item_14_keys_that_differ_between_members_open_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Item 7 too: one promise stands in the entry, and only the key that fits it counts."""
    ours, theirs = await stage.world.shared_circle()
    real, unit = rekeying.listed, stage.world.vcu.id

    def another_key(
        desk: Any, circle: bytes, epoch: int, head: bytes, organisation: bytes, key: bytes
    ) -> Any:
        given = os.urandom(32) if organisation == unit else key
        return real(desk, circle, epoch, head, organisation, given)

    with monkeypatch.context() as patch:
        patch.setattr(rekeying, "listed", another_key)
        await theirs.rekey()
    await theirs.post(SECRET)

    page = stage.owner.page
    await stage.owner.go(at(ours.id))

    await expect(page.get_by_text("You cannot open it.").last).to_be_visible()
    assert SECRET not in await page.content()


async def test_item_07_a_key_made_for_another_circle_opens_nothing_and_is_renewed_before_anybody_writes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = await stage.world.shared_circle()
    real = boxes.epoch_info

    def elsewhere(_: bytes, *rest: Any) -> bytes:
        return real(os.urandom(32), *rest)

    with monkeypatch.context() as patch:
        patch.setattr(boxes, "epoch_info", elsewhere)
        await theirs.rekey()
    await ours.sync()
    bad = ours.book.circle.epoch.number

    await stage.owner.go(at(ours.id))
    await stage.owner.write("Said under a sound key.")

    await ours.sync()
    assert ours.book.circle.epoch.number == bad + 1
    assert ours.book.entries[-1].header.epoch == bad + 1


async def test_item_07_a_copy_of_a_key_put_in_anothers_place_is_not_used(stage: Stage) -> None:
    """The quick copies that an organisation keeps count only where they fit: otherwise the box is opened."""
    one, _ = await stage.world.shared_circle()
    other, _ = await stage.world.shared_circle()
    await one.post("Said in truth.")
    for circle in (one, other):
        await stage.partner.go(at(circle.id))
        await expect(stage.partner.page.locator(".kith-composer")).to_be_visible()
    await stage.partner.go("/nowhere")
    fetched = [
        body["wraps"] for path, body in stage.proxy.answered if path.endswith(f"{other.id.hex()}/fetch")
    ]
    foreign = [wraps for wraps in fetched if wraps]
    await one.post("Said later.")

    def swap(answer: Any, _: Asked) -> Any:
        spoiled = [row | {"wrapped": b64(flipped(b64decode(row["wrapped"])))} for row in answer["wraps"]]
        return answer | {"wraps": foreign[0] if foreign else spoiled}

    stage.proxy.change(f"{one.id.hex()}/fetch", swap)
    page = await stage.partner.device.open(at(one.id))

    await expect(page.get_by_text("Said later.")).to_be_visible()
    await expect(page.locator(".kith-alarm")).to_have_count(0)
    await page.close()


async def test_item_21_failures_to_open_look_alike_from_outside_and_are_not_retried(stage: Stage) -> None:
    """The hub serves a body as often as one that opens: once, however often the circle is looked at."""
    kinds: dict[str, Callable[[bytes], bytes]] = {
        "true": lambda body: body,
        "body": CUTS["flipped"],
        "commitment": lambda body: flipped(body, HEADER - 1),
        "cut": CUTS["cut off"],
    }
    served = {name: await times_served(stage, change) for name, change in kinds.items()}

    assert served == dict.fromkeys(kinds, 1)


async def times_served(stage: Stage, change: Callable[[bytes], bytes]) -> int:
    """How often one body was asked for, while its circle was opened, went on, was left and opened again."""
    ours, _ = await stage.world.shared_circle()
    seq, page, count = (await ours.post("Said.")).seq, stage.partner.page, 0

    def serve(body: bytes) -> bytes:
        nonlocal count
        count += 1
        return change(body)

    stage.proxy.change(f"{ours.id.hex()}/fetch", rebody(seq, serve))
    await stage.partner.go(at(ours.id))
    await expect(page.locator(f'[data-seq="{seq}"]')).to_be_visible()
    await ours.post("Said later.")
    await expect(page.get_by_text("Said later.")).to_be_visible()
    await stage.partner.go("/nowhere")
    await ours.post("Said last.")
    await stage.partner.go(at(ours.id))
    await expect(page.get_by_text("Said last.")).to_be_visible()
    await stage.partner.go("/nowhere")
    return count


async def test_item_30_a_missing_body_without_its_erasure_is_marked(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    seq = (await ours.post(SECRET)).seq
    stage.proxy.change(f"{ours.id.hex()}/fetch", rebody(seq, lambda _: None))

    await stage.partner.go(at(ours.id))

    await marked(stage.partner.page, seq, 30, "body-missing")


async def test_item_30_a_body_left_out_of_the_page_is_an_alarm(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    await ours.post(SECRET)
    stage.proxy.change(f"{ours.id.hex()}/fetch", lambda answer, _: answer | {"bodies": answer["bodies"][:-1]})

    await stage.refuses(stage.partner, at(ours.id), 30, "body-missing")


async def test_item_30_older_safe_contact_words_never_stand_in_for_withheld_ones(stage: Stage) -> None:
    manager = stage.world.vcu.manager
    ours = await manager.open_circle("Circle for J", safe_contact="Voicemail is fine.")
    await ours.describe("Circle for J", safe_contact="Never leave voicemail.")
    stage.proxy.change(f"{ours.id.hex()}/fetch", rebody(2, lambda _: None))
    page = stage.owner.page

    await stage.owner.go(at(ours.id, "/people"))

    await expect(page.get_by_label("Safe contact")).to_contain_text(
        "Do not contact them before you have asked"
    )
    await expect(page.get_by_text("Voicemail is fine.")).to_have_count(0)
    await alarmed(page, 30, "body-missing", small=True)


async def test_item_30_an_action_whose_words_are_withheld_is_marked(stage: Stage) -> None:
    ours, _ = await stage.world.shared_circle()
    due = stage.world.hub.clock() + DAY
    await ours.propose(stage.world.shelter.id, SECRET, "", due)
    await ours.propose(stage.world.shelter.id, "A bed for two", "", due)
    stage.proxy.change(f"{ours.id.hex()}/fetch", rebody(ours.book.log.seq - 1, lambda _: None))
    page = stage.partner.page

    await stage.partner.go(at(ours.id, "/plan"))

    await expect(page.get_by_role("link", name="A bed for two")).to_be_visible()
    await alarmed(page, 30, "body-missing", small=True)


async def test_nothing_is_written_over_a_history_that_does_not_hold(stage: Stage) -> None:
    """There is no box to write in, and the other circles go on."""
    bad, _ = await stage.world.shared_circle()
    good, _ = await stage.world.shared_circle()
    await bad.post(SECRET)
    false = FalseLog.of(stage.world, bad)
    entry, when = false.rows[-1]
    false.rows[-1] = (signed_by(entry, os.urandom(32)), when)
    stage.proxy.change(f"{bad.id.hex()}/headers", false.serve)
    await stage.refuses(stage.partner, at(bad.id), 13, "forged")
    await expect(box(stage.partner.page)).to_have_count(0)

    await stage.partner.go(at(good.id))
    await stage.partner.write("Said where all is well.")
