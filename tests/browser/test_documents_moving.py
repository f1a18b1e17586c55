"""Documents to and from a circle through a real browser: what is shared there opens elsewhere, and back."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from keyholder.circle import CircleView
from keyholder.inspect import inspect
from tests.browser.line import Line, line_to
from tests.browser.moving import CAMERA, MIB, Mover, controlled, long_video, moving, open_uploads, sha256
from tests.browser.screens import screens_of
from tests.hub.running import RunningHub
from tests.keyholder.world import World

ASSETS = CAMERA.parent
PDF = b"%PDF-1.7\n"
PROGRAM = b"MZ\x90\x00" + bytes(500)


@dataclass
class Office:
    """The victim care unit's manager in a browser, a line to the hub that a test may cut, and a circle."""

    mover: Mover
    line: Line
    ours: CircleView
    theirs: CircleView

    @property
    def circle(self) -> bytes:
        return self.ours.id


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def signed_in(browser: Browser, hub: RunningHub, world: World) -> AsyncIterator[tuple[Mover, Line]]:
    """One signed-in page for the tests of this file."""
    async with line_to(hub.url) as line, screens_of(browser, line.url) as screens:
        device = await screens.device()
        device.may_be_offline = True
        mover = await moving(device, world, world.vcu.founded)
        await controlled(mover.page)
        yield mover, line


@pytest_asyncio.fixture(loop_scope="session")
async def office(signed_in: tuple[Mover, Line], world: World) -> AsyncIterator[Office]:
    """A circle of this test's own."""
    mover, line = signed_in
    ours, theirs = await world.shared_circle()
    yield Office(mover, line, ours, theirs)
    line.mend()


@pytest.mark.parametrize(
    ("name", "media", "preview"),
    [
        ("court-letter-photo.jpg", "image/jpeg", "image"),
        ("housing-letter.pdf", "application/pdf", "pdf"),
        ("door-camera.mp4", "video/mp4", "video"),
    ],
)
async def test_a_file_is_shared_as_it_is_and_a_partner_opens_it(
    office: Office, tmp_path: Path, name: str, media: str, preview: str
) -> None:
    path = ASSETS / name

    shared = await office.mover.shared(office.circle, path, description="From the family")

    assert (shared["name"], shared["mediaType"], shared["preview"]) == (name, media, preview)
    assert shared["size"] == path.stat().st_size
    saved = await office.theirs.fetch(bytes.fromhex(shared["document"]), tmp_path, inspect=inspect)
    assert saved.read_bytes() == path.read_bytes()
    [view] = await office.theirs.documents()
    assert view.description == "From the family"


