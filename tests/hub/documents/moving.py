"""Sealed-looking objects, and what an end does to move one: begin, parts, finish, post, ticket, bytes."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass, field
from typing import Any

from crypto import entries as e
from crypto.entries import Kind
from crypto.private import bodies
from crypto.segments import SegmentTree
from crypto.statements import Act, Object, ObjectKind
from storage.blobs import PART
from tests.hub.build import b64, raw, statement_json
from tests.hub.circles.ends import Author, Circle, Made
from tests.hub.running import Answer


@dataclass
class Stored:
    """One object: the prefix, then bytes that only an end could tell from noise."""

    size: int = 100_000
    document: bytes = field(default_factory=lambda: os.urandom(16))
    number: int = 1

    def __post_init__(self) -> None:
        self.data = b"kithdoc1" + os.urandom(self.size - 8)

    @property
    def segments(self) -> bytes:
        """SHA-256 of each segment, one after another."""
        tree = SegmentTree()
        tree.update(self.data)
        return tree.hashes()

    def part(self, number: int) -> bytes:
        return self.data[(number - 1) * PART : number * PART]

    @property
    def parts(self) -> range:
        return range(1, -(-self.size // PART) + 1)


async def begin(circle: Circle, author: Author, stored: Stored, **changed: Any) -> Answer:
    body = {"document": b64(stored.document), "number": stored.number, "size": stored.size}
    return await author.end.ask("POST", f"{circle.path}/uploads", body | changed)


async def put(author: Author, upload: str, number: int, data: bytes) -> Answer:
    running, token = author.end.running, author.end.token
    assert token is not None
    url = f"{running.url}/v1/uploads/{raw(upload).hex()}/parts/{number}"
    headers = {"Authorization": f"Bearer {b64(token)}", "Content-Type": "application/octet-stream"}
    async with running.client.put(url, data=io.BytesIO(data), headers=headers) as answer:
        return Answer(answer.status, json.loads(await answer.text()), answer.headers)


async def finish(author: Author, upload: str, stored: Stored, **changed: Any) -> Answer:
    body = {"segments": b64(stored.segments)}
    return await author.end.ask("POST", f"/v1/uploads/{raw(upload).hex()}/finish", body | changed)


async def uploaded(circle: Circle, author: Author, stored: Stored) -> str:
    """All of it, finished; the upload."""
    begun = await begin(circle, author, stored)
    assert begun.status == 200, begun.body
    for number in stored.parts:
        answer = await put(author, begun.body["upload"], number, stored.part(number))
        assert answer.status == 200, answer.body
    done = await finish(author, begun.body["upload"], stored)
    assert (done.status, done.body) == (200, {"size": stored.size})
    return str(begun.body["upload"])


def entry(circle: Circle, author: Author, stored: Stored) -> Made:
    """The entry that names it. What stands in its body is no matter to the hub."""
    facts = e.Document(None, stored.document, stored.number, stored.size)
    return circle.thread.make(author, Kind.DOCUMENT, facts, bodies.Said(1, "Ann", "see this", ()))


async def posted(circle: Circle, author: Author, stored: Stored) -> Made:
    """Uploaded and named by an entry."""
    await uploaded(circle, author, stored)
    made = entry(circle, author, stored)
    await circle.post(author, made)
    return made


async def ticket(
    circle: Circle, author: Author, stored: Stored, start: int = 0, stop: int | None = None, **changes: Any
) -> Answer:
    looked = Object(ObjectKind.DOCUMENT, stored.document, start, stored.size if stop is None else stop)
    said = author.end.statement(Act.FETCHED, circle.id, [looked], **changes)
    path = f"{circle.path}/documents/{stored.document.hex()}/{stored.number}/tickets"
    return await author.end.ask("POST", path, {"statement": statement_json(said)})


async def fetched(author: Author, given: Answer, span: str | None = None) -> Answer:
    headers = {"Range": f"bytes={span}"} if span else None
    return await author.end.ask("GET", f"/v1/tickets/{raw(given.body['ticket']).hex()}", headers=headers)
