"""How fast documents move through the web mailbox in a real Chromium, with bare WebCrypto in the same page.

    python -m bench.browser_documents [--jobs small video large] [--mib 256] [--small 10]
        [--video-mib 100]

A large file is sealed and sent by the app's own page and vault, to a hub on this machine; then a small one,
again and again; then a long video is played and wound on. The limits, in the same page: AES-256-GCM at 16 and
64 KiB, and SHA-256 of a whole MiB. SHA-256 of a stream binds a large file: WebCrypto has none, and in
WebAssembly it runs at a tenth of the processor's own speed. Memory is that of the page processes, which must
not grow with the file.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import Any

from bench.browser import MIB, Stage, Watch, stage
from bench.stage import show
from bench.unwatched import unwatched
from tests.browser.line import line_to
from tests.browser.moving import Mover, long_video
from tests.browser.screens import screens_of

JOBS = ("small", "video", "large")
BARE = """
async ([kib, mib]) => {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const bytes = new Uint8Array(kib * 1024);
  const how = { name: "AES-GCM", iv: new Uint8Array(12) };
  const began = performance.now();
  for (let left = (mib * 1024) / kib; left > 0; left -= 64) {
    const chunks = Array.from({ length: Math.min(left, 64) });
    await Promise.all(chunks.map(() => crypto.subtle.encrypt(how, key, bytes)));
  }
  return (mib * 1000) / (performance.now() - began);
}
"""
HASHED = """
async (mib) => {
  const bytes = new Uint8Array(1024 * 1024);
  const began = performance.now();
  for (let left = mib; left > 0; left -= 1) await crypto.subtle.digest("SHA-256", bytes);
  return (mib * 1000) / (performance.now() - began);
}
"""
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


def made(path: Path, size: int) -> Path:
    """A file of that size which may be shared."""
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        while file.tell() < size:
            file.write(os.urandom(min(MIB, size - file.tell())))
    return path


async def bare(mover: Mover) -> dict[str, float]:
    """The limits, MiB/s."""
    found = {f"AES {kib} KiB": await mover.page.evaluate(BARE, [kib, 128]) for kib in (16, 64)}
    return found | {"SHA-256 1 MiB": await mover.page.evaluate(HASHED, 128)}


async def sent(mover: Mover, circle: bytes, path: Path) -> float:
    """Seconds from choosing a file to its entry in the circle."""
    await mover.choose(path)
    began = time.perf_counter()
    job = await mover.share(circle)
    await mover.until(job, "shared", seconds=1800)
    return time.perf_counter() - began


async def large(at: Stage, circle: bytes, mib: int) -> list[dict[str, Any]]:
    """One large file, with the limits before and after."""
    path = made(at.folder / "large.pdf", mib * MIB)
    async with unwatched(at.world, at.hub.url) as (mover, root):
        limits = [await bare(mover)]
        async with Watch(root) as watch:
            seconds = await sent(mover, circle, path)
        limits.append(await bare(mover))
    path.unlink()
    cipher = statistics.mean(max(each["AES 16 KiB"], each["AES 64 KiB"]) for each in limits)
    row: dict[str, Any] = {"MiB": mib, "seal and send MiB/s": mib / seconds}
    row |= {f"bare {name}": statistics.mean(each[name] for each in limits) for name in limits[0]}
    row |= {"ratio to AES": mib / seconds / cipher}
    row |= {"memory before MiB": watch.before, "grew by": watch.most - watch.before}
    return [row]


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
    words.add_argument("--mib", type=int, default=256)
    words.add_argument("--small", type=int, default=10)
    words.add_argument("--video-mib", type=int, default=100)
    asyncio.run(measure(words.parse_args()))


if __name__ == "__main__":
    main()
