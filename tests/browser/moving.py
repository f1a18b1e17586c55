"""Documents on the move in the real app: its own vault asked over its own line, its own service worker.

Only the way in is made here: a page's ``Worker`` is watched, so that a test may ask the app's vault what a
page would ask it, and hear what it tells.
"""

from __future__ import annotations

import asyncio
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page
from sqlalchemy import func, select

from keyholder.enrolment import Founded
from storage.tables.documents import uploads
from tests.browser.people import sign_in
from tests.browser.screens import Device
from tests.browser.vaults import Vault, _value
from tests.hub.running import RunningHub
from tests.keyholder.world import World

MIB = 1024 * 1024
CAMERA = Path(__file__).parents[2] / "demo" / "assets" / "door-camera.mp4"
ENDED = ("shared", "failed", "stopped", "saved")

WATCHED = """
(() => {
  const Real = window.Worker;
  const waiting = new Map();
  let last = 1_000_000;
  window.events = [];
  window.Worker = class extends Real {
    constructor(address, how) {
      super(address, how);
      if (how?.name !== "vault") return;
      this.addEventListener("message", ({ data }) => {
        if (data.event) window.events.push(data.event);
        if (data.answer && waiting.has(data.answer.id)) waiting.get(data.answer.id)(data.answer);
      });
      window.ask = (method, args) =>
        new Promise((resolve) => {
          const id = ++last;
          waiting.set(id, resolve);
          this.postMessage({ question: { id, method, args } });
        });
    }
  };
  const input = document.createElement("input");
  input.type = "file";
  input.id = "probe";
  input.hidden = true;
  document.addEventListener("DOMContentLoaded", () => document.body.append(input));
})();
"""


@dataclass
class Mover(Vault):
    """The vault of one signed-in page of the app."""

    device: Device

    async def choose(self, path: Path) -> None:
        """Let the page hold this file, as from its file chooser."""
        await self.page.set_input_files("#probe", path)

    async def share(self, circle: bytes, path: Path | None = None, **how: Any) -> str:
        """Begin an upload (of the file chosen before, without a path). The job."""
        if path is not None:
            await self.choose(path)
        asked = {"description": "", "only": None, "document": None} | how
        answer = await self.page.evaluate(
            "([circle, how]) => ask('upload', [circle, document.querySelector('#probe').files[0], how])",
            [circle.hex(), asked],
        )
        return str(_value(answer))

    async def told(self, job: str) -> list[dict[str, Any]]:
        """Everything that was told of a job."""
        return [
            e["job"]
            for e in await self.events()
            if e["type"] in {"upload", "download"} and e["job"]["job"] == job
        ]

    async def until(self, job: str, *states: str, seconds: float = 120) -> dict[str, Any]:
        """Wait until the job is in one of these states, and say how it is then."""
        async with asyncio.timeout(seconds):
            while True:
                told = await self.told(job)
                if told and told[-1]["state"] in states:
                    return told[-1]
                if told and told[-1]["state"] in ENDED:
                    raise AssertionError(told[-1])
                await asyncio.sleep(0.05)

    async def shared(self, circle: bytes, path: Path, **how: Any) -> dict[str, Any]:
        """Share a file to its end; the document as the page lists it."""
        job = await self.share(circle, path, **how)
        await self.until(job, "shared")
        return dict((await self.ask("documents", circle.hex()))[0])

    async def opened(self, circle: bytes, document: str, number: int = 1) -> dict[str, Any]:
        """Open a document."""
        return dict(await self.ask("openDocument", circle.hex(), document, number))

    async def digest(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """What the page gets at that address: status, length, SHA-256, headers."""
        found = await self.page.evaluate(FETCHED, [url, headers or {}])
        return dict(found)

    async def saved(self, url: str, name: str) -> Any:
        """Let the browser save what is at that address, as the page does. A Playwright Download."""
        async with self.page.expect_download() as waiting:
            await self.page.evaluate(CLICKED, [url, name])
        return await waiting.value


FETCHED = """
async ([url, headers]) => {
  const answer = await fetch(url, { headers });
  const bytes = await answer.arrayBuffer().catch(() => null);
  const hash = bytes && new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return {
    status: answer.status,
    length: bytes && bytes.byteLength,
    sha256: hash && [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    headers: Object.fromEntries(answer.headers),
  };
}
"""
CLICKED = """
([url, name]) => {
  const link = document.createElement("a");
  link.href = url;
  if (url.startsWith('blob:')) link.download = name; // else the service worker would be passed by
  document.body.append(link);
  link.click();
  link.remove();
}
"""


async def moving(device: Device, world: World, founded: Founded) -> Mover:
    """A house's manager at a device, signed in, with a service worker that answers."""
    await device.context.add_init_script(WATCHED)
    page = await device.open("/sign-in")
    await sign_in(page, world, founded.address, founded.words)
    return Mover(page, device)


async def controlled(page: Page) -> None:
    """Wait until the service worker answers for this page."""
    await page.evaluate(
        "() => navigator.serviceWorker.controller || new Promise((r) => "
        "navigator.serviceWorker.addEventListener('controllerchange', r, {once: true})).then(() => 1)"
    )


async def open_uploads(hub: RunningHub) -> int:
    """How many uploads the hub holds that no entry names."""
    waiting = select(func.count()).where(uploads.c.entry.is_(None), uploads.c.dropped_at.is_(None))
    async with hub.database.read() as unit:
        return int(await unit.value(waiting) or 0)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def long_video(size: int) -> bytes:
    """A video that plays, ``size`` bytes long: what says how to play it comes at the very end."""
    boxes = dict(_boxes(CAMERA.read_bytes()))
    free = size - sum(len(box) for box in boxes.values())
    index = _moved(boxes[b"moov"], -len(boxes[b"moov"]))
    padding = struct.pack(">I4s", free, b"free") + bytes(free - 8)
    return b"".join(box for kind, box in boxes.items() if kind != b"moov") + padding + index


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        found.append((kind, data[at : at + length]))
        at += length
    return found


def _moved(index: bytes, by: int) -> bytes:
    """The index of a video whose pictures begin ``by`` bytes later."""
    out, at = bytearray(index), 0
    while (at := index.find(b"stco", at)) >= 0:
        [count] = struct.unpack(">I", index[at + 8 : at + 12])
        for place in range(at + 12, at + 12 + 4 * count, 4):
            [offset] = struct.unpack(">I", index[place : place + 4])
            struct.pack_into(">I", out, place, offset + by)
        at += 4
    return bytes(out)
