"""Items 10, 11, 20, 28 and 30: documents that are not what was shared."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import expect

from crypto.private.bodies import Manifest
from crypto.private.documents import DocumentSealer
from crypto.segments import SEGMENT
from keyholder import documents
from keyholder.circle import CircleView
from policies.documents import Found
from tests.browser.circles import asset
from tests.browser.hostile.stage import SECRET, Stage, alarmed, at
from tests.hostile.forging import flipped
from tests.hostile.test_content import rebody
from tests.hostile.test_documents import OBJECTS, PDF
from tests.keyholder.world import looked_at

TEXT = "Every word of it. " * 4000


async def shared_text(theirs: CircleView, tmp_path: Path, text: str = TEXT) -> Any:
    """A text that the shelter shares."""
    path = tmp_path / "letter.txt"
    path.write_text(text)
    return await theirs.attach(path, inspect=looked_at)


def later(data: bytes, headers: Mapping[str, str]) -> bytes:
    """The first segment is true; of what comes after it one bit is changed."""
    begin = headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0]
    return data if int(begin) < SEGMENT else flipped(data, len(data) // 2)


def place(circle: bytes, sent: Any) -> str:
    return at(circle, f"/documents/{sent.document.hex()}/{sent.number}")


@pytest.mark.parametrize("lie", ["reordered", "cut off", "flipped commitment"])
async def test_item_10_a_stored_document_that_was_changed_is_not_shown(
    stage: Stage, tmp_path: Path, lie: str
) -> None:
    ours, theirs = await stage.world.shared_circle()
    sent = await shared_text(theirs, tmp_path)
    stage.proxy.change_bytes("/tickets/", OBJECTS[lie])
    page = stage.owner.page

    await stage.owner.go(place(ours.id, sent))

    if lie in {"cut off", "ends a chunk early"}:
        await expect(page.locator("main").get_by_role("alert")).to_be_visible()
    else:
        await alarmed(page, 10, "document-changed")
    await expect(page.locator(".kith-text-document")).to_have_count(0)
    assert "Every word of it" not in await page.content()


async def test_item_10_a_picture_whose_later_part_was_changed_is_an_alarm_and_not_a_broken_picture(
    stage: Stage, tmp_path: Path
) -> None:
    """It is served piece by piece: its first part is true, and only then comes the changed one."""
    ours, theirs = await stage.world.shared_circle()
    path = tmp_path / "photo.jpg"
    path.write_bytes(asset("court-letter-photo.jpg").read_bytes() + os.urandom(1_400_000))
    sent = await theirs.attach(path, inspect=lambda one: Found(one.name, one.stat().st_size, "image/jpeg"))

    stage.proxy.change_ranges("/tickets/", later)
    page = await stage.owner.device.open(place(ours.id, sent))

    await alarmed(page, 10, "document-changed")
    await page.close()


async def test_item_10_a_changed_document_that_is_saved_says_so_and_is_not_kept(
    stage: Stage, tmp_path: Path
) -> None:
    ours, theirs = await stage.world.shared_circle()
    sent = await shared_text(theirs, tmp_path, TEXT * 20)

    stage.proxy.change_ranges("/tickets/", later)
    page = await stage.owner.device.open(place(ours.id, sent))
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Save to this device").click()

    await alarmed(page, 10, "document-changed", small=True)

    await expect(page.get_by_text("Not saved: letter.txt")).to_be_visible()
    assert await (await saving.value).failure() is not None
    await page.close()


@pytest.mark.parametrize("served", ["the object alone", "the list of segments too"])
async def test_item_28_a_piece_that_a_member_forged_is_refused_when_only_a_range_is_read(
    stage: Stage, tmp_path: Path, served: str
) -> None:
    """Whoever has the document's key can seal other words under it; the entry names what was shared."""
    ours, theirs = await stage.world.shared_circle()
    sent = await shared_text(theirs, tmp_path)
    await ours.sync()
    item = await ours.thread.open_one(sent.seq)
    assert isinstance(item.body, Manifest)
    told = item.body
    words = (SECRET + " " * 4000)[: told.size].ljust(told.size).encode()
    sealer = DocumentSealer(told.key, ours.id, told.document, told.number, told.size)
    forged = b"".join(sealer.seal([words[at_ : at_ + 65536] for at_ in range(0, len(words), 65536)]))
    assert sealer.sealed is not None
    assert len(forged) == told.stored
    hashes = sealer.sealed.segment_hashes

    def serve(data: bytes, headers: Mapping[str, str]) -> bytes:
        if len(data) == len(hashes):
            return hashes if served != "the object alone" else data
        begin, _, end = headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        return forged[int(begin) : int(end) + 1] if end else forged[int(begin) :]

    stage.proxy.change_ranges("/tickets/", serve)
    await stage.owner.go(place(ours.id, sent))

    await alarmed(stage.owner.page, 10, "document-changed")


async def test_item_11_a_program_under_a_harmless_name_is_not_opened(stage: Stage, tmp_path: Path) -> None:
    ours, theirs = await stage.world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"MZ not a letter")
    sent = await theirs.attach(
        path, inspect=lambda one: Found(one.name, one.stat().st_size, "application/pdf")
    )

    await stage.owner.go(place(ours.id, sent))

    await alarmed(stage.owner.page, 11, "document-disguised")
    await expect(stage.owner.page.locator(".kith-pdf__canvas")).to_have_count(0)


async def test_item_11_an_entry_that_names_another_document_than_its_words_is_marked(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = await stage.world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + os.urandom(500))
    real = documents._manifest

    def another(*told: Any) -> Any:
        return replace(real(*told), document=os.urandom(16))

    with monkeypatch.context() as patch:
        patch.setattr(documents, "_manifest", another)
        await theirs.attach(path, inspect=looked_at)

    await stage.owner.go(at(ours.id, "/documents"))

    await alarmed(stage.owner.page, 10, "badly-sealed", small=True)
    await expect(stage.owner.page.get_by_text("letter.pdf")).to_have_count(0)


async def test_item_30_a_document_whose_entry_is_withheld_is_marked_and_the_others_are_listed(
    stage: Stage, tmp_path: Path
) -> None:
    ours, theirs = await stage.world.shared_circle()
    hidden = await shared_text(theirs, tmp_path)
    path = tmp_path / "second.txt"
    path.write_text("the other")
    await theirs.attach(path, inspect=looked_at)
    stage.proxy.change(f"{ours.id.hex()}/fetch", rebody(hidden.seq, lambda _: None))

    await stage.owner.go(at(ours.id, "/documents"))

    await expect(stage.owner.page.get_by_role("link", name="second.txt")).to_be_visible()
    await alarmed(stage.owner.page, 30, "body-missing", small=True)
    await expect(stage.owner.page.get_by_text("letter.txt")).to_have_count(0)
