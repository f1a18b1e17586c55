"""A long thread and a long list in the web mailbox, in a real Chromium, with libsodium's bare loops in the
same page.

    python -m bench.browser_circles [--jobs thread list] [--entries 1000] [--sizes 1000 10000] [--times 5]
        [--profile 0]

A thread is opened by the app's own page: fetched, verified, opened, until the first messages stand on the
screen; on a device that never saw it, and again after signing in anew on the same device. "busy" is all
that the vault's worker computed meanwhile, by Chromium's profiler in a run of its own. The list is asked
for by the vault's own method, as the page asks it, right after signing in. Every circle, name and message
is sealed and signed for real.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from typing import Any

from playwright.async_api import Page

from bench import browser_raw as raw
from bench.browser import Stage, stage
from bench.browser_profile import Profile
from bench.bulk import many_circles, name, talk
from bench.stage import show
from keyholder.circle import CircleView
from tests.browser.moving import Mover
from tests.browser.people import mailed_code, sign_in, type_words
from tests.browser.screens import Device
from tests.browser.vaults import LINE, Troubled, Vault
from tests.browser.website import WEB

JOBS = ("thread", "list")
QUIET_MS = 1000
ROW = 420
"""Bytes that a kept name takes, about."""
_ALL = {"text": "", "show": "open", "sort": "latest", "offset": 0, "limit": 50}
_SHOWN = """
async ([path, words]) => {
  const began = performance.now();
  history.pushState(null, "", path);
  dispatchEvent(new Event("kith-moved"));
  for (;;) {
    await new Promise((done) => requestAnimationFrame(done));
    if (document.body.innerText.includes(words)) return performance.now() - began;
    if (performance.now() - began > 60_000) throw new Error(document.body.innerText.slice(0, 400));
  }
}
"""
_LISTED = """
async (search) => {
  const began = performance.now();
  let rows = 0;
  let sight = 0;
  for (;;) {
    const { value, trouble } = await ask("circles", [search]);
    if (trouble) throw new Error(trouble.say);
    const now = performance.now() - began;
    if (value.rows.length > 0) rows ||= now;
    if (value.rows.length > 0 && value.rows.every((row) => row.title !== "")) sight ||= now;
    if (value.complete && value.opened === value.total) return { rows, sight, all: now, total: value.total };
    if (now > 900_000) throw new Error(JSON.stringify({ ...value, rows: [] }));
    await new Promise((done) => setTimeout(done, sight ? 50 : 5));
  }
}
"""
_SEARCHED = """
async ([search, texts]) => {
  const times = [];
  for (const text of texts) {
    const began = performance.now();
    await ask("circles", [{ ...search, text }]);
    times.push(performance.now() - began);
  }
  return times;
}
"""


async def arrived(stage: Stage, device: Device) -> Mover:
    """The unit's manager on that device, for the first time."""
    page = await device.open("/sign-in")
    founded = stage.world.vcu.founded
    await sign_in(page, stage.world, founded.address, founded.words)
    return Mover(page, device)


async def back(stage: Stage, mover: Mover) -> Mover:
    """The same person on the same device once more: a new page, after the keys were forgotten."""
    await mover.page.close()
    page = await mover.device.open("/sign-in")
    founded = stage.world.vcu.founded
    await type_words(page, founded.address, founded.words)
    await page.get_by_role("heading", name="Today", level=1).wait_for()
    await quiet(page)
    return Mover(page, mover.device)


async def quiet(page: Page) -> None:
    """Let the page do what it does after signing in. Its line to the hub stays open, so nothing says when."""
    await page.locator(".kith-next").wait_for()
    await page.wait_for_timeout(QUIET_MS)


async def thread(stage: Stage, options: argparse.Namespace) -> list[dict[str, Any]]:
    """One long circle, the first time on a device and the second."""
    end = stage.world.vcu.manager
    view = await end.open_circle("A long circle", "R-long")
    await talk(stage.hub, end, view, options.entries)
    read = (await stage.world.again(stage.world.vcu)).circle(view.id)
    await read.sync()
    return [await _thread(stage, read, options, again) for again in (False, True)]


async def _thread(stage: Stage, view: CircleView, options: argparse.Namespace, again: bool) -> dict[str, Any]:
    times = [await _opened(stage, view, again) for _ in range(options.times)]
    profile = Profile(await _ready(stage, view, again))
    limits = [limit for _, limit in times]
    busy, limit = await _busy(view, profile)
    explain(profile, options.profile)
    return {
        "entries": view.book.log.seq, "time": "second" if again else "first",
        "shown ms": statistics.median(spent for spent, _ in times), "bare loop ms": statistics.median(limits),
        "ratio": statistics.median(spent / limit for spent, limit in times),
        "busy ratio": busy / limit, "libsodium ratio": profile.native / limit,
    }  # fmt: skip


