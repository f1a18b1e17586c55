"""HTTP of the access log. Checkpoints and proofs are for anyone: salted leaves say nothing."""

from __future__ import annotations

from hub.audit import service
from hub.audit.schemas import LogState, PostStatements
from hub.kernel.access import Member, Public
from hub.kernel.limits import Rate
from hub.kernel.refusals import Malformed
from hub.kernel.replies import Reply
from hub.kernel.requests import LARGEST, Request
from hub.kernel.routes import route
from policies.limits import limits

_each = limits().rates.statements_worker
STATEMENTS = Rate(_each.count, _each.seconds)
READS = Member(roles=frozenset({"manager", "reviewer"}))


@route(
    "POST",
    "/v1/statements",
    access=Member(),
    body=PostStatements,
    limit=limits().requests.json_max,
    rate=STATEMENTS,
)
async def post_statements(request: Request[PostStatements]) -> Reply:
    recorded = await service.post(request.hub, request.body.statements, request.caller, request.now)
    return Reply(LogState(**recorded._asdict()), status=201)


@route("GET", "/v1/log/checkpoint", access=Public())
async def read_checkpoint(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await service.read_checkpoint(unit))


@route("GET", "/v1/log/consistency", access=Public())
async def prove_consistency(request: Request[None]) -> Reply:
    new = request.query_number("new", 0, low=1)
    old = request.query_number("old", 0, high=new)
    async with request.read() as unit:
        return Reply(await service.prove_consistency(unit, old, new))


@route("GET", "/v1/log/inclusion", access=Public())
async def prove_inclusion(request: Request[None]) -> Reply:
    leaf = request.query_bytes("leaf", low=32, high=32)
    if leaf is None:
        raise Malformed("leaf must be 32 bytes in lower-case hex")
    size = request.query_number("size", 0, low=1)
    async with request.read() as unit:
        return Reply(await service.prove_inclusion(unit, leaf, size))


@route("GET", "/v1/log/statements", access=READS)
async def list_statements(request: Request[None]) -> Reply:
    after = request.query_number("after", LARGEST)
    circle, worker = request.query_bytes("circle", low=32, high=32), request.query_bytes("worker")
    limit = request.query_number("limit", 100, low=1, high=100)
    async with request.read() as unit:
        page = await service.list_statements(
            unit, request.caller, -1 if after == LARGEST else after, circle, worker, limit
        )
    return Reply(page)


ROUTES = (post_statements, read_checkpoint, prove_consistency, prove_inclusion, list_statements)
