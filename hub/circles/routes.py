"""Circles over HTTP."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.circles import access, assigning, histories, naming, posting, reading, wraps
from hub.circles.schemas import (
    HEADERS,
    LIST_MOST,
    PAGE,
    POST_LIMIT,
    Assign,
    Fetch,
    Histories,
    Names,
    PostEntry,
    PostWraps,
)
from hub.kernel.access import Manager, Member
from hub.kernel.limits import Rate
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from policies.limits import limits

_rates = limits().rates
POSTS = Rate(_rates.posts_worker.count, _rates.posts_worker.seconds)
READS = Rate(_rates.reads_worker.count, _rates.reads_worker.seconds)


@route(
    "POST",
    "/v1/circles/{circle:hash}/entries",
    access=Member(),
    body=PostEntry,
    limit=POST_LIMIT,
    rate=POSTS,
)
async def post_entry(request: Request[PostEntry]) -> Reply:
    draft = posting.read(request.id("circle"), request.body, request.caller, request.now)
    async with request.write() as unit:
        receipt, new = await posting.post_entry(unit, request.hub, request.caller, draft, request.now)
    return Reply(receipt, status=201 if new else 200)


@route("GET", "/v1/circles", access=Member())
async def list_circles(request: Request[None]) -> Reply:
    after = request.query_bytes("after", low=reading.CURSOR.size, high=reading.CURSOR.size)
    limit = request.query_number("limit", PAGE, low=1, high=LIST_MOST)
    async with request.read() as unit:
        return Reply(await reading.list_circles(unit, request.caller, after, limit))


@route("POST", "/v1/circles/names", access=Member(), body=Names, limit=512 * 1024, rate=READS)
async def read_names(request: Request[Names]) -> Reply:
    names = await naming.read_names(
        request.hub, request.caller, request.body, request.now, all_boxes=_all_boxes(request)
    )
    return Reply(names)


@route("POST", "/v1/circles/wraps", access=Member(), body=PostWraps, limit=256 * 1024, rate=READS)
async def put_wraps(request: Request[PostWraps]) -> Reply:
    async with request.write() as unit:
        await wraps.put(unit, request.caller, request.body.items)
    return Reply()


@route("GET", "/v1/circles/{circle:hash}/headers", access=Member())
async def read_headers(request: Request[None]) -> Reply:
    after = request.query_number("after", 0)
    limit = request.query_number("limit", HEADERS, low=1, high=HEADERS)
    async with request.read() as unit:
        page = await reading.read_headers(
            unit, request.hub, request.caller, request.id("circle"), after, limit
        )
    return Reply(page)


@route("POST", "/v1/circles/histories", access=Member(), body=Histories, limit=128 * 1024, rate=READS)
async def read_histories(request: Request[Histories]) -> Reply:
    async with request.read() as unit:
        return Reply(await histories.read_histories(unit, request.hub, request.caller, request.body))


@route("POST", "/v1/circles/{circle:hash}/fetch", access=Member(), body=Fetch, limit=128 * 1024, rate=READS)
async def fetch(request: Request[Fetch]) -> Reply:
    circle = request.id("circle")
    fetched = await reading.fetch(
        request.hub, request.caller, circle, request.body, request.now, all_boxes=_all_boxes(request)
    )
    return Reply(fetched)


def _all_boxes(request: Request[Any]) -> bool:
    """Whether boxes are wanted that a copy stands for: one that turned out bad, say."""
    return request.query_word("boxes", "needed", frozenset({"needed", "all"})) == "all"


@route("GET", "/v1/circles/{circle:hash}/readers", access=Member())
async def list_readers(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await reading.list_readers(unit, request.caller, request.id("circle")))


@route("PUT", "/v1/circles/{circle:hash}/assignments/{worker:id}", access=Member(), body=Assign)
async def assign(request: Request[Assign]) -> Reply:
    circle, worker = request.id("circle"), request.id("worker")
    async with request.write() as unit:
        await assigning.assign(unit, request.caller, circle, worker, request.body.on, request.now)
    return Reply()


@route("GET", "/v1/circles/{circle:hash}/assignments", access=Member())
async def list_assignments(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await assigning.list_assignments(unit, request.caller, request.id("circle")))


@route("GET", "/v1/colleagues/{worker:id}/circles", access=Manager())
async def list_worked_on(request: Request[None]) -> Reply:
    worker = request.id("worker")
    after = request.query_bytes("after", low=32, high=32) or assigning.FIRST
    limit = request.query_number("limit", PAGE, low=1, high=PAGE)
    async with request.read() as unit:
        return Reply(await assigning.list_worked_on(unit, request.caller, worker, after, limit))


@route("GET", "/v1/live", access=Member(), raw=True)
async def live(request: Request[None]) -> web.StreamResponse:
    """Wake-ups for the caller and for the caller's organisation. ``?pad=1``: see `live.PADDING`."""
    caller = request.caller
    access.require_casework(caller)
    audiences = (caller.organisation, caller.worker)
    padded = request.query_number("pad", 0, high=1) == 1
    return await request.hub.live.stream(
        request.web, worker=caller.worker, audiences=audiences, padded=padded
    )


ROUTES = (
    post_entry,
    list_circles,
    read_names,
    put_wraps,
    read_headers,
    read_histories,
    fetch,
    list_readers,
    assign,
    list_assignments,
    list_worked_on,
    live,
)
