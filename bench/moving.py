"""How fast documents move through a hub, against a bare aiohttp server that does the same work in the same
run.

    python -m bench.moving [--mebibytes 256] [--at-once 4]

The same work: receive parts of 8 MiB, write and synchronise each, hash the whole, then send it back in one
piece. The disk is this machine's. Also prints how much memory the hub took while the documents moved.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import uvloop
from aiohttp import web

from bench.stage import Place, answering, places, serving, shared_circle, show, world_in
from crypto import entries as e
from crypto.entries import Kind
from crypto.private import bodies
from crypto.statements import Act, Object, ObjectKind
from storage.blobs import CHUNK, PART
from tests.hub.build import b64, raw, statement_json
from tests.hub.circles.ends import Author, Circle
from tests.real.s3 import free_ports

MIB = 1024 * 1024


class Bare:
    """The same work without a database, sessions or statements."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digests: dict[str, Any] = {}

    async def put(self, request: web.Request) -> web.Response:
        name, number = request.match_info["name"], int(request.match_info["number"])
        data = bytearray()
        async for chunk in request.content.iter_any():
            data += chunk
        digest = self.digests.setdefault(name, hashlib.sha256())
        await asyncio.gather(
            asyncio.to_thread(self._write, name, data, (number - 1) * PART),
            asyncio.to_thread(digest.update, data),
        )
        return web.Response()

    def _write(self, name: str, data: bytearray, at: int) -> None:
        file = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(file, data, at)
        os.fdatasync(file)
        os.close(file)

    async def get(self, request: web.Request) -> web.StreamResponse:
        path = self.folder / request.match_info["name"]
        response = web.StreamResponse()
        response.content_length = path.stat().st_size
        await response.prepare(request)
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                await response.write(chunk)
        return response


def bare_server(port: int, folder: str) -> None:
    """Run as a process of its own."""
    keeper = Bare(Path(folder))
    app = web.Application(client_max_size=0)
    app.router.add_put("/{name}/{number}", keeper.put)
    app.router.add_get("/{name}", keeper.get)
    web.run_app(app, host="127.0.0.1", port=port, print=None, loop=uvloop.new_event_loop())


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


async def bare(folder: Path, data: memoryview, at_once: int) -> tuple[float, float]:
    """MiB a second up and down."""
    [port] = free_ports(1)
    words = [
        sys.executable,
        "-c",
        f"from bench.moving import bare_server; bare_server({port}, {str(folder)!r})",
    ]
    process = await asyncio.create_subprocess_exec(*words)
    try:
        await answering(port)
        base, names = f"http://127.0.0.1:{port}", [f"bare{n}" for n in range(at_once)]
        count = -(-len(data) // PART)
        async with aiohttp.ClientSession() as client:
            began = time.perf_counter()
            await asyncio.gather(
                *(send(client, [f"{base}/{name}/{n + 1}" for n in range(count)], data, {}) for name in names)
            )
            up = time.perf_counter() - began
            began = time.perf_counter()
            await asyncio.gather(*(take(client, f"{base}/{name}", {}) for name in names))
            down = time.perf_counter() - began
    finally:
        process.terminate()
        await process.wait()
    size = len(data) * at_once / MIB
    return size / up, size / down


async def ours(
    place: Place, circle: Circle, author: Author, data: memoryview, at_once: int
) -> tuple[float, float, float]:
    """MiB a second up and down, and MiB of memory more than before."""
    headers = {"Authorization": f"Bearer {b64(author.end.token or b'')}"}
    digest = hashlib.sha256(data).digest()
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
            await ask(f"/v1/uploads/{upload}/finish", {"stored_hash": digest})

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
    return size / up, size / down, grown


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


async def measure(place: Place, options: argparse.Namespace) -> dict[str, Any]:
    """One line of the table."""
    async with world_in(place) as (running, world):
        circle, owner, _ = await shared_circle(world, world.partner)
    running.clock.now = time.time_ns() // 1_000_000
    data = memoryview(b"kithdoc1" + os.urandom(options.mebibytes * MIB - 8))
    with tempfile.TemporaryDirectory(dir=place.folder) as folder:
        limit = await bare(Path(folder), data, options.at_once)
    found = await ours(place, circle, owner, data, options.at_once)
    with tempfile.TemporaryDirectory(dir=place.folder) as folder:
        again = await bare(Path(folder), data, options.at_once)
    up, down = (statistics.mean(pair) for pair in zip(limit, again, strict=True))
    return {
        "MiB": options.mebibytes, "at once": options.at_once, "up MiB/s": found[0], "bare up": up,
        "ratio up": found[0] / up, "down MiB/s": found[1], "bare down": down, "ratio down": found[1] / down,
        "memory MiB": found[2],
    }  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--mebibytes", type=int, default=256)
    words.add_argument("--at-once", type=int, default=4)
    options = words.parse_args()
    with places(["sqlite"]) as [place]:
        show("moving", [uvloop.run(measure(place, options))])


if __name__ == "__main__":
    main()
