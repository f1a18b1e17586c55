"""Documents: resumable uploads of ciphertext, and the bytes again for who stated that they are fetching them.

A part counts once it is safe in the store *and* written down; whoever sends it again is answered from what
is written. No transaction is open while the store works. An upload belongs to the worker who began it
until an entry names it.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from crypto.entries import Document, Erase
from crypto.segments import tree_root
from hub.circles import service as circles
from hub.circles.reactions import Posted
from hub.documents import queries, segments
from hub.documents.receiving import Receiving
from hub.documents.schemas import Begin, Finish, Finished, Received, UploadOut, UploadState
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import Conflicting, Malformed, NotAllowed, NotFound, Refused
from policies.limits import limits
from policies.people import Membership
from storage.blobs import PART, Part
from storage.database import Conflict, Row, Unit

DROP_JOB = "documents.drop"


class TooManyUploads(Refused):
    code, status, title = "too-many-uploads", 429, "Finish or drop another upload first"


class DocumentTooLarge(Refused):
    code, status, title = "document-too-large", 413, "The document is too large"


class OutOfOrder(Refused):
    code, status, title = "part-out-of-order", 409, "Another part comes first"


class WrongSize(Refused):
    code, status, title = "wrong-part-size", 400, "The part does not have its size"


class Incomplete(Refused):
    code, status, title = "upload-incomplete", 409, "Parts of the upload are missing"


class WrongHash(Refused):
    code, status, title = "wrong-hash", 422, "The stored bytes are not those that were meant"


class NoUpload(Refused):
    code, status, title = "no-upload", 409, "The document is not here"


def key_of(upload: bytes) -> str:
    """Where its bytes lie in the store."""
    return upload.hex()


def part_count(size: int) -> int:
    """How many parts an object of that size has."""
    return -(-size // PART)


async def begin(unit: Unit, caller: Caller, circle: bytes, asked: Begin, now: int) -> UploadOut:
    """Begin an upload, or go on with the one of the same document, number and size. One of another size is
    given up."""
    await circles.check_writer(unit, caller, circle, "document")
    if asked.size > limits().documents.sealed_max:
        raise DocumentTooLarge(limit=limits().documents.sealed_max)
    is_owner = (await circles.place_of(unit, caller, circle)).membership is Membership.OWNER
    named = {"circle": circle, "document": asked.document}
    await check_version(unit, **named, number=asked.number, author=caller.organisation, is_owner=is_owner)
    words = {**named, "number": asked.number, "worker": caller.worker}
    row = await unit.one(queries.RESUME, **words)
    if row is not None and row.size != asked.size:
        await unit.run(queries.DROP, which=row.upload, dropped_at=now)
        row = None
    if row is None:
        row = await _begun(unit, words, asked.size, now)
    parts = [part.number for part in await unit.all(queries.PARTS, upload=row.upload)]
    return UploadOut(upload=row.upload, part_size=PART, parts=parts)


async def _begun(unit: Unit, words: dict[str, Any], size: int, now: int) -> Row:
    """A new upload, or the one that was begun at the same moment."""
    waiting = await unit.value(queries.OPEN_UPLOADS, worker=words["worker"])
    if (waiting or 0) >= limits().documents.uploads_open_per_worker:
        raise TooManyUploads
    nothing = {"root": None, "entry": None, "dropped_at": None}
    await unit.run(queries.BEGIN, upload=os.urandom(16), **words, size=size, touched_at=now, **nothing)
    row = await unit.one(queries.RESUME, **words)
    if row is None or row.size != size:
        raise Conflicting("Another upload of that version has just been begun.")
    return row


async def check_version(
    unit: Unit, *, circle: bytes, document: bytes, number: int, author: bytes, is_owner: bool
) -> bytes:
    """May that organisation post this version of the document now? Returns whose document it is.

    Versions follow one another, so nobody can use the numbers up; and only the organisation of the first,
    or the circle's owner, adds to them. Raises Conflicting, NotAllowed.
    """
    row = await unit.one(queries.DOCUMENT, circle=circle, document=document)
    last = row.number if row else 0
    if number <= last:
        raise Conflicting("That version of the document was posted already.", last=last)
    if number != last + 1:
        raise Conflicting("The versions of a document follow one another.", last=last)
    if row is not None and author != row.organisation and not is_owner:
        raise NotAllowed("Only who posted a document first, or the circle's owner, posts a new version.")
    return bytes(row.organisation) if row else author


async def upload_of(unit: Unit, caller: Caller, upload: bytes) -> Row:
    """The caller's own upload. Raises NotFound."""
    row = await unit.one(queries.UPLOAD, upload=upload, worker=caller.worker)
    if row is None:
        raise NotFound
    return row


async def read_upload(unit: Unit, caller: Caller, upload: bytes) -> UploadState:
    """How far it has come."""
    row = await upload_of(unit, caller, upload)
    parts = [part.number for part in await unit.all(queries.PARTS, upload=upload)]
    return UploadState(part_size=PART, parts=parts, size=row.size, finished=row.root is not None)


class Expected:
    """What is known of an upload when a part of it comes."""

    __slots__ = ("last", "length", "number", "row")

    def __init__(self, row: Row, last: Part | None, number: int) -> None:
        self.row, self.last, self.number = row, last, number
        self.length = min(PART, row.size - (number - 1) * PART)

    @property
    def is_safe(self) -> bool:
        """The part is written down already."""
        return self.last is not None and self.number <= self.last.number