async def test_what_the_python_end_attached_opens_here(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + os.urandom(2 * MIB))
    sent = await office.theirs.attach(path, inspect=inspect)

    opened = await office.mover.opened(office.circle, sent.document.hex())
    found = await office.mover.digest(opened["url"])

    assert (opened["way"], opened["name"], opened["mediaType"]) == ("stream", "letter.pdf", "application/pdf")
    assert (found["status"], found["sha256"]) == (200, sha256(path.read_bytes()))
    assert found["headers"]["cache-control"] == "no-store"
    assert "sandbox" in found["headers"]["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", b""),
        ("letter.pdf", b"MZ\x90\x00" + b"\x00" * 500),
        ("run.exe", b"MZ\x90\x00" + b"\x00" * 500),
    ],
)
async def test_what_is_empty_disguised_or_no_document_is_refused_before_anything_leaves(
    office: Office, hub: RunningHub, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = await open_uploads(hub)

    job = await office.mover.share(office.circle, path)
    ended = await office.mover.until(job, "failed")

    assert ended["trouble"]["kind"] == "input"
    assert await open_uploads(hub) == before
    assert await office.mover.ask("documents", office.circle.hex()) == []


async def test_a_file_of_several_parts_is_sealed_beside_its_hashes_and_its_progress_is_told_within_a_part(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(PDF + os.urandom(20 * MIB))
    office.line.bytes_a_second = 12 * MIB

    shared = await office.mover.shared(office.circle, path)

    saved = await office.theirs.fetch(bytes.fromhex(shared["document"]), tmp_path / "in", inspect=inspect)
    assert saved.read_bytes() == path.read_bytes()
    events = await office.mover.events()
    done = [e["job"]["done"] for e in events if e["type"] == "upload" and e["job"]["name"] == "long.pdf"]
    assert done == sorted(done)
    assert any(0 < each < 7 * MIB for each in done), done


async def test_a_cancelled_upload_leaves_nothing(office: Office, hub: RunningHub, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(PDF + os.urandom(12 * MIB))
    before = await open_uploads(hub)
    office.line.bytes_a_second = 4 * MIB
    job = await office.mover.share(office.circle, path)
    await office.line.until(went=2 * MIB)

    await office.mover.ask("cancelUpload", job)

    assert (await office.mover.told(job))[-1]["state"] == "stopped"
    assert await open_uploads(hub) == before
    assert await office.mover.ask("documents", office.circle.hex()) == []


async def test_an_upload_goes_on_by_itself_when_the_line_is_back(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(PDF + os.urandom(18 * MIB))
    office.line.bytes_a_second = 8 * MIB
    before = office.line.went
    job = await office.mover.share(office.circle, path)
    await office.line.until(went=10 * MIB)

    office.line.cut()
    waits = await office.mover.until(job, "waiting")
    office.line.mend()
    await office.mover.until(job, "shared")

    assert waits["trouble"]["kind"] == "away"
    assert office.line.went - before < 27 * MIB, "what was safe at the hub is not sent again"
    [shared] = await office.mover.ask("documents", office.circle.hex())
    saved = await office.theirs.fetch(bytes.fromhex(shared["document"]), tmp_path / "in", inspect=inspect)
    assert saved.read_bytes() == path.read_bytes()


IN_FILES = """
async () => {
  const found = [];
  const walk = async (folder) => {
    for await (const one of folder.values()) {
      if (one.kind === "directory") await walk(one);
      else found.push([...new Uint8Array(await (await one.getFile()).slice(0, 8).arrayBuffer())]);
    }
  };
  await walk(await navigator.storage.getDirectory());
  return found;
}
"""


async def test_a_part_on_its_way_lies_sealed_in_the_browser_s_files_and_goes_when_it_was_sent(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(PDF * (12 * MIB // len(PDF)))
    office.line.bytes_a_second = 4 * MIB
    job = await office.mover.share(office.circle, path)
    await office.line.until(went=MIB)

    [beginning] = await office.mover.page.evaluate(IN_FILES)
    await office.mover.until(job, "shared")

    assert bytes(beginning) == b"kithdoc1"
    assert await office.mover.page.evaluate(IN_FILES) == []


async def test_a_file_that_changes_while_it_is_sent_is_not_shared(
    office: Office, hub: RunningHub, tmp_path: Path
) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(PDF + os.urandom(28 * MIB))
    office.line.bytes_a_second = 8 * MIB
    before = await open_uploads(hub)
    job = await office.mover.share(office.circle, path)
    await office.line.until(went=2 * MIB)

    with path.open("r+b") as file:
        file.seek(27 * MIB)
        file.write(b"another ending")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    ended = await office.mover.until(job, "failed")

    assert "changed" in ended["trouble"]["say"]
    assert await open_uploads(hub) == before
    assert await office.mover.ask("documents", office.circle.hex()) == []


async def test_a_new_version_follows_and_both_are_kept(office: Office, tmp_path: Path) -> None:
    first, second = tmp_path / "plan.txt", tmp_path / "plan2.txt"
    first.write_text("the first plan\n")
    second.write_text("the second plan\n")
    shared = await office.mover.shared(office.circle, first)

    again = await office.mover.shared(office.circle, second, document=shared["document"])

    assert (again["document"], again["number"], again["versions"]) == (shared["document"], 2, 2)
    for number, path in ((1, first), (2, second)):
        opened = await office.mover.opened(office.circle, shared["document"], number)
        assert (await office.mover.digest(opened["url"]))["sha256"] == sha256(path.read_bytes())


async def test_a_restricted_document_is_not_for_the_others(
    office: Office, tmp_path: Path, world: World
) -> None:
    path = tmp_path / "address.txt"
    path.write_text("the safe address\n")

    shared = await office.mover.shared(office.circle, path, only=[world.vcu.id.hex()])

    assert shared["restricted"] is True
    assert await office.theirs.documents() == []
    opened = await office.mover.opened(office.circle, shared["document"])
    assert (await office.mover.digest(opened["url"]))["sha256"] == sha256(path.read_bytes())


async def test_a_file_is_saved_through_the_browser_piece_by_piece(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "the \u201clast\u201d letter, 100 %; é.pdf"
    path.write_bytes(PDF + os.urandom(3 * MIB))
    shared = await office.mover.shared(office.circle, path)

    offered = await office.mover.ask("saveDocument", office.circle.hex(), shared["document"], 1)
    download = await office.mover.saved(offered["url"], offered["name"])
    await download.save_as(tmp_path / "saved")

    assert offered["way"] == "stream"
    assert (tmp_path / "saved").read_bytes() == path.read_bytes()
    assert download.suggested_filename == shared["name"]
    assert (await office.mover.until(offered["job"], "saved"))["done"] == path.stat().st_size


async def test_a_video_plays_and_seeks_without_being_fetched_whole(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "door.mp4"
    path.write_bytes(long_video(24 * MIB))
    shared = await office.mover.shared(office.circle, path)
    opened = await office.mover.opened(office.circle, shared["document"])
    before = office.line.came

    length = await office.mover.page.evaluate(PLAYED, opened["url"])

    assert length > 1
    assert office.line.came - before < 10 * MIB


async def test_ranges_are_answered_exactly(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(PDF + os.urandom(3 * MIB))
    data = path.read_bytes()
    shared = await office.mover.shared(office.circle, path)
    opened = await office.mover.opened(office.circle, shared["document"])

    found = await office.mover.digest(opened["url"], {"Range": f"bytes={MIB - 5}-{MIB + 4}"})
    beyond = await office.mover.digest(opened["url"], {"Range": f"bytes={len(data)}-"})

    assert (found["status"], found["sha256"]) == (206, sha256(data[MIB - 5 : MIB + 5]))
    assert found["headers"]["content-range"] == f"bytes {MIB - 5}-{MIB + 4}/{len(data)}"
    assert beyond["status"] == 416


async def test_an_address_that_was_closed_or_never_was_opens_nothing(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("a plan\n")
    shared = await office.mover.shared(office.circle, path)
    opened = await office.mover.opened(office.circle, shared["document"])

    await office.mover.ask("closeDocument", opened["url"])

    assert (await office.mover.digest(opened["url"]))["status"] == 404
    assert (await office.mover.digest("/opened/" + "0" * 32))["status"] == 404


async def test_many_files_at_once_are_sent_a_few_at_a_time(office: Office, tmp_path: Path) -> None:
    jobs = []
    for number in range(12):
        path = tmp_path / f"letter {number}.txt"
        path.write_text(f"letter {number}\n")
        jobs.append(await office.mover.share(office.circle, path))
    for job in jobs:
        await office.mover.until(job, "shared")

    assert len(await office.theirs.documents()) == 12


PLAYED = """
(url) => new Promise((resolve, reject) => {
  const video = document.createElement("video");
  video.muted = true;
  video.addEventListener("error", () => reject(new Error("it does not play: " + video.error?.message)));
  video.addEventListener("loadeddata", () => { video.currentTime = video.duration / 2; }, { once: true });
  video.addEventListener("seeked", () => {
    resolve(video.duration);
    video.removeAttribute("src");
    video.remove();
  });
  video.src = url;
  document.body.append(video);
})
"""
