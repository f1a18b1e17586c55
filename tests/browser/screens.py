"""Screens of a real Chromium. Whatever a page complains about on its console fails the test it was in."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    async_playwright,
    expect,
)

PATIENCE_MS = 60_000
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
_PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
"""A refusal of the hub: the app says it in its own words."""
_OFFLINE = re.compile(r"net::ERR_(?:INTERNET_DISCONNECTED|CONNECTION_|FAILED|ABORTED|CACHE_MISS)")


def installed_chromium() -> str:
    """The program: KITH_CHROMIUM, or else the lightest of this machine (the first draws no windows)."""
    named = os.environ.get("KITH_CHROMIUM")
    for name in (named,) if named else _PROGRAMS:
        if found := shutil.which(name):
            return found
    raise AssertionError(f"no browser here: {named or ', '.join(_PROGRAMS)}")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=installed_chromium(), args=list(_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Device:
    """One browser on one device: pages share what it keeps. ``complaints`` must be empty at the end."""

    context: BrowserContext
    url: str
    complaints: list[str] = field(default_factory=list)
    may_be_offline: bool = False

    async def open(self, path: str = "/") -> Page:
        """A new tab at that path of the app."""
        page = await self.context.new_page()
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        await page.goto(self.url + path)
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"} or _EXPECTED.match(message.text):
            return
        if not (self.may_be_offline and _OFFLINE.search(message.text)):
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, error: Error) -> None:
        self.complaints.append(f"uncaught: {error}")


class Screens:
    """Devices for one test, all put down at its end."""

    def __init__(self, browser: Browser, url: str, stack: AsyncExitStack) -> None:
        self._browser, self._url, self._stack = browser, url, stack

    async def device(
        self,
        size: str = "desktop",
        service_workers: Literal["allow", "block"] = "allow",
        rules: bool = True,
    ) -> Device:
        """A device that nobody used before: "desktop" or "phone". Without ``rules`` any script runs in it."""
        width, height = SIZES[size]
        context = await self._browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=size == "phone",
            is_mobile=size == "phone",
            locale="en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
            service_workers=service_workers,
            bypass_csp=not rules,
        )
        context.set_default_timeout(PATIENCE_MS)
        device = Device(context, self._url)
        self._stack.push_async_callback(_put_down, device)
        return device

    async def open(self, path: str = "/", size: str = "desktop") -> Page:
        """A page on a device of its own."""
        return await (await self.device(size)).open(path)


async def _put_down(device: Device) -> None:
    await device.context.close()
    assert not device.complaints, "\n".join(device.complaints)


@asynccontextmanager
async def screens_of(browser: Browser, url: str) -> AsyncIterator[Screens]:
    """Screens that are put down at the end."""
    async with AsyncExitStack() as stack:
        yield Screens(browser, url, stack)
