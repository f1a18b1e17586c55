"""A large document in the web mailbox, sent and saved again, with its limits in the same browser and run.

The limits: AES-256-GCM by WebCrypto at 16 and 64 KiB; SHA-256 by WebCrypto on whole pieces; SHA-256 of a
stream, by the very library that the app hashes with, in a page that does nothing else; and a bare upload: the
same number of bytes that are there already, by `fetch` from the page, through the same hub.
"""

from __future__ import annotations

import asyncio
import base64
import os
import statistics
import time
from pathlib import Path
from typing import Any

from bench.browser import MIB, Stage, Watch
from bench.unwatched import Unwatched, unwatched
from crypto.private.documents import stored_size
from keyholder import answers
from tests.browser.moving import CLICKED, Mover
from tests.browser.website import WEB

HASHER = WEB / "node_modules" / "hash-wasm" / "dist" / "sha256.umd.min.js"
AES = """
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
STREAMED = """
async (mib) => {
  const hash = await hashwasm.createSHA256();
  const bytes = new Uint8Array(1024 * 1024);
  const began = performance.now();
  for (let left = mib; left > 0; left -= 1) hash.update(bytes);
  hash.digest();
  return (mib * 1000) / (performance.now() - began);
}
"""
UPLOADED = """
async ([token, place, size, part]) => {
  const bytes = new Uint8Array(part);
  for (let at = 0; at < part; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  bytes.set(new TextEncoder().encode("kithdoc1"));
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/octet-stream" };
  const began = performance.now();
  for (let number = 1; (number - 1) * part < size; number += 1) {
    const body = bytes.subarray(0, size - (number - 1) * part);
    const answer = await fetch(`${place}/parts/${number}`, { method: "PUT", headers, body });
    if (!answer.ok) throw new Error(await answer.text());
  }
  return performance.now() - began;
}
"""


def made(path: Path, size: int) -> Path:
    """A file of that size which may be shared."""
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        while file.tell() < size:
            file.write(os.urandom(min(MIB, size - file.tell())))
    return path


async def sent(mover: Mover, circle: bytes, path: Path) -> float:
    """Seconds from choosing a file to its entry in the circle."""
    await mover.choose(path)
    began = time.perf_counter()
    job = await mover.share(circle)
    await mover.until(job, "shared", seconds=1800)
    return time.perf_counter() - began


async def large(at: Stage, circle: bytes, sizes: list[int]) -> list[dict[str, Any]]:
    """A line for each size in MiB, all by one page, with the limits before and after."""
    rows = []
    async with unwatched(at.world, at.hub.url) as found:
        await found.blank.evaluate("(text) => (0, eval)(text)", HASHER.read_text())
        await found.save_into(_folder(at))
        for mib in sizes:
            limits = [await _limits(at, found)]
            row = await _there_and_back(at, found, circle, mib)
            limits.append(await _limits(at, found))
            rows.append(row | _against(row, limits))
    return rows


def _folder(at: Stage) -> Path:
    """Where the browser saves."""
    folder = at.folder / "saved"
    folder.mkdir(exist_ok=True)
    return folder


async def _there_and_back(at: Stage, found: Unwatched, circle: bytes, mib: int) -> dict[str, Any]:
    path = made(at.folder / f"large-{mib}.pdf", mib * MIB)
    bare = [await _bare_upload(at, found, circle, mib)]
    async with Watch(found.root) as sending:
        seconds = await sent(found.mover, circle, path)
    bare.append(await _bare_upload(at, found, circle, mib))
    async with Watch(found.root) as saving:
        back = await _saved(found.mover, circle, _folder(at) / path.name)
    path.unlink()
    return {
        "MiB": mib, "seal and send MiB/s": mib / seconds, "open and save MiB/s": mib / back,
        "bare upload": statistics.mean(bare), "memory before MiB": sending.before,
        "grew sending": sending.most - sending.before, "grew saving": saving.most - saving.before,
    }  # fmt: skip


async def _limits(at: Stage, found: Unwatched) -> dict[str, float]:
    """MiB/s."""
    async with found.another(_beside(at)) as page:
        limits = {f"AES {kib} KiB": await page.evaluate(AES, [kib, 128]) for kib in (16, 64)}
        limits["SHA-256 1 MiB"] = await page.evaluate(HASHED, 128)
    return limits | {"SHA-256 streamed": await found.blank.evaluate(STREAMED, 64)}


def _beside(at: Stage) -> str:
    """A page of the hub's that does nothing by itself, under the rules of the app's own."""
    return f"{at.hub.url}/sw.js"


def _against(row: dict[str, Any], limits: list[dict[str, float]]) -> dict[str, Any]:
    bare = {name: statistics.mean(each[name] for each in limits) for name in limits[0]}
    speed = row["seal and send MiB/s"]
    ratios = {
        "of AES": speed / max(bare["AES 16 KiB"], bare["AES 64 KiB"]),
        "of SHA-256 streamed": speed / bare["SHA-256 streamed"],
        "of bare upload": speed / row["bare upload"],
    }
    return {f"bare {name}": each for name, each in bare.items()} | ratios


async def _bare_upload(at: Stage, found: Unwatched, circle: bytes, mib: int) -> float:
    """MiB/s of bytes that need no sealing, sent by a page of the hub's, part by part as the app does."""
    connection = at.world.vcu.manager._desk.connection
    token = connection.token
    asked = {"document": os.urandom(16), "number": 1, "size": stored_size(mib * MIB)}
    begun = await connection.post(f"/v1/circles/{circle.hex()}/uploads", asked, answers.Upload)
    assert begun.upload is not None
    assert token is not None
    place = f"/v1/uploads/{begun.upload.hex()}"
    told = [base64.b64encode(token).decode(), place, asked["size"], begun.part_size]
    async with found.another(_beside(at)) as page:
        spent = await page.evaluate(UPLOADED, told)
    await connection.delete(place)
    return mib * 1000 / float(spent)


async def _saved(mover: Mover, circle: bytes, path: Path) -> float:
    """Seconds until the newest document is on the disk again at ``path``, every segment checked."""
    [newest, *_] = await mover.ask("documents", circle.hex())
    began = time.perf_counter()
    offered = await mover.ask("saveDocument", circle.hex(), newest["document"], newest["number"])
    await mover.page.evaluate(CLICKED, [offered["url"], offered["name"]])
    await mover.until(offered["job"], "saved", seconds=1800)
    seconds = time.perf_counter() - began
    await asyncio.to_thread(_take_away, path, newest["size"])
    return seconds


def _take_away(path: Path, size: int) -> None:
    """What was saved, whole. The browser gives it its name a moment later."""
    until = time.monotonic() + 60
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert path.stat().st_size == size
    path.unlink()
