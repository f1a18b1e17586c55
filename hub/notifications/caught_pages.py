"""The catcher's pages: a list of mails, and one mail as plain text with its links.

They change nothing and run no script.
"""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.notifications.caught import PAGE, Folder

_HERE = Path(__file__).parent / "pages"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Pages:
    """The handlers, over one folder of mails."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.templates = Environment(
            loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    async def list_mails(self, request: web.Request) -> web.Response:
        """The newest page, or the page before a given number."""
        mails = self.folder.page(_number(request.query.get("before")))
        older = mails[-1].number if len(mails) == PAGE and mails[-1].number > 1 else None
        return self._page("caught-list.html", mails=mails, older=older)

    async def show_mail(self, request: web.Request) -> web.Response:
        """One mail."""
        number = _number(request.match_info["number"])
        mail = None if number is None else self.folder.read(number)
        if mail is None:
            raise web.HTTPNotFound(text="There is no such mail.")
        return self._page("caught-mail.html", mail=mail)

    async def style(self, _request: web.Request) -> web.Response:
        """The one style sheet."""
        return web.Response(text=(_HERE / "caught.css").read_text("utf-8"), content_type="text/css")

    def _page(self, template: str, **values: object) -> web.Response:
        return web.Response(
            text=self.templates.get_template(template).render(values), content_type="text/html"
        )


@web.middleware
async def _safe_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as refusal:
        refusal.headers.update(_HEADERS)
        raise
    response.headers.update(_HEADERS)
    return response


def app(folder: Folder) -> web.Application:
    """The pages as an application."""
    pages = Pages(folder)
    site = web.Application(middlewares=[_safe_headers], client_max_size=1024)
    site.router.add_get("/", pages.list_mails)
    site.router.add_get("/mails/{number}", pages.show_mail)
    site.router.add_get("/caught.css", pages.style)
    return site


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 8 else None
