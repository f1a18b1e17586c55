"""What people type stays with them: a session, searched at the line and in all that the browser keeps."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page, Request, expect

from tests.browser.circles import Seat, box
from tests.browser.hostile.proxy import Between, between
from tests.browser.people import enrol, mailed_code, type_words, words_on
from tests.browser.screens import Screens, screens_of
from tests.hub.running import RunningHub
from tests.journeys.search import forms, found
from tests.keyholder.world import World

NAME = "Marguerite Ó Searcaigh"
TITLE = "Rowan’s family at Quillfeather House"
REFERENCE = "QX-77/2026-zeta"
CONTACT = "Ring the blue telephone after nine, never the grey one"
MESSAGE = "The locksmith comes on Thursday at a quarter past four"
DRAFT = "I have not yet decided whether to mention the cellar"
FILE_NAME = "quillfeather-inventory.txt"
DESCRIPTION = "What was left behind in the flat"
CONTENT = "One kettle, two suitcases and a tin of photographs. " * 40
PIN = "908172635"
KEPT = """
async () => {
  const read = (asked) => new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  const plain = (one) => {
    if (one instanceof ArrayBuffer) return plain(new Uint8Array(one));
    if (ArrayBuffer.isView(one)) {
      const bytes = new Uint8Array(one.buffer, one.byteOffset, one.byteLength);
      return { bytes: btoa([...bytes].map((each) => String.fromCharCode(each)).join("")) };
    }
    if (one instanceof Map) return plain([...one]);
    if (Array.isArray(one)) return one.map(plain);
    if (one && typeof one === "object") {
      return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, plain(value)]));
    }
    return one;
  };
  const kept = { local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie,
    history: history.state, databases: [], caches: [], workers: [] };
  for (const { name } of await indexedDB.databases()) {
    const database = await read(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const at = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([read(at.getAllKeys()), read(at.getAll())]);
      kept.databases.push({ name, store, rows: keys.map((key, i) => [plain(key), plain(values[i])]) });
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const one of await cache.keys())
      kept.caches.push([one.url, await (await cache.match(one)).text()]);
  }
  for (const one of await navigator.serviceWorker.getRegistrations()) kept.workers.push(one.scope);
  const folder = await navigator.storage.getDirectory();
  kept.files = [];
  for await (const [name, handle] of folder.entries()) {
    const file = handle.kind === "file" ? await handle.getFile() : null;
    kept.files.push([name, file === null ? handle.kind : plain(await file.arrayBuffer())]);
  }
  return kept;
}
"""
"""Everything that a page of this origin can find in this browser; bytes as base64."""


@dataclass
class Recorded(Between):
    """Passes everything on, and keeps all of it: each request and each answer, headers and bodies."""

    folder: Path = field(default_factory=Path)
    count: int = 0

    def keep(self, name: str, data: bytes) -> None:
        (self.folder / f"{self.count:05d}-{name}").write_bytes(data)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.count += 1
        body = await request.read()
        lines = [f"{request.method} {request.rel_url}", *(f"{k}: {v}" for k, v in request.headers.items())]
        self.keep("request", "\n".join(lines).encode() + b"\n\n" + body)
        answer = await super().handle(request)
        if isinstance(answer, web.Response) and isinstance(answer.body, bytes):
            lines = [f"{k}: {v}" for k, v in answer.headers.items()]
            self.keep("answer", "\n".join(lines).encode() + b"\n\n" + answer.body)
        return answer


@dataclass
class Lived:
    """A session that was lived to its end: what was typed in it, and what can be found of it where."""

    typed: list[str]
    line: Path
    kept: Path
    origins: set[str]
    after_lock: str
    url: str


def decoded(kept: Any) -> bytes:
    """The browser's store once more with its bytes as bytes."""
    if isinstance(kept, dict) and set(kept) == {"bytes"}:
        return base64.b64decode(kept["bytes"]) + b"\n"
    parts = kept.items() if isinstance(kept, dict) else enumerate(kept) if isinstance(kept, list) else ()
    return b"".join(decoded(part) for _, part in parts) or str(kept).encode() + b"\n"


async def keep_all(page: Page, folder: Path, name: str) -> None:
    """Write down everything that the browser keeps now."""
    kept = await page.evaluate(KEPT)
    kept["cookies of all"] = await page.context.cookies()
    kept["state"] = await page.context.storage_state()
    (folder / f"{name}.json").write_text(json.dumps(kept))
    (folder / f"{name}.utf8.json").write_text(json.dumps(kept, ensure_ascii=False))
    (folder / f"{name}.bytes").write_bytes(decoded(kept))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lived(
    browser: Any, hub: RunningHub, world: World, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lived]:
    """Somebody enrols, signs in, opens a circle, drafts, posts, shares a document, sets a PIN, and locks."""
    line, kept = tmp_path_factory.mktemp("line"), tmp_path_factory.mktemp("kept")
    async with (
        between(hub.url, lambda url: Recorded(url, folder=line)) as proxy,
        screens_of(browser, proxy.url) as screens,
    ):
        yield await live(screens, world, proxy.url, line, kept)


