"""How fast documents move through a hub, against a bare aiohttp server doing the same work in the same run.

    python -m bench.moving [--mib 256] [--at-once 4] [--rounds 3] [--s3] [--no-ends]

The same work: receive parts of 8 MiB, store each durably, hash the whole, then send it back in one piece. The
disk, or the S3 server, is this machine's; a bare run comes before and after each of ours. Also prints how
much memory the hub took while the documents moved, and how much a Python end takes to attach and fetch one
of 1 GiB (--end-mib).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import uvloop

from bench.ends_moving import ends
from bench.stage import Place, answering, places, serving, shared_circle, show, world_in
from crypto import entries as e
from crypto.entries import Kind
from crypto.private import bodies
from crypto.segments import SegmentTree
from crypto.statements import Act, Object, ObjectKind
from hub.kernel.keys import make_keys
from storage.blobs import PART
from storage.s3 import S3Settings
from tests.hub.build import b64, raw, statement_json
from tests.hub.circles.ends import Author, Circle
from tests.real import s3
from tests.real.s3 import free_ports

MIB = 1024 * 1024


@dataclass
class Moved:
    """MiB a second up and down; MiB of memory more than before, where it was looked at."""

    up: float
    down: float
    memory: float = 0.0


async def send(
    client: aiohttp.ClientSession, urls: list[str], data: memoryview, headers: dict[str, str]
) -> None:
    for number, url in enumerate(urls):
        piece = bytes(data[number * PART : (number + 1) * PART])
        async with client.put(
            url, data=_pieces(piece), headers=headers | {"Content-Length": str(len(piece))}
        ) as answer:
            assert answer.status == 200, await answer.text()


async def _pieces(data: bytes) -> Any:
    for at in range(0, len(data), MIB):
        yield data[at : at + MIB]


async def take(client: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> int:
    total = 0
    async with client.get(url, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        async for chunk in answer.content.iter_any():
            total += len(chunk)
    return total


@asynccontextmanager
async def bare_server(folder: Path, bucket: S3Settings | None) -> AsyncIterator[str]:
    """A process of its own; its address."""
    where = folder
    if bucket is not None:
        where = folder / "bucket.json"
        where.write_bytes(msgspec.json.encode(bucket))
    [port] = free_ports(1)
    words = [sys.executable, "-m", "bench.bare_moving", str(port), str(where)]
    process = await asyncio.create_subprocess_exec(*words)
    try:
        await answering(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def bare(folder: Path, bucket: S3Settings | None, data: memoryview, at_once: int) -> Moved:
    """The limit."""
    async with bare_server(folder, bucket) as base, aiohttp.ClientSession() as client:

        async def move_up(name: str) -> None:
            count = -(-len(data) // PART)
            await send(client, [f"{base}/{name}/{n + 1}" for n in range(count)], data, {})
            async with client.post(f"{base}/{name}/finish") as answer:
                assert answer.status == 200

        names = [f"bare{n}" for n in range(at_once)]
        began = time.perf_counter()
        await asyncio.gather(*map(move_up, names))
        up = time.perf_counter() - began
        began = time.perf_counter()
        await asyncio.gather(*(take(client, f"{base}/{name}", {}) for name in names))
        down = time.perf_counter() - began
    size = len(data) * at_once / MIB
    return Moved(size / up, size / down)


async def ours(place: Place, circle: Circle, author: Author, data: memoryview, at_once: int) -> Moved:
    """Through a hub that was just started."""
    headers = {"Authorization": f"Bearer {b64(author.end.token or b'')}"}
    tree = SegmentTree()
    tree.update(data)
    segments = tree.hashes()
    async with (
        serving(place) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as client,
    ):
        process = _hub_process(port)
        before = _peak(process)

        async def ask(path: str, body: object) -> Any:
            sent = msgspec.json.encode(body)
            async with client.post(path, data=sent, headers={"Content-Type": "application/json"}) as answer:
                assert answer.status < 300, await answer.text()
                return await answer.json()

        async def move_up(document: bytes) -> None:
            begun = await ask(
                f"{circle.path}/uploads", {"document": document, "number": 1, "size": len(data)}
            )
            upload = raw(begun["upload"]).hex()
            count = -(-len(data) // PART)
            parts = [f"/v1/uploads/{upload}/parts/{n + 1}" for n in range(count)]
            await send(client, parts, data, {"Content-Type": "application/octet-stream"})
            await ask(f"/v1/uploads/{upload}/finish", {"segments": segments})

        documents = [os.urandom(16) for _ in range(at_once)]
        began = time.perf_counter()
        await asyncio.gather(*map(move_up, documents))
        up = time.perf_counter() - began
        tickets = []
        for document in documents:
            facts = e.Document(None, document, 1, len(data))
            made = circle.thread.make(author, Kind.DOCUMENT, facts, bodies.Said(1, "Ann", "", ()))
            circle.thread.placed(made, await ask(f"{circle.path}/entries", made.json()))
            said = author.end.statement(
                Act.FETCHED, circle.id, [Object(ObjectKind.DOCUMENT, document, 0, len(data))]
            )
            path = f"{circle.path}/documents/{document.hex()}/1/tickets"
            tickets.append(raw((await ask(path, {"statement": statement_json(said)}))["ticket"]).hex())
        began = time.perf_counter()
        await asyncio.gather(*(take(client, f"/v1/tickets/{ticket}", {}) for ticket in tickets))
        down = time.perf_counter() - began
        grown = _peak(process) - before
    size = len(data) * at_once / MIB
    return Moved(size / up, size / down, grown)


def _hub_process(port: int) -> int:
    """The process that was told to listen there."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"KITH_LISTEN=127.0.0.1:{port}".encode() in (folder / "environ").read_bytes():
                return int(folder.name)
        except OSError:
            continue
    raise RuntimeError("the hub's process is not there")


