"""The first screen and the way in, in a real Chromium: what is loaded, how long until it can be used, and how
long from typed words to Today.

    python -m bench.browser_screens [--times 5]

The first screen is the sign-in page on a device that never saw the app: at full speed, and as on a slow phone
(1.6 Mbit/s, 150 ms away, a quarter of this processor). Signing in is on a device that the hub knows, from the
press of the button until Today shows what is there; the limit in the same page is Argon2id alone, which
is made slow on purpose, and the hub's answers, one after another as the browser timed them.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, Request

from bench import browser_raw as raw
from bench.browser import Stage, stage
from bench.stage import show
from tests.browser.people import sign_in
from tests.browser.website import WEB

AWAY = 0.15
"""Seconds there and back."""
QUIET_MS = 500
DOWN, UP = 200_000, 94_000
"""Bytes a second: 1.6 Mbit/s, 0.75 Mbit/s."""
SLOWER = 4
"""How much slower the page computes; Chromium slows no workers."""
_USABLE = """
() => new Promise((done) => {
  const look = () => {
    const fields = [...document.querySelectorAll("input")];
    const field = fields.find((each) => !each.disabled && each.offsetHeight > 0);
    if (field) done(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})
"""
_SIGNED_IN = """
async ([address, words]) => {
  const type = (label, text) => {
    const found = [...document.querySelectorAll("label")].find((each) => each.textContent.trim() === label);
    const field = found.control;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  type("Sign-in name", address);
  type("Your six words", words);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const buttons = [...document.querySelectorAll("button")];
  const button = buttons.find((each) => each.textContent.trim() === "Sign in");
  const began = performance.now();
  button.click();
  const first = (test) => new Promise((done) => {
    const look = () => (test() ? done(performance.now() - began) : requestAnimationFrame(look));
    look();
  });
  const today = await first(() => document.title.startsWith("Today"));
  const shown = await first(() => document.querySelector(".kith-next"));
  return [today, shown];
}
"""


async def first_screen(stage: Stage, times: int) -> list[dict[str, Any]]:
    """Both speeds."""
    rows = []
    for slow in (False, True):
        found = [await _loaded(stage, slow) for _ in range(times)]
        _, sizes = found[0]
        rows.append(
            {
                "line": "slow phone" if slow else "full speed",
                "usable ms": statistics.median(usable for usable, _ in found),
                "page kB": sum(size for url, size in sizes.items() if "vault.worker" not in url) / 1000,
                "vault kB": _vault_size() / 1000,
                "files": len(sizes),
            }
        )
    return rows


async def _loaded(stage: Stage, slow: bool) -> tuple[float, dict[str, int]]:
    """When the page could be used, and what came, by address: bytes as they travelled."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(slow_line(stage.hub.url)) if slow else stage.hub.url
        context = await stage.browser.new_context(locale="en-GB", service_workers="block")
        stack.push_async_callback(context.close)
        page = await context.new_page()
        if slow:
            line = await context.new_cdp_session(page)
            await line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        came = heard(page)
        await page.goto(f"{url}/sign-in", wait_until="commit")
        usable = float(await page.evaluate(_USABLE))
        await page.wait_for_timeout(QUIET_MS)
        return usable, {each.url: await _size(each) for each in came if "/v1/" not in each.url}


def heard(page: Page) -> list[Request]:
    """Everything that the page and its workers ask for, from now on."""
    found: list[Request] = []

    def note(request: Request) -> None:
        found.append(request)

    page.on("requestfinished", note)
    return found


async def _size(request: Request) -> int:
    """Compressed, as it travelled."""
    sizes = await request.sizes()
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])


def _vault_size() -> int:
    """Of a worker's file a browser tells no size, or not even that it came: it is what the hub serves."""
    [twin] = (WEB / "dist" / "assets").glob("vault.worker-*.js.br")
    return twin.stat().st_size


@asynccontextmanager
async def slow_line(hub: str) -> AsyncIterator[str]:
    """The hub's address over a line as a phone has it: all connections share its width."""
    port = urlsplit(hub).port
    turns = asyncio.Lock()

    async def passed_on(reader: StreamReader, writer: StreamWriter, width: int) -> None:
        loop = asyncio.get_running_loop()
        while piece := await reader.read(4096):
            async with turns:
                await asyncio.sleep(len(piece) / width)
            loop.call_later(AWAY / 2, writer.write, piece)
        loop.call_later(AWAY / 2, writer.close)

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        await asyncio.sleep(AWAY)  # until the connection stands
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionError):
            await asyncio.gather(passed_on(reader, up_writer, UP), passed_on(up_reader, writer, DOWN))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def signing_in(stage: Stage, times: int) -> list[dict[str, Any]]:
    """From the press of the button to Today, on a device that the hub knows."""
    founded = stage.world.vcu.founded
    device = await raw.bare_device(stage)
    page = await device.open("/sign-in")
    await sign_in(page, stage.world, founded.address, founded.words)
    found = []
    for _ in range(times):
        await page.close()
        page = await device.open("/sign-in")
        answers = heard(page)
        await page.get_by_label("Your six words").wait_for()
        today, shown = await page.evaluate(_SIGNED_IN, [founded.address, founded.words])
        waited = sum(_waited(each) for each in answers if "/v1/" in each.url)
        found.append([today, shown, await raw.stretching(page), waited, len(answers)])
    await device.context.close()
    today, shown, stretched, waited, asked = (
        statistics.median(column) for column in zip(*found, strict=True)
    )
    return [
        {
            "frame ms": today, "Today shown ms": shown, "Argon2id alone ms": stretched,
            "ratio": statistics.median(each[1] / each[2] for each in found), "questions": asked,
            "hub's answers ms": waited, "rest ms": shown - stretched - waited,
        }
    ]  # fmt: skip


def _waited(request: Request) -> float:
    """Milliseconds from sending it to the first byte of its answer."""
    timing = request.timing
    return max(0.0, timing["responseStart"] - timing["requestStart"])


async def measure(times: int) -> None:
    async with stage() as at:
        show("browser: the first screen", await first_screen(at, times))
        show("browser: signing in", await signing_in(at, times))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--times", type=int, default=5)
    asyncio.run(measure(words.parse_args().times))


if __name__ == "__main__":
    main()
