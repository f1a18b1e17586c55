"""Documents in a real browser when something is wrong: a lying hub, a lying member, nobody there any more."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import Browser

from keyholder import documents
from keyholder.circle import CircleView
from keyholder.inspect import inspect
from tests.browser.line import line_to
from tests.browser.moving import MIB, Mover, controlled, moving, open_uploads, sha256
from tests.browser.screens import Screens, screens_of
from tests.browser.vaults import Troubled
from tests.hostile.forging import flipped
from tests.hostile.proxy import Proxy, lying
from tests.hub.running import RunningHub
from tests.keyholder.world import World

PDF = b"%PDF-1.7\n"
LEAD = 64
SEGMENT = 64 * (16 * 1024 + 16)
BLOCKED = "warning: Service Worker registration blocked by Playwright"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deceived(browser: Browser, hub: RunningHub, world: World) -> AsyncIterator[tuple[Mover, Proxy]]:
    """A signed-in page whose hub lies when it is told to."""
    async with lying(hub.url) as proxy, screens_of(browser, proxy.url) as screens:
        device = await screens.device()
        device.may_be_offline = True
        mover = await moving(device, world, world.vcu.founded)
        await controlled(mover.page)
        yield mover, proxy


@pytest.fixture
def honest_again(deceived: tuple[Mover, Proxy]) -> Any:
    """Whatever a test made the hub say, the next one begins with the truth."""
    yield
    deceived[1].honest()


async def attached(
    world: World, tmp_path: Path, size: int = 3 * MIB
) -> tuple[CircleView, CircleView, str, bytes]:
    """A circle with a letter that the partner shared."""
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + os.urandom(size))
    sent = await theirs.attach(path, inspect=inspect)
    return ours, theirs, sent.document.hex(), path.read_bytes()


def second_segment(data: bytes) -> bytes:
    """Changed, if it is a whole segment: the lead, the list of hashes and the last, short one are true."""
    return flipped(data, 1000) if len(data) == SEGMENT else data


async def alarmed(mover: Mover, method: str, *args: Any) -> None:
    with pytest.raises(Troubled) as caught:
        await mover.ask(method, *args)
    assert caught.value.trouble["kind"] == "alarm", caught.value
    assert caught.value.code == "document-changed"
    assert {
        caught.value.trouble["say"],
        caught.value.trouble["safe"],
        caught.value.trouble["tell"],
    }.isdisjoint({""})


@pytest.mark.usefixtures("honest_again")
async def test_item_28_a_segment_that_is_not_the_one_shared_is_not_given_to_a_ranged_reader(
    deceived: tuple[Mover, Proxy], world: World, tmp_path: Path
) -> None:
    mover, proxy = deceived
    ours, _, document, data = await attached(world, tmp_path)
    opened = await mover.opened(ours.id, document)
    asked = 0

    def change(body: bytes) -> bytes:
        nonlocal asked
        asked += len(body) == SEGMENT
        return second_segment(body)

    proxy.change_bytes("/tickets/", change)
    found = await mover.digest(opened["url"], {"Range": f"bytes={2 * MIB}-{2 * MIB + 9}"})

    assert found["length"] is None, "the reader is told that it broke off"
    assert asked == 1, "a failure to open is never a reason to ask again"
    await alarmed(mover, "readDocument", ours.id.hex(), document, 1, 2 * MIB, 2 * MIB + 10)
    proxy.honest()
    again = await mover.digest(opened["url"], {"Range": f"bytes={2 * MIB}-{2 * MIB + 9}"})
    assert again["sha256"] == sha256(data[2 * MIB : 2 * MIB + 10])


LISTS: dict[str, Callable[[bytes], bytes]] = {
    "changed": flipped,
    "too short": lambda data: data[:-32],
    "too long": lambda data: data + bytes(32),
}


@pytest.mark.parametrize("lie", LISTS)
@pytest.mark.usefixtures("honest_again")
async def test_a_list_of_segments_that_is_not_the_documents_is_refused(
    deceived: tuple[Mover, Proxy], world: World, tmp_path: Path, lie: str
) -> None:
    mover, proxy = deceived
    ours, _, document, _ = await attached(world, tmp_path, 50_000)
    proxy.change_bytes("/segments", LISTS[lie])

    if lie == "too long":
        with pytest.raises(Troubled):
            await mover.opened(ours.id, document)
    else:
        await alarmed(mover, "openDocument", ours.id.hex(), document, 1)


@pytest.mark.usefixtures("honest_again")
async def test_a_file_that_is_not_the_one_shared_is_not_saved(
    deceived: tuple[Mover, Proxy], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member's sealed description names the hash of another file."""
    mover, _ = deceived
    real = documents._manifest

    def another(*told: Any) -> Any:
        return replace(real(*told), plaintext_hash=os.urandom(32))

    with monkeypatch.context() as patch:
        patch.setattr(documents, "_manifest", another)
        ours, _, document, _ = await attached(world, tmp_path)

    offered = await mover.ask("saveDocument", ours.id.hex(), document, 1)
    download = await mover.saved(offered["url"], offered["name"])

    assert await download.failure() is not None
    ended = await mover.until(offered["job"], "failed")
    assert (ended["trouble"]["kind"], ended["trouble"]["code"]) == ("alarm", "document-changed")
    assert ended["done"] <= 3 * MIB


