"""How much memory a Python end takes to attach a large document and to fetch it, each in its own process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from bench.stage import Place, milliseconds, serving
from hub.config import read_settings
from keyholder.authority import Trust
from keyholder.connection import Connection
from keyholder.end import End
from keyholder.inspect import inspect
from tests.hub.running import Clock, running_hub
from tests.keyholder.world import House, World, building

MIB = 1024 * 1024


async def ends(place: Place, mib: int) -> list[dict[str, Any]]:
    """One end attaches, another fetches: a line for each."""
    settings = read_settings({}, listen="127.0.0.1:0", **place.words)
    async with running_hub(settings, clock=Clock(now=milliseconds())) as running, building(running) as world:
        circle, _ = await world.shared_circle()
        (place.folder / "root").write_bytes(world.packed_root)
        both = [_words(world, house, circle.id) for house in (world.vcu, world.shelter)]
    letter = place.folder / "letter.pdf"
    await asyncio.to_thread(_fill, letter, mib)
    async with serving(place) as port:
        sender, reader = ({**words, "url": f"http://127.0.0.1:{port}"} for words in both)
        attached = await _alone(place, {**sender, "attach": str(letter)})
        fetched = await _alone(place, {**reader, "fetch": attached["document"]})
    return [
        {
            "end": name,
            "MiB": mib,
            "MiB/s": mib / done["seconds"],
            "memory MiB": done["grown"],
            "idle MiB": done["idle"],
        }
        for name, done in (("attach", attached), ("fetch", fetched))
    ]


def _words(world: World, house: House, circle: bytes) -> dict[str, str]:
    founded = house.founded
    device = world.device(founded.address).hex()
    return {"address": founded.address, "words": founded.words, "device": device, "circle": circle.hex()}


def _fill(path: Path, mib: int) -> None:
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        for _ in range(mib):
            file.write(os.urandom(MIB - 1))


async def _alone(place: Place, words: dict[str, str]) -> dict[str, Any]:
    """Do it in a new process; what it says."""
    path = place.folder / "words.json"
    path.write_text(json.dumps({**words, "folder": str(place.folder)}))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.ends_moving", str(path), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, "the end failed"
    return dict(json.loads(said))


async def act(words: dict[str, str]) -> dict[str, Any]:
    """Sign in, then attach or fetch, watching this process's memory."""
    folder = Path(words["folder"])
    trust = Trust.read((folder / "root").read_bytes())
    async with Connection(words["url"]) as connection:
        device = bytes.fromhex(words["device"])
        end = await End.sign_in(connection, trust, words["address"], words["words"], device=device)
        circle = end.circle(bytes.fromhex(words["circle"]))
        await circle.sync()
        idle = _forget_peak()
        began = time.perf_counter()
        if "attach" in words:
            document = (await circle.attach(Path(words["attach"]), inspect=inspect)).document
        else:
            document = bytes.fromhex(words["fetch"])
            await circle.fetch(document, folder / "in", inspect=inspect)
        seconds = time.perf_counter() - began
    return {"document": document.hex(), "seconds": seconds, "idle": idle, "grown": _memory("VmHWM") - idle}


def _forget_peak() -> float:
    """What is held now, MiB; the peak counts from here."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(what: str) -> float:
    text = Path("/proc/self/status").read_text()
    return int(text.partition(f"{what}:")[2].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(asyncio.run(act(json.loads(Path(sys.argv[1]).read_text())))))