async def _ready(stage: Stage, view: CircleView, again: bool) -> Page:
    """On a new device at Today; `again`: one that has had the circle open before."""
    mover = await arrived(stage, await raw.bare_device(stage))
    await quiet(mover.page)
    if again:
        await _show(mover.page, view)
        await mover.page.wait_for_timeout(QUIET_MS)
        mover = await back(stage, mover)
    return mover.page


async def _show(page: Page, view: CircleView) -> float:
    return float(await page.evaluate(_SHOWN, [f"/circles/{view.id.hex()}", "Message "]))


async def _opened(stage: Stage, view: CircleView, again: bool) -> tuple[float, float]:
    """How long it took, and the bare loop in the same page."""
    page = await _ready(stage, view, again)
    spent = await _show(page, view)
    limit = await _bare(page, view)
    await page.context.close()
    return spent, limit


async def _busy(view: CircleView, profile: Profile) -> tuple[float, float]:
    page = profile.page
    async with profile:
        await _show(page, view)
    limit = await _bare(page, view)
    await page.context.close()
    return profile.busy, limit


async def _bare(page: Page, view: CircleView) -> float:
    desk = view.book.desk
    return await raw.verifying(page, view.book.entries, desk.me.secret.signing.public)


def explain(profile: Profile, most: int) -> None:
    """What took the time, function by function."""
    for place, spent in profile.by.most_common(most):
        print(f"  {spent:8.1f} ms  {place}")


async def lists(stage: Stage, options: argparse.Namespace) -> list[dict[str, Any]]:
    """The list of all circles at each size, the first time on a device and the second."""
    rows: list[dict[str, Any]] = []
    have = 0
    for size in options.sizes:
        await many_circles(stage.hub, stage.world.vcu.manager, range(have, size))
        have = size
        device = await raw.bare_device(stage)
        for again in (False, True):
            page = await device.context.new_page()
            rows.append(await _listed(stage, page, again, options.profile))
            await page.close()
        await device.context.close()
    return rows


async def _listed(stage: Stage, page: Page, again: bool, most: int) -> dict[str, Any]:
    await unlocked(stage, page)
    async with Profile(page) as profile:
        found = await page.evaluate(_LISTED, _ALL)
    explain(profile, most)
    texts = ["h", "ho", "hou", "aroha", "aroha brown", name(7)]
    keys = await page.evaluate(_SEARCHED, [_ALL, texts * 3])
    total = int(found["total"])
    limit = await (raw.reading_kept(page, total, ROW) if again else raw.opening_boxes(page, total))
    return {
        "circles": total, "time": "second" if again else "first", "rows ms": found["rows"],
        "names in sight ms": found["sight"], "all names ms": found["all"], "busy ms": profile.busy,
        "bare ms": limit, "ratio": found["all"] / limit, "search p50 ms": statistics.median(keys),
        "slowest": max(keys),
    }  # fmt: skip


async def unlocked(stage: Stage, page: Page) -> Vault:
    """A vault alone in a page, just signed in: nothing has asked it for anything yet."""
    await page.goto(f"{stage.hub.url}/healthz")
    [worker] = (WEB / "dist" / "assets").glob("vault.worker-*.js")
    await page.evaluate(LINE, f"/assets/{worker.name}")
    vault, founded = Vault(page), stage.world.vcu.founded
    try:
        await vault.ask("signInWords", founded.address, founded.words, False)
    except Troubled as troubled:
        if troubled.code != "code-needed":
            raise
        await vault.ask("signInCode", await mailed_code(stage.world, founded.address))
    return vault


async def measure(options: argparse.Namespace) -> None:
    async with stage() as at:
        if "thread" in options.jobs:
            show("browser: a long thread", await thread(at, options))
        if "list" in options.jobs:
            show("browser: a long list", await lists(at, options))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--jobs", nargs="+", choices=JOBS, default=JOBS)
    words.add_argument("--entries", type=int, default=1000)
    words.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    words.add_argument("--times", type=int, default=5)
    words.add_argument("--profile", type=int, default=0, help="how many functions to print of each profile")
    asyncio.run(measure(words.parse_args()))


if __name__ == "__main__":
    main()
