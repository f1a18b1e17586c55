"""The app and its files. Every address that no other room has is one of the app's own pages.

Scanners open the links in mails, several times, before any person does. Opening one consumes nothing and
tells nothing: it gives the app, the same for every token, known or not. No address is read here, and no
cookie set.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from aiohttp import web

from hub.kernel.access import Public
from hub.kernel.dispatch import rendered
from hub.kernel.limits import Rate
from hub.kernel.refusals import NotFound
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from hub.web import policy
from hub.web.site import INDEX, MANIFEST, MEDIA, File, Site
from policies.limits import limits

NEVER_PAGES = ("assets/", "opened/", "tabs/")
"""Files of the app; and what a browser's own service worker answers, which never comes to a hub."""
FILES = Rate(6000, 60, by="address")
"""An office behind one address loads the app at the same time every morning."""
LOOKS = Rate(limits().rates.mail_link_address.count, limits().rates.mail_link_address.seconds, by="address")


def _app(request: Request[None]) -> web.Response:
    """The page that is the app, or one that says how to build it."""
    index = request.hub.part(Site).index
    return _answer(request.web, index) if index is not None else _unbuilt()


def _answer(asked: web.Request, file: File) -> web.Response:
    form = file.form(_accepted(asked.headers.get("Accept-Encoding", "")))
    headers = policy.headers(file.path) | {"ETag": form.etag, "Vary": "Accept-Encoding"}
    if form.etag in asked.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    if form.encoding:
        headers["Content-Encoding"] = form.encoding
    return rendered(Reply(form.body, media=file.media, headers=headers))


def _accepted(header: str) -> frozenset[str]:
    """The encodings that the browser takes: names without a quality of nothing."""
    asked = (part.partition(";") for part in header.lower().split(","))
    return frozenset(
        name.strip() for name, _, quality in asked if quality.replace(" ", "") not in {"q=0", "q=0.0"}
    )


@cache
def _page() -> bytes:
    return (Path(__file__).parent / "pages" / "unbuilt.html").read_bytes()


def _unbuilt() -> web.Response:
    return rendered(Reply(_page(), status=404, media=MEDIA[".html"], headers=policy.headers(INDEX)))


@route("GET", "/go/{token:word}", access=Public(), raw=True, rate=LOOKS)
async def show_link(request: Request[None]) -> web.StreamResponse:
    return _app(request)


@route("HEAD", "/go/{token:word}", access=Public(), raw=True, rate=LOOKS)
async def show_link_head(request: Request[None]) -> web.StreamResponse:
    return _app(request)


@route("GET", "/.well-known/kith-web-manifest.json", access=Public(), raw=True, rate=FILES)
async def show_manifest(request: Request[None]) -> web.StreamResponse:
    """What the app consists of, for comparing with what was published: `kith verify-web`."""
    file = request.hub.part(Site).get(MANIFEST)
    if file is None:
        raise NotFound
    return _answer(request.web, file)


@route("GET", "/{path:rest}", access=Public(), raw=True, rate=FILES)
async def show(request: Request[None]) -> web.StreamResponse:
    return _shown(request)


@route("HEAD", "/{path:rest}", access=Public(), raw=True, rate=FILES)
async def show_head(request: Request[None]) -> web.StreamResponse:
    return _shown(request)


def _shown(request: Request[None]) -> web.Response:
    """A file, or for a person's address the app. What is missing among the files is missing."""
    path = request.web.match_info["path"]
    file = request.hub.part(Site).get(path)
    if file is not None:
        return _answer(request.web, file)
    wants_page = "text/html" in request.web.headers.get("Accept", "")
    if path and (path.startswith(NEVER_PAGES) or not wants_page):
        raise NotFound
    return _app(request)


ROUTES = (show_link, show_link_head, show_manifest, show, show_head)
