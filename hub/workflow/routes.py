"""Actions over HTTP. They are changed by posting entries alone; here they are only looked at."""

from __future__ import annotations

from hub.kernel.access import Member
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from hub.notifications.part import calendar_ready
from hub.workflow import service

PEOPLE = Member(roles=frozenset({"worker", "manager"}))
SCOPES = frozenset({"mine", "organisation", "owned"})
STATES = frozenset({"open", "all"})


@route("GET", "/v1/actions", access=PEOPLE)
async def list_actions(request: Request[None]) -> Reply:
    await calendar_ready(request.hub)
    scope = request.query_word("scope", "mine", SCOPES)
    state = request.query_word("state", "open", STATES)
    after = request.query_bytes("after", low=service.CURSOR, high=service.CURSOR)
    limit = request.query_number("limit", 50, low=1, high=100)
    async with request.read() as unit:
        page = await service.list_actions(unit, request.caller, scope, state, after, limit, request.now)
    return Reply(page)


@route("GET", "/v1/today", access=PEOPLE)
async def show_today(request: Request[None]) -> Reply:
    await calendar_ready(request.hub)
    async with request.read() as unit:
        return Reply(await service.today(unit, request.caller, request.now))


ROUTES = (list_actions, show_today)
