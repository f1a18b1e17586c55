"""Writers who never give up: whoever gets no answer sends the same bytes again, and keeps every receipt."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec

from crypto.statements import Act, Object, ObjectKind
from tests.hub.build import HubWorld, b64, raw, statement_json
from tests.hub.circles.ends import Author, Circle, worker
from tests.hub.running import Answer, RunningHub
from tests.solid.process import milliseconds

PATIENCE = 300.0
PAUSES = (0.02, 0.1, 0.3)


@dataclass
class Tally:
    """What happened to requests. ``answers`` counts by status; ``silent`` had none at all."""

    answers: Counter[int] = field(default_factory=Counter)
    silent: int = 0
    again: int = 0
    longest: float = 0.0
    refusals: list[Answer] = field(default_factory=list)


async def insist(running: RunningHub, token: bytes, path: str, body: bytes, tally: Tally) -> Answer:
    """Post those bytes until there is an answer other than 503. Raises AssertionError when patience ends."""
    loop = asyncio.get_running_loop()
    began, tries = loop.time(), 0
    while loop.time() - began < PATIENCE:
        tries += 1
        try:
            headers = {"Content-Type": "application/json"}
            answer = await running.ask("POST", path, body, token=token, headers=headers)
        except (aiohttp.ClientError, OSError, TimeoutError):
            tally.silent += 1
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES)) - 1])
            continue
        tally.answers[answer.status] += 1
        if answer.status == 503:
            tally.refusals.append(answer)
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES)) - 1])
            continue
        tally.again += tries > 1
        tally.longest = max(tally.longest, loop.time() - began)
        return answer
    raise AssertionError(f"no answer in {PATIENCE} s: {tally.answers}")


@dataclass(frozen=True)
class Promise:
    """What was sent, byte for byte, and the receipt that came back."""

    body: bytes
    receipt: dict[str, Any]


class Writer:
    """One author in one circle: seals each entry on what it was last told, and never two at a time."""

    def __init__(self, circle: Circle, author: Author) -> None:
        self.circle, self.author = circle, author
        self.seen = (circle.thread.seq, circle.thread.heads[-1])
        self.previous = circle.thread.authors.get(author.worker, bytes(32))
        self.promises: list[Promise] = []

    @property
    def path(self) -> str:
        return f"{self.circle.path}/entries"

    async def write(self, text: str, tally: Tally) -> None:
        """Seal one message, and insist on its receipt."""
        made = self.circle.thread.message(
            self.author,
            text,
            seen_seq=self.seen[0],
            seen_head=self.seen[1],
            author_prev=self.previous,
            sent_at=milliseconds(),
        )
        body = msgspec.json.encode(made.json())
        end = self.author.end
        answer = await insist(end.running, end.token or b"", self.path, body, tally)
        assert answer.status in (200, 201), (answer.status, answer.body)
        receipt = answer.body
        assert raw(receipt["entry_hash"]) == made.entry.hash
        assert receipt["seq"] > self.seen[0], "a receipt for an earlier place than was seen"
        self.seen = (receipt["seq"], raw(receipt["head"]))
        self.previous = made.entry.hash
        self.promises.append(Promise(body, receipt))

    async def go_on(self, until: asyncio.Event, tally: Tally) -> None:
        """Write one after another."""
        number = 0
        while not until.is_set():
            number += 1
            await self.write(f"message {number}", tally)


class Reader:
    """States what it fetches, and keeps every checkpoint it was answered with."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.notes: list[str] = []
        self.stated: dict[bytes, bool] = {}
        """The payload of each statement made, and whether it was answered."""

    async def read(self, tally: Tally) -> None:
        """Fetch what there is; the same bytes again if there is no answer."""
        circle, end = self.writer.circle, self.writer.author.end
        looked = Object(ObjectKind.ENTRIES, circle.id, 1, 1 + min(self.writer.seen[0], 20))
        said = end.statement(Act.FETCHED, circle.id, [looked], at=milliseconds())
        self.stated[said.payload] = False
        body = msgspec.json.encode({"statement": statement_json(said)})
        answer = await insist(end.running, end.token or b"", f"{circle.path}/fetch", body, tally)
        if answer.status == 409:  # it was written down, and the hub died before it could say so
            assert answer.body["code"] == "conflict", answer.body
            return
        assert answer.status == 200, answer.body
        assert all(each["body"] for each in answer.body["bodies"])
        self.stated[said.payload] = True
        self.notes.append(answer.body["note"])

    async def go_on(self, until: asyncio.Event, tally: Tally) -> None:
        while not until.is_set():
            await self.read(tally)
            await asyncio.sleep(0.01)


@dataclass
class Crowd:
    """Everybody who writes and reads at once, over many circles."""

    world: HubWorld
    circles: list[Circle]
    writers: list[Writer]
    readers: list[Reader]
    tally: Tally = field(default_factory=Tally)

    @classmethod
    async def gather(cls, world: HubWorld, writers: int, readers: int = 4) -> Crowd:
        """Two organisations in each circle, one writer of each."""
        owner, friend = worker(world.vcu), worker(world.partner)
        circles: list[Circle] = []
        for _ in range((writers + 1) // 2):
            circle = await Circle.opened(owner)
            await circle.join(owner, friend)
            circles.append(circle)
        found = [Writer(circle, author) for circle in circles for author in (owner, friend)][:writers]
        return cls(world, circles, found, [Reader(each) for each in found[:readers]])

    async def work(self, until: asyncio.Event) -> None:
        """Until the event is set, and each has the answer it still waits for."""
        async with asyncio.TaskGroup() as group:
            for writer in self.writers:
                group.create_task(writer.go_on(until, self.tally))
            for reader in self.readers:
                group.create_task(reader.go_on(until, self.tally))

    async def write(self, each: int) -> None:
        """So many entries by every writer, all writers at once."""

        async def some(writer: Writer) -> None:
            for number in range(each):
                await writer.write(f"message {number}", self.tally)

        await asyncio.gather(*map(some, self.writers))

    @property
    def promises(self) -> int:
        return sum(len(writer.promises) for writer in self.writers)


def chance(seed: int) -> random.Random:
    """Chosen moments, the same each time."""
    return random.Random(seed)


def unknown_token() -> str:
    """A bearer token of nobody."""
    return f"Bearer {b64(os.urandom(32))}"
