"""HTTP of organisations: the authority, the directory, chains and keys, and how people come in."""

from __future__ import annotations

from hub.kernel.access import Manager, Member, Public, SignedIn
from hub.kernel.limits import Rate
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from hub.organisations import admissions, authority, events, service
from hub.organisations.schemas import (
    EVENT_BODY_MAX,
    SIGNED_MAX,
    Enrol,
    Invite,
    Look,
    PostDocument,
    PostEvent,
    Recover,
    Roots,
)
from policies.limits import limits

RATES = limits().rates
ENROLMENT = Rate(RATES.enrolment_address.count, RATES.enrolment_address.seconds, by="address")
DOCUMENTS = Rate(60, 60, by="address")
INVITATIONS = RATES.invitations_organisation
MANAGES = Member(roles=frozenset({"manager", "kit"}))
EVERYONE = Member(roles=frozenset({"worker", "manager", "reviewer", "kit"}))
FIRST = b""


def _limit(request: Request[None], most: int = 100) -> int:
    return request.query_number("limit", most, low=1, high=most)


@route("GET", "/v1/authority", access=Public())
async def read_roots(request: Request[None]) -> Reply:
    after = request.query_number("after", 0)
    async with request.read() as unit:
        rows = await authority.roots(unit, after, _limit(request))
    return Reply(Roots(roots=[row.signed for row in rows]))


@route(
    "POST",
    "/v1/authority/documents",
    access=Public(),
    body=PostDocument,
    rate=DOCUMENTS,
    limit=SIGNED_MAX * 4 // 3 + 1024,
)
async def post_document(request: Request[PostDocument]) -> Reply:
    async with request.write() as unit:
        await authority.accept(unit, request.hub, request.body, request.now)
    return Reply()


@route("GET", "/v1/organisations", access=EVERYONE)
async def list_organisations(request: Request[None]) -> Reply:
    after = request.query_bytes("after") or FIRST
    async with request.read() as unit:
        return Reply(await service.list_accredited(unit, request.caller, after, _limit(request), request.now))


@route("GET", "/v1/organisations/{organisation:id}/chain", access=SignedIn())
async def read_chain(request: Request[None]) -> Reply:
    after, limit = request.query_number("after", 0), _limit(request, 200)
    async with request.read() as unit:
        page = await service.read_chain(unit, request.caller, request.id("organisation"), after, limit)
    return Reply(page)


@route(
    "POST",
    "/v1/organisations/{organisation:id}/events",
    access=MANAGES,
    body=PostEvent,
    limit=EVENT_BODY_MAX,
)
async def post_event(request: Request[PostEvent]) -> Reply:
    async with request.write() as unit:
        state = await events.post(
            unit, request.hub, request.caller, request.id("organisation"), request.body, request.now
        )
    return Reply(state)


@route("GET", "/v1/organisations/{organisation:id}/keys", access=EVERYONE)
async def read_keys(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await service.read_keys(unit, request.caller, request.id("organisation")))


@route("POST", "/v1/organisations/{organisation:id}/invitations", access=Manager(), body=Invite, limit=4096)
async def invite(request: Request[Invite]) -> Reply:
    organisation = request.id("organisation")
    request.spend(Rate(INVITATIONS.count, INVITATIONS.seconds), "invitations", request.caller.organisation)
    async with request.write() as unit:
        made = await admissions.invite(
            unit, request.hub, request.caller, organisation, request.body, request.now
        )
    return Reply(made, status=201)


@route("GET", "/v1/organisations/{organisation:id}/waiting", access=MANAGES)
async def list_waiting(request: Request[None]) -> Reply:
    organisation = request.id("organisation")
    admissions.require_manages(request.caller, organisation, kit=True)
    after = request.query_bytes("after") or FIRST
    async with request.read() as unit:
        return Reply(await service.list_waiting(unit, organisation, after, _limit(request)))


@route("GET", "/v1/organisations/{organisation:id}/workers", access=EVERYONE)
async def list_workers(request: Request[None]) -> Reply:
    after = request.query_bytes("after") or FIRST
    async with request.read() as unit:
        page = await service.list_workers(
            unit, request.caller, request.id("organisation"), after, _limit(request)
        )
    return Reply(page)


@route("POST", "/v1/enrolments/look", access=Public(), body=Look, rate=ENROLMENT, limit=1024)
async def look(request: Request[Look]) -> Reply:
    async with request.read() as unit:
        return Reply(await admissions.look(unit, request.hub, request.body, request.now))


@route("POST", "/v1/enrolments", access=Public(), body=Enrol, rate=ENROLMENT)
async def enrol(request: Request[Enrol]) -> Reply:
    async with request.write() as unit:
        state = await admissions.enrol(unit, request.body, request.now)
    return Reply(state)


@route("POST", "/v1/recovery/enrolments", access=Member(roles=frozenset({"kit"})), body=Recover)
async def recover(request: Request[Recover]) -> Reply:
    async with request.write() as unit:
        state = await admissions.recover(unit, request.caller, request.body, request.now)
    return Reply(state)


ROUTES = (
    read_roots,
    post_document,
    list_organisations,
    read_chain,
    post_event,
    read_keys,
    invite,
    list_waiting,
    list_workers,
    look,
    enrol,
    recover,
)