async def expect(unit: Unit, caller: Caller, upload: bytes, number: int, length: int | None) -> Expected:
    """Judge a part before a byte of it is read. Raises OutOfOrder, WrongSize, Malformed."""
    row = await upload_of(unit, caller, upload)
    if not 1 <= number <= part_count(row.size):
        raise Malformed("The upload has no such part.")
    found = await unit.one(queries.LAST_PART, upload=upload)
    last = None if found is None else Part(*found)
    expected = Expected(row, last, number)
    following = last.number + 1 if last else 1
    if number > following:
        raise OutOfOrder(expected=following)
    if length is not None and length != expected.length:
        raise WrongSize(expected=expected.length)
    return expected


async def store_part(hub: Hub, expected: Expected, data: bytearray, now: int) -> Received:
    """Make one part safe, then write it down."""
    upload, number = expected.row.upload, expected.number
    hashing = asyncio.create_task(hub.part(Receiving).add(upload, number, data))
    try:
        part = await hub.blobs.put_part(key_of(upload), data, expected.last)
    finally:
        await hashing
    try:
        async with hub.database.write() as unit:
            if await unit.run(queries.TOUCH, which=upload, touched_at=now):
                await unit.run(queries.ADD_PART, upload=upload, **part._asdict())
                return received(expected)
            gone = await unit.one(queries.UPLOAD, upload=upload, worker=expected.row.worker) is None
    except Conflict:
        hub.part(Receiving).forget(upload)
        return received(expected)
    if gone:  # given up meanwhile: nobody else would ever take away what was just stored
        await hub.blobs.delete(key_of(upload))
    raise NotFound


def received(expected: Expected) -> Received:
    """The answer for a part that is safe."""
    return Received(received=(expected.number - 1) * PART + expected.length)


async def finish(hub: Hub, caller: Caller, upload: bytes, asked: Finish, now: int) -> Finished:
    """Make the object of its parts once each of its segments holds. Finishing again gives the same answer."""
    root = tree_root(asked.segments)
    async with hub.database.read() as unit:
        row = await upload_of(unit, caller, upload)
        parts = [Part(*part) for part in await unit.all(queries.PARTS, upload=upload)]
    if row.root is not None:
        if row.root != root:
            raise Conflicting("The upload was finished with other segments.")
        return Finished(size=row.size)
    segments.check(asked.segments, row.size)
    if len(parts) != part_count(row.size):
        raise Incomplete(received=len(parts), parts=part_count(row.size))
    with hub.part(Receiving).alone(upload):
        found = hub.part(Receiving).segments(upload, len(parts))
        if found is None or found == asked.segments:
            await hub.blobs.finish(key_of(upload), parts)
            found = found or await segments.of_stored(hub, key_of(upload))
    if found != asked.segments:
        await drop(hub, caller, upload, now)
        raise WrongHash("Nothing was kept. Begin the upload again.")
    await segments.keep(hub, upload, asked.segments)
    async with hub.database.write() as unit:
        done = await unit.run(queries.FINISH, which=upload, root=root, touched_at=now)
    if not done:  # given up meanwhile: nobody else would ever take away what was just stored
        await forget_bytes(hub, upload)
        raise NotFound
    hub.part(Receiving).forget(upload)
    return Finished(size=row.size)


async def forget_bytes(hub: Hub, upload: bytes) -> None:
    """Take an upload's bytes away, and what is kept beside them."""
    await hub.blobs.delete(key_of(upload))
    await hub.blobs.delete(segments.key_of(upload))


async def drop(hub: Hub, caller: Caller, upload: bytes, now: int) -> None:
    """Give an upload up; a job takes its bytes away."""
    async with hub.database.write() as unit:
        await upload_of(unit, caller, upload)
        if not await unit.run(queries.DROP, which=upload, dropped_at=now):
            raise Conflicting("An entry names this document: only the circle's owner can erase it.")
        unit.after_commit(lambda: hub.wakes.wake(DROP_JOB))
    hub.part(Receiving).forget(upload)


async def attach(unit: Unit, hub: Hub, posted: Posted) -> None:
    """A document's entry needs its finished upload; an erased one lets its bytes go. Raises NoUpload,
    Conflicting, NotAllowed."""
    facts = posted.facts
    if isinstance(facts, Document):
        await _attach(unit, posted, facts)
    elif isinstance(facts, Erase):
        await unit.run(queries.DROP_ERASED, of=posted.circle, erased=facts.entry, dropped_at=posted.now)
        unit.after_commit(lambda: hub.wakes.wake(DROP_JOB))


async def _attach(unit: Unit, posted: Posted, facts: Document) -> None:
    author, is_owner = posted.header.organisation, posted.header.organisation == posted.after.owner
    named = {"circle": posted.circle, "document": facts.document}
    whose = await check_version(unit, **named, number=facts.number, author=author, is_owner=is_owner)
    words = {**named, "number": facts.number, "worker": posted.header.worker, "size": facts.size}
    upload = await unit.value(queries.FINISHED, **words)
    if upload is None or not await unit.run(queries.ATTACH, which=upload, entry=posted.entry_hash):
        raise NoUpload("Upload the sealed document first, then post the entry that names it.")
    await unit.run(queries.PUT_DOCUMENT, **named, organisation=whose, number=facts.number)
