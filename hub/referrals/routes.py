"""Letters over HTTP. Posting needs no session: a signature is the permission, and without one the rates
are tight."""

from __future__ import annotations

from hub.kernel.access import Member, Public
from hub.kernel.addresses import address_of
from hub.kernel.limits import Rate
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from hub.referrals import service
from hub.referrals.schemas import PAGE, POST_LIMIT, FetchLetter, PostLetter
from policies.limits import limits

_each = limits().rates.letters_address
UNSIGNED = Rate(_each.count, _each.seconds, by="proof")


@route(
    "POST",
    "/v1/letters",
    access=Public(),
    body=PostLetter,
    limit=POST_LIMIT,
    rate=Rate(600, 60, by="address"),
)
async def post_letter(request: Request[PostLetter]) -> Reply:
    letter, header = service.read(request.body, request.now)
    if not header.worker:
        request.spend(UNSIGNED, "letters", _address(request))
    async with request.write() as unit:
        posted, new = await service.post_letter(unit, request.hub, letter, header, request.body, request.now)
    return Reply(posted, status=201 if new else 200)


def _address(request: Request[PostLetter]) -> str:
    return address_of(request.web, request.hub.settings.proxies)


@route("GET", "/v1/letters", access=Member())
async def list_letters(request: Request[None]) -> Reply:
    after = request.query_bytes("after", low=service.CURSOR.size, high=service.CURSOR.size)
    limit = request.query_number("limit", PAGE, low=1, high=PAGE)
    async with request.read() as unit:
        return Reply(await service.list_letters(unit, request.caller, after, limit))


@route("POST", "/v1/letters/{letter:id}/fetch", access=Member(), body=FetchLetter, limit=128 * 1024)
async def fetch_letter(request: Request[FetchLetter]) -> Reply:
    letter = request.id("letter")
    return Reply(await service.fetch_letter(request.hub, request.caller, letter, request.body, request.now))


ROUTES = (post_letter, list_letters, fetch_letter)
