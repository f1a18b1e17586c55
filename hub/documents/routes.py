"""Documents over HTTP. Bytes always stream through the hub: a link would outlive a statement and a
withdrawal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from crypto.segments import PREFIX
from hub.documents import plaintext, segments, service, tickets
from hub.documents.receiving import Receiving
from hub.documents.schemas import AskTicket, Begin, Finish
from hub.kernel import bodies, streams
from hub.kernel.access import Member
from hub.kernel.dispatch import rendered
from hub.kernel.limits import Rate
from hub.kernel.refusals import TooSlow
from hub.kernel.replies import BYTES, Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from policies.limits import limits

_rates = limits().rates
UPLOADS = Rate(_rates.uploads_worker.count, _rates.uploads_worker.seconds)
SLOWEST, GRACE = 32 * 1024, 15.0
"""Bytes a second, after a first while in seconds: a part holds room in memory that others wait for."""
READS = Rate(_rates.reads_worker.count, _rates.reads_worker.seconds)


@route("POST", "/v1/circles/{circle:hash}/uploads", access=Member(), body=Begin, rate=UPLOADS)
async def begin(request: Request[Begin]) -> Reply:
    circle = request.id("circle")
    async with request.write() as unit:
        return Reply(await service.begin(unit, request.caller, circle, request.body, request.now))


@route("GET", "/v1/uploads/{upload:id}", access=Member())
async def read_upload(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await service.read_upload(unit, request.caller, request.id("upload")))


@route("PUT", "/v1/uploads/{upload:id}/parts/{number:int}", access=Member(), raw=True)
async def put_part(request: Request[None]) -> web.StreamResponse:
    upload, number, receiving = request.id("upload"), request.number("number"), request.hub.part(Receiving)
    with receiving.alone(upload):
        async with request.read() as unit:
            expected = await service.expect(unit, request.caller, upload, number, request.web.content_length)
        async with receiving.room(request.caller.worker, request.caller.organisation):
            data = await _read_part(request, expected)
            if expected.is_safe:
                return rendered(Reply(service.received(expected)))
            return rendered(Reply(await service.store_part(request.hub, expected, data, request.now)))


async def _read_part(request: Request[None], expected: service.Expected) -> bytearray:
    """The whole part. Its first bytes are looked at as soon as they are there. Raises NotSealed,
    WrongSize, TooSlow."""
    data, filled, looked = bytearray(expected.length), 0, expected.number > 1
    loop = asyncio.get_running_loop()
    ends = loop.time() + GRACE
    async for chunk in bodies.chunks(request.web, expected.length):
        data[filled : filled + len(chunk)] = chunk
        filled += len(chunk)
        if loop.time() > ends + filled / SLOWEST:
            raise TooSlow("Send the part again over a faster line.")
        if not looked and filled >= len(PREFIX):
            plaintext.check_prefix(bytes(data[: min(filled, 4096)]))
            looked = True
    if filled != expected.length or not looked:
        raise service.WrongSize(expected=expected.length)
    return data


@route("POST", "/v1/uploads/{upload:id}/finish", access=Member(), body=Finish, limit=512 * 1024)
async def finish(request: Request[Finish]) -> Reply:
    upload = request.id("upload")
    return Reply(await service.finish(request.hub, request.caller, upload, request.body, request.now))


@route("DELETE", "/v1/uploads/{upload:id}", access=Member())
async def drop(request: Request[None]) -> Reply:
    await service.drop(request.hub, request.caller, request.id("upload"), request.now)
    return Reply()


@route(
    "POST",
    "/v1/circles/{circle:hash}/documents/{document:id}/{number:int}/tickets",
    access=Member(),
    body=AskTicket,
    limit=128 * 1024,
    rate=READS,
)
async def ask_ticket(request: Request[AskTicket]) -> Reply:
    circle, document, number = request.id("circle"), request.id("document"), request.number("number")
    ticket = await tickets.ask_ticket(
        request.hub, request.caller, circle, document, number, request.body, request.now
    )
    return Reply(ticket, status=201)


@route("GET", "/v1/tickets/{ticket:hash}", access=Member(), raw=True)
async def read_bytes(request: Request[None]) -> web.StreamResponse:
    wanted = request.web.headers.get("Range")
    async with request.read() as unit:
        piece = await tickets.redeem(unit, request.caller, request.id("ticket"), wanted, request.now)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    if not piece.is_whole:
        headers["Content-Range"] = f"bytes {piece.start}-{piece.stop - 1}/{piece.size}"
    body = await _begun(request.hub.blobs.read(service.key_of(piece.upload), piece.start, piece.stop))
    return await streams.send(
        request.web,
        body,
        length=piece.stop - piece.start,
        status=200 if piece.is_whole else 206,
        media=BYTES,
        headers=headers,
    )


@route("GET", "/v1/tickets/{ticket:hash}/segments", access=Member(), rate=READS)
async def read_segments(request: Request[None]) -> Reply:
    async with request.read() as unit:
        piece = await tickets.redeem(unit, request.caller, request.id("ticket"), None, request.now)
    return Reply(await segments.read(request.hub, piece.upload))


async def _begun(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same chunks, the first of which is there: a store that is away is told before an answer begins."""
    first = await anext(chunks, b"")

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    return all_of_them()


ROUTES = (begin, read_upload, put_part, finish, drop, ask_ticket, read_bytes, read_segments)
