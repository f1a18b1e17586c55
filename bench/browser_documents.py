"""How fast documents move through the web mailbox in a real Chromium, with bare WebCrypto in the same page.

    python -m bench.browser_documents [--jobs small video large] [--mib 256 1024] [--small 10]
        [--video-mib 100]

A small file is sealed and sent by the app's own page and vault, to a hub on this machine, again and again;
then a long video is played and wound on; then large files are sent and saved again, with their limits in the
same run (`bench.browser_large`). SHA-256 of a stream binds a large file: WebCrypto has none, and in
WebAssembly it runs at an eighth of the processor's own speed. Memory is that of the page processes, which
must not grow with the file.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from typing import Any

from bench.browser import MIB, Stage, stage
from bench.browser_large import large, made, sent
from bench.stage import show
from tests.browser.line import line_to
from tests.browser.moving import Mover, long_video
from tests.browser.screens import screens_of

JOBS = ("small", "video", "large")
PLAYED = """
async (url) => {
  const video = document.createElement("video");
  const heard = (name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true });
    video.addEventListener("error", () => reject(new Error(video.error?.message)), { once: true });
  });
  video.muted = true;
  document.body.append(video);
  const began = performance.now();
  const first = heard("loadeddata");
  video.src = url;
  await first;
  const started = performance.now();
  const there = heard("seeked");
  video.currentTime = video.duration * 0.6;
  await there;
  const wound = performance.now();
  video.remove();
  return [started - began, wound - started];
}
"""


async def small(at: Stage, mover: Mover, circle: bytes, times: int) -> list[dict[str, Any]]:
    """A letter of 100 KB and a photograph of 4 MB."""
    rows = []
    for kib in (100, 4096):
        path = made(at.folder / f"small-{kib}.pdf", kib * 1024)
        found = sorted([await sent(mover, circle, path) * 1000 for _ in range(times)])
        rows.append({"KiB": kib, "times": times, "p50 ms": statistics.median(found), "slowest ms": found[-1]})
    return rows


async def video(at: Stage, circle: bytes, mib: int) -> list[dict[str, Any]]:
    """A long video, over a line that counts: until its first picture, and after winding on."""
    async with line_to(at.hub.url) as line, screens_of(at.browser, line.url) as screens:
        mover = await at.signed_in(screens)
        path = at.folder / "long.mp4"
        path.write_bytes(long_video(mib * MIB))
        shared = await mover.shared(circle, path)
        before = line.came
        began = time.perf_counter()
        opened = await mover.opened(circle, shared["document"])
        opening = (time.perf_counter() - began) * 1000
        started, wound = await mover.page.evaluate(PLAYED, opened["url"])
        return [
            {
                "MiB": mib, "open ms": opening, "first picture ms": started, "wind on ms": wound,
                "fetched MiB": (line.came - before) / MIB,
            }
        ]  # fmt: skip


async def measure(options: argparse.Namespace) -> None:
    async with stage() as at:
        mover = await at.signed_in()
        circle = (await at.world.vcu.manager.open_circle("Bench", "R-1")).id
        if "small" in options.jobs:
            show("browser: a small document shared", await small(at, mover, circle, options.small))
        if "video" in options.jobs:
            show("browser: a long video", await video(at, circle, options.video_mib))
        if "large" in options.jobs:
            show("browser: a large document shared", await large(at, circle, options.mib))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--jobs", nargs="+", choices=JOBS, default=JOBS)
    words.add_argument("--mib", type=int, nargs="+", default=[256, 1024])
    words.add_argument("--small", type=int, default=10)
    words.add_argument("--video-mib", type=int, default=100)
    asyncio.run(measure(words.parse_args()))


if __name__ == "__main__":
    main()
