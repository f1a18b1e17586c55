"""A Chromium that nobody watches: Playwright signs in, then lets go of it.

While Playwright is attached, every body that a page sends is copied to it as text, which costs several times
what sealing and sending cost. So what sends much is measured over a line of its own, which only evaluates.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Error, Playwright, async_playwright

from tests.browser.moving import Mover, controlled, moving
from tests.browser.screens import _FLAGS, PATIENCE_MS, Device, installed_chromium
from tests.keyholder.world import World
from tests.real.s3 import free_ports


@dataclass
class Bare:
    """One page, spoken to directly."""

    socket: aiohttp.ClientWebSocketResponse
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    async def evaluate(self, function: str, argument: Any = None) -> Any:
        """What the function gives for that argument."""
        expression = f"({function})({json.dumps(argument)})"
        said = await self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"])
        return said["result"].get("value")

    async def until_it_shows(self, url: str) -> None:
        """Wait until it has come to that address: while it is on its way it can be asked nothing."""
        for _ in range(300):
            with suppress(RuntimeError):
                there = await self.evaluate("() => document.readyState === 'complete' ? location.href : ''")
                if there == url:
                    return
            await asyncio.sleep(0.1)
        raise RuntimeError(f"{url} is not shown")

    async def set_input_files(self, where: str, path: Path) -> None:
        """Let an input hold this file, of whatever size."""
        expression = f"document.querySelector({json.dumps(where)})"
        found = await self.ask("Runtime.evaluate", expression=expression)
        await self.ask("DOM.setFileInputFiles", files=[str(path)], objectId=found["result"]["objectId"])

    async def ask(self, method: str, **params: Any) -> Any:
        """What the browser answers to that method."""
        mine = next(self._ids)
        await self.socket.send_json({"id": mine, "method": method, "params": params})
        while True:
            said = await self.socket.receive_json()
            if said.get("id") != mine:
                continue
            if "error" in said:
                raise RuntimeError(said["error"]["message"])
            return said["result"]


@dataclass
class Unwatched:
    """A signed-in page, a blank one in which any script runs, and the process that all others come from."""

    mover: Mover
    blank: Bare
    root: int
    _page: Bare
    _client: aiohttp.ClientSession
    _base: str

    async def save_into(self, folder: Path) -> None:
        """Let the browser save what it is given there, without asking."""
        await self._page.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    @asynccontextmanager
    async def another(self, url: str) -> AsyncIterator[Bare]:
        """One more page, until the end of the block: what it holds is no part of the first one's memory."""
        async with self._client.put(f"{self._base}/json/new?{url}") as answer:
            told = await answer.json(content_type=None)
        async with self._client.ws_connect(told["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            page = Bare(socket)
            await page.until_it_shows(url)
            yield page
        async with self._client.get(f"{self._base}/json/close/{told['id']}"):
            pass


@asynccontextmanager
async def unwatched(world: World, url: str) -> AsyncIterator[Unwatched]:
    """A browser of its own, signed in at ``url``."""
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = [*_FLAGS, "--headless", f"--remote-debugging-port={port}", f"--user-data-dir={profile}"]
        process = await asyncio.create_subprocess_exec(
            installed_chromium(), *flags, "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            device = await _signed_in(world, url, port)
            async with aiohttp.ClientSession() as client:
                async with client.get(f"http://127.0.0.1:{port}/json") as answer:
                    pages = [each for each in await answer.json() if each["type"] == "page"]
                ours, blank = (_address(pages, start) for start in (url, "about:blank"))
                async with (
                    client.ws_connect(ours, max_msg_size=0) as socket,
                    client.ws_connect(blank, max_msg_size=0) as other,
                ):
                    bare = Bare(socket)
                    page: Any = bare  # of a page only `evaluate` and `set_input_files` are asked from here on
                    base = f"http://127.0.0.1:{port}"
                    yield Unwatched(Mover(page, device), Bare(other), process.pid, bare, client, base)
        finally:
            process.terminate()
            await process.wait()


def _address(pages: list[dict[str, Any]], start: str) -> str:
    return str(next(each["webSocketDebuggerUrl"] for each in pages if each["url"].startswith(start)))


async def _signed_in(world: World, url: str, port: int) -> Device:
    async with async_playwright() as playwright:
        browser = await _attached(playwright, f"http://127.0.0.1:{port}")
        context = browser.contexts[0]
        context.set_default_timeout(PATIENCE_MS)
        device = Device(context, url)
        mover = await moving(device, world, world.vcu.founded)
        await controlled(mover.page)
        return device


async def _attached(playwright: Playwright, address: str) -> Browser:
    """The browser that was just started, as soon as it answers."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await playwright.chromium.connect_over_cdp(address)
            except Error:
                await asyncio.sleep(0.2)


def held(root: int) -> float:
    """MiB that the page processes under ``root`` hold of their own."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    return sum(_own(each) for each in parents if _descends(each, root, parents))


def _descends(process: int, root: int, parents: dict[int, int]) -> bool:
    while process > 1 and process != root:
        process = parents.get(process, 0)
    return process == root


def _own(process: int) -> float:
    folder = Path(f"/proc/{process}")
    try:
        if b"--type=renderer" not in (folder / "cmdline").read_bytes():
            return 0.0
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024
