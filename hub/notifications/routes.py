"""The page behind the link in a mail, and following it after signing in.

Scanners open links, several times, before any person does. So opening one consumes nothing and tells nothing:
the page is the same for every token, known or not.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from hub.kernel.access import Member, Public
from hub.kernel.limits import Rate
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from hub.notifications import following
from hub.notifications.schemas import Follow
from policies.limits import limits

HTML = "text/html; charset=utf-8"
CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-{}'"
LOOKS = Rate(limits().rates.mail_link_address.count, limits().rates.mail_link_address.seconds, by="address")


@cache
def page() -> bytes:
    """The page, read once from the package."""
    return (Path(__file__).parent / "pages" / "go.html").read_bytes()


@cache
def headers() -> dict[str, str]:
    """What a browser may do with the page: show it, in its own style, and nothing else."""
    style = page().partition(b"<style>")[2].partition(b"</style>")[0]
    digest = b64encode(sha256(style).digest()).decode()
    return {
        "Content-Security-Policy": CSP.format(digest),
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }


def _shown() -> Reply:
    return Reply(page(), media=HTML, headers=headers())


@route("GET", "/go/{token:word}", access=Public(), rate=LOOKS)
async def show_link(request: Request[None]) -> Reply:
    return _shown()


@route("HEAD", "/go/{token:word}", access=Public(), rate=LOOKS)
async def show_link_head(request: Request[None]) -> Reply:
    return _shown()


@route("POST", "/v1/links/follow", access=Member(), body=Follow)
async def follow_link(request: Request[Follow]) -> Reply:
    async with request.write() as unit:
        return Reply(await following.follow(unit, request.caller, request.body.token, request.now))


ROUTES = (show_link, show_link_head, follow_link)
