"""Following the link in a mail, after signing in. Opening it gives the web app, and consumes nothing."""

from __future__ import annotations

from hub.kernel.access import Member
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from hub.notifications import following
from hub.notifications.schemas import Follow


@route("POST", "/v1/links/follow", access=Member(), body=Follow)
async def follow_link(request: Request[Follow]) -> Reply:
    async with request.write() as unit:
        return Reply(await following.follow(unit, request.caller, request.body.token, request.now))


ROUTES = (follow_link,)