def _peak(process: int) -> float:
    """The most memory it ever held, MiB."""
    [line] = [x for x in Path(f"/proc/{process}/status").read_text().splitlines() if x.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


async def measure(place: Place, bucket: S3Settings | None, options: argparse.Namespace) -> dict[str, Any]:
    """One line of the table: medians of the rounds."""
    async with world_in(place) as (running, world):
        circle, owner, _ = await shared_circle(world, world.partner)
    data = memoryview(b"kithdoc1" + os.urandom(options.mib * MIB - 8))

    async def limit() -> Moved:
        with tempfile.TemporaryDirectory(dir=place.folder) as folder:
            return await bare(Path(folder), bucket, data, options.at_once)

    found: list[Moved] = []
    limits = [await limit()]
    for _ in range(options.rounds):
        running.clock.now = time.time_ns() // 1_000_000
        found.append(await ours(place, circle, owner, data, options.at_once))
        limits.append(await limit())
    up, down = (statistics.median(getattr(each, way) for each in found) for way in ("up", "down"))
    bare_up, bare_down = (statistics.median(getattr(each, way) for each in limits) for way in ("up", "down"))
    return {
        "store": "disk" if bucket is None else "s3", "MiB": options.mib, "at once": options.at_once,
        "up MiB/s": up, "bare up": bare_up, "ratio up": up / bare_up,
        "down MiB/s": down, "bare down": bare_down, "ratio down": down / bare_down,
        "memory MiB": max(each.memory for each in found),
    }  # fmt: skip


@contextmanager
def stores(with_s3: bool) -> Iterator[list[tuple[Place, S3Settings | None]]]:
    """Where the hub keeps documents: this disk, and if wished an S3 server of its own."""
    with places(["sqlite"]) as [place]:
        if not with_s3:
            yield [(place, None)]
            return
        with s3.running() as server:
            asked = server.settings(server.create("bench"))
            where = asked.endpoint.removeprefix("http://")
            folder = place.folder / "with-s3"
            folder.mkdir()
            make_keys(folder / "keys")
            large = Place("sqlite", folder, f"sqlite:///{folder}/hub.db")
            large.blobs = f"s3://{asked.access_key}:{asked.secret_key}@{where}/{asked.bucket}?tls=no&region={asked.region}"
            yield [(place, None), (large, asked)]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--mib", type=int, default=256)
    words.add_argument("--at-once", type=int, default=4)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--s3", action="store_true")
    words.add_argument("--ends", action=argparse.BooleanOptionalAction, default=True)
    words.add_argument("--end-mib", type=int, default=1024)
    options = words.parse_args()
    with stores(options.s3) as found:
        show("moving", [uvloop.run(measure(place, bucket, options)) for place, bucket in found])
    if options.ends:
        with places(["sqlite"]) as [place]:
            show("a Python end", uvloop.run(ends(place, options.end_mib)))


if __name__ == "__main__":
    main()