async def live(screens: Screens, world: World, url: str, line: Path, kept: Path) -> Lived:
    device, origins = await screens.device(), set[str]()
    note = [NAME, TITLE, REFERENCE, CONTACT, MESSAGE, DRAFT, FILE_NAME, DESCRIPTION, CONTENT[:60], PIN]

    def asked(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            origins.add("/".join(request.url.split("/")[:3]))

    device.context.on("request", asked)
    invitation = await world.vcu.manager.team.invite("new@harbour.example", "manager")
    page = await device.open("/enrol#" + world.link(invitation).rpartition("#")[2])
    written = await enrol(page, NAME, "marguerite")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")
    spoken = await words_on(page)
    await world.vcu.manager.team.admit(spoken, "manager")
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are in", timeout=30_000)
    await keep_all(page, kept, "enrolled")
    await page.goto(f"{url}/sign-in")
    await type_words(page, written.address, written.words)
    code = page.get_by_label("Code from the mail")
    await expect(code.or_(page.get_by_role("heading", name="Today"))).to_be_visible()
    if await code.count():
        await code.fill(await mailed_code(world, written.address))
        await page.get_by_role("button", name="Continue").click()
    await expect(page).to_have_title("Today – Kith")
    seat = Seat(device, page, world.vcu.founded)
    await at_work(seat, kept)
    await keep_all(page, kept, "at work")
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Choose a PIN").click()
    await page.get_by_label("Choose a PIN").fill(PIN)
    await page.get_by_role("button", name="Set this PIN").click()
    await expect(page.get_by_text("Your PIN is set")).to_be_visible()
    await keep_all(page, kept, "with a PIN")
    await page.reload()
    await expect(page.get_by_label("Your PIN")).to_be_visible()
    after = await page.content() + str(await page.evaluate("document.body.innerText"))
    await keep_all(page, kept, "locked")
    return Lived([*note, written.words, spoken], line, kept, origins, after, url)


async def at_work(seat: Seat, folder: Path) -> None:
    """A circle, a draft, a message, a document."""
    page = seat.page
    await seat.go("/circles/new")
    await page.get_by_label("Title of the circle").fill(TITLE)
    await page.get_by_label("Your reference").fill(REFERENCE)
    await page.get_by_label("How to reach the person safely").fill(CONTACT)
    await page.get_by_role("button", name="Open the circle").click()
    await expect(page.get_by_label("Safe contact")).to_contain_text(CONTACT)
    circle = page.url.split("/circles/")[1].split("/")[0]
    await seat.go(f"/circles/{circle}")
    await seat.write(MESSAGE)
    await expect(page.locator(".kith-entry--mine").last).to_contain_text(MESSAGE)
    await box(page).fill(DRAFT)
    await expect(page.get_by_text("Draft kept")).to_be_visible()
    shared = folder.parent / FILE_NAME
    shared.write_text(CONTENT)
    await seat.go(f"/circles/{circle}/documents")
    await page.get_by_label("What is it?").fill(DESCRIPTION)
    await page.locator(".kith-share input[type=file]").first.set_input_files(str(shared))
    await page.get_by_role("link", name=FILE_NAME).click(timeout=30_000)
    await expect(page.locator(".kith-text-document")).to_contain_text("One kettle")


async def test_nothing_that_was_typed_is_found_on_the_line(lived: Lived) -> None:
    assert len(list(lived.line.iterdir())) > 60
    assert found([lived.line], lived.typed) == []


async def test_nothing_that_was_typed_is_found_in_what_the_browser_keeps(lived: Lived) -> None:
    assert b"kith" in b"".join(path.read_bytes() for path in lived.kept.iterdir())
    assert found([lived.kept], lived.typed) == []


async def test_single_words_of_a_sign_in_are_not_kept_side_by_side_either(lived: Lived) -> None:
    """Words in a list, with other signs between them."""
    words = lived.typed[-2].split()
    joined = [sign.join(words[:3]) for sign in ("-", ",", '","', '", "', "\n", "")]
    assert found([lived.line, lived.kept], joined) == []


async def test_no_request_leaves_for_anywhere_else(lived: Lived) -> None:
    assert lived.origins == {lived.url}


async def test_after_a_lock_the_page_holds_nothing_that_was_typed(lived: Lived) -> None:
    for typed in lived.typed:
        assert typed not in lived.after_lock


async def test_the_search_finds_what_is_planted_among_the_recorded_and_the_kept(
    lived: Lived, tmp_path: Path
) -> None:
    """The address is typed too, and it is no secret: it is found. So is anything in any form."""
    assert found([lived.line], ["marguerite"])
    for typed in lived.typed:
        for form in forms(typed):
            (tmp_path / "planted").write_bytes(b"before" + form + b"after")
            assert found([tmp_path], [typed]), form
    (tmp_path / "planted").write_bytes(json.dumps({"bytes": TITLE}).encode())
    assert found([tmp_path], [TITLE])
    assert not found([tmp_path], [MESSAGE])
