"""Item 20: a file that changes on its way, and a hub that says it has parts of it that were never sent.

What arrives is whole and right, or it is not shared: never a mixture.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from keyholder.circle import CircleView
from tests.browser.hostile.stage import Stage, at
from tests.hostile.proxy import Asked, Denied
from tests.hostile.test_documents import PDF
from tests.keyholder.world import looked_at

MIB = 1024 * 1024


def made(path: Path, size: int) -> Path:
    path.write_bytes(PDF + os.urandom(size))
    return path


async def share(page: Page, path: Path) -> None:
    await page.locator(".kith-share input[type=file]").first.set_input_files(path)


async def whole(theirs: CircleView, document: bytes, folder: Path) -> bytes:
    saved = await theirs.fetch(document, folder, inspect=looked_at)
    return saved.read_bytes()


async def shared_documents(theirs: CircleView) -> list[bytes]:
    """What the partner finds in the circle."""
    await theirs.sync()
    return [each.document for each in await theirs.documents()]


class Parts:
    """Lets so many parts through; then the hub does not answer for one until it is told to."""

    def __init__(self, let_through: int) -> None:
        self.left, self.held = let_through, False

    def __call__(self, answer: Any, _: Asked) -> Any:
        if self.left == 0:
            self.held = True
            raise Denied(503, "unavailable")
        self.left -= 1
        return answer


@pytest.mark.parametrize("how", ["another size", "another time", "neither size nor time"])
async def test_item_20_a_file_that_changed_while_its_upload_waited_is_not_shared(
    stage: Stage, tmp_path: Path, how: str
) -> None:
    """The first part was taken; then the line was lost, the file was written anew, and the line came back."""
    ours, theirs = await stage.world.shared_circle()
    path = made(tmp_path / "statement.pdf", 30 * MIB)
    stat = path.stat()
    parts = Parts(1)
    await stage.owner.go(at(ours.id, "/documents"))
    page = stage.owner.page
    for number in range(1, 9):
        stage.proxy.change(f"/parts/{number}", parts, "PUT")
    await share(page, path)
    await expect(page.locator(".kith-transfers")).to_contain_text(re.compile("Waiting|busy"))

    changed = bytearray(path.read_bytes())
    changed[24 * MIB :] = os.urandom(len(changed) - 24 * MIB + (how == "another size"))
    changed[4 * MIB : 5 * MIB] = os.urandom(MIB)
    path.write_bytes(changed)
    later = 60_000_000_000 if how == "another time" else 0
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + later))
    parts.left = 100

    await expect(page.locator(".kith-transfers")).to_contain_text("The file changed")
    assert await shared_documents(theirs) == []


async def test_item_20_a_hub_that_says_it_has_parts_already_gets_all_of_them(
    stage: Stage, tmp_path: Path
) -> None:
    ours, theirs = await stage.world.shared_circle()
    path = made(tmp_path / "statement.pdf", 18 * MIB)
    stage.proxy.change("/uploads", lambda answer, _: answer | {"parts": [1, 2, 3]}, "POST")
    await stage.owner.go(at(ours.id, "/documents"))
    page = stage.owner.page
    await share(page, path)
    await expect(page.get_by_role("link", name="statement.pdf")).to_be_visible()

    [document] = await shared_documents(theirs)
    assert await whole(theirs, document, tmp_path / "in") == path.read_bytes()


async def test_item_20_parts_of_another_file_are_never_made_into_one_with_this(
    stage: Stage, tmp_path: Path
) -> None:
    """The hub has a whole file of the same size, and hands out its place for the next one."""
    ours, theirs = await stage.world.shared_circle()
    first, second = made(tmp_path / "first.pdf", 9 * MIB), made(tmp_path / "second.pdf", 9 * MIB)
    places: list[str] = []

    def one_place(answer: Any, _: Asked) -> Any:
        places.append(answer["upload"])
        return answer | {"upload": places[0]}

    def lost(*_: Any) -> Any:
        raise Denied(409, "upload-incomplete")

    await stage.owner.go(at(ours.id, "/documents"))
    page = stage.owner.page
    stage.proxy.change("/finish", lost, "POST")
    stage.proxy.change("/uploads", one_place, "POST")
    await share(page, first)
    await expect(page.get_by_role("button", name="Try again: first.pdf")).to_be_visible()
    stage.proxy.rules[:] = [rule for rule in stage.proxy.rules if rule[1] != "/finish"]
    await share(page, second)
    again = page.get_by_role("button", name="Try again: second.pdf")
    await expect(again.or_(page.get_by_role("link", name="second.pdf")).first).to_be_visible()

    for document in await shared_documents(theirs):
        assert await whole(theirs, document, tmp_path / "in") == second.read_bytes()