@pytest.mark.parametrize(
    "name",
    ["../../.profile.pdf", "bill\u202efdp.pdf", "CON.pdf", 'a";\r\nSet-Cookie: x=y.pdf', "<img src=x>.pdf"],
)
async def test_item_22_a_hostile_name_is_made_harmless(
    deceived: tuple[Mover, Proxy], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    mover, _ = deceived
    real = documents._manifest

    def named(author: str, upload: Any, _: str, *rest: Any) -> Any:
        return real(author, upload, name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(documents, "_manifest", named)
        ours, _, document, data = await attached(world, tmp_path, 500)

    [view] = await mover.ask("documents", ours.id.hex())
    offered = await mover.ask("saveDocument", ours.id.hex(), document, 1)
    download = await mover.saved(offered["url"], offered["name"])
    await download.save_as(tmp_path / "saved")

    assert view["name"] == offered["name"]
    assert not set(view["name"]) & set('/\\\u202e"\r\n<>')
    assert not view["name"].startswith((".", "-", "CON."))
    assert download.suggested_filename == view["name"]
    assert (tmp_path / "saved").read_bytes() == data


async def test_after_signing_out_nothing_that_was_opened_is_served(
    screens: Screens, world: World, tmp_path: Path
) -> None:
    mover = await moving(await screens.device(), world, world.vcu.founded)
    await controlled(mover.page)
    ours, _, document, data = await attached(world, tmp_path, 500)
    opened = await mover.opened(ours.id, document)
    assert (await mover.digest(opened["url"]))["sha256"] == sha256(data)

    await mover.ask("signOut", False)

    assert (await mover.digest(opened["url"]))["status"] == 404


async def test_a_service_worker_that_was_stopped_finds_the_vault_again(
    screens: Screens, world: World, tmp_path: Path
) -> None:
    mover = await moving(await screens.device(), world, world.vcu.founded)
    await controlled(mover.page)
    ours, _, document, data = await attached(world, tmp_path, 500)
    opened = await mover.opened(ours.id, document)
    line = await mover.device.context.new_cdp_session(mover.page)
    await line.send("ServiceWorker.enable")

    await line.send("ServiceWorker.stopAllWorkers")

    assert (await mover.digest(opened["url"]))["sha256"] == sha256(data)


async def test_without_a_service_worker_a_document_is_opened_whole(
    screens: Screens, world: World, tmp_path: Path
) -> None:
    device = await screens.device(service_workers="block")
    mover = await moving(device, world, world.vcu.founded)
    ours, _, document, data = await attached(world, tmp_path)

    opened = await mover.opened(ours.id, document)
    offered = await mover.ask("saveDocument", ours.id.hex(), document, 1)
    download = await mover.saved(offered["url"], offered["name"])
    await download.save_as(tmp_path / "saved")

    assert (opened["way"], opened["url"][:5]) == ("whole", "blob:")
    assert (tmp_path / "saved").read_bytes() == data
    assert (await mover.until(offered["job"], "saved"))["state"] == "saved"
    await mover.ask("closeDocument", opened["url"])
    device.complaints[:] = [each for each in device.complaints if not each.startswith(BLOCKED)]


async def test_what_a_reloaded_page_left_at_the_hub_is_dropped_by_the_next_upload(
    browser: Browser, hub: RunningHub, world: World, tmp_path: Path
) -> None:
    async with line_to(hub.url) as line, screens_of(browser, line.url) as screens:
        device = await screens.device()
        device.may_be_offline = True
        mover = await moving(device, world, world.vcu.founded)
        ours, theirs = await world.shared_circle()
        path = tmp_path / "letter.pdf"
        path.write_bytes(PDF + os.urandom(12 * MIB))
        before = await open_uploads(hub)
        line.bytes_a_second = 4 * MIB
        await mover.share(ours.id, path)
        await line.until(went=2 * MIB)

        await mover.page.reload()
        line.bytes_a_second = None
        assert await open_uploads(hub) == before + 1
        await asyncio.sleep(0.2)
        await mover.ask("signInWords", world.vcu.founded.address, world.vcu.founded.words, False)
        shared = await mover.shared(ours.id, path)

    assert await open_uploads(hub) == before
    saved = await theirs.fetch(bytes.fromhex(shared["document"]), tmp_path / "in", inspect=inspect)
    assert saved.read_bytes() == path.read_bytes()
