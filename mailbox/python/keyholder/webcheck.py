"""Comparing the web mailbox that a hub serves with the one that was published.

It asks as a browser asks, so that a hub which serves something else to browsers has to serve it here too.
What a hub serves to one person and nobody else, only that person's own check could show.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from keyholder.connection import PAGES, Connection, Page
from keyholder.errors import LocalTrouble

WHERE = "/.well-known/kith-web-manifest.json"
INDEX = "index.html"
PLAIN = (
    "/", "/sign-in", "/unlock", "/recover", "/enrol", "/today", "/circles", "/circles/new", "/organisation",
    "/organisation/invite", "/organisation/admit", "/settings", "/connection", "/security",
)  # fmt: skip
DEEP = (
    "/go/{64}", "/circles/{64}", "/circles/{64}/plan", "/circles/{64}/documents", "/circles/{64}/people",
    "/circles/{64}/timeline", "/circles/{64}/about", "/circles/{64}/invite",
    "/circles/{64}/documents/{32}/1", "/organisation/leaver/{32}", "/{16}",
)  # fmt: skip
"""Addresses of people, which all give the published page. ``{n}`` stands for n hex digits, new each time."""
LARGEST = 32 * 1024 * 1024
ENCODINGS = ("gzip, deflate, br", "gzip", "identity")
COMPILING = re.compile(r"assets/(?:(?:vault|hash)\.worker-[\w-]+\.js|pdf\.worker\.min-[\w-]+\.mjs)")
"""The workers that may compile WebAssembly."""


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the app."""

    path: Annotated[str, Meta(max_length=300, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._/-]*$")]
    size: Annotated[int, Meta(ge=0, le=LARGEST)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


Manifest = Mapping[str, Listed]
_Rows = Annotated[list[Listed], Meta(max_length=2000)]


@dataclass(slots=True)
class Report:
    """What was found. Empty lists all over: the hub serves what was published, under the rules it must."""

    files: int = 0
    differs: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    """Scripts and styles that the page refers to and that were not published."""
    headers: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing was found."""
        return not (self.differs or self.missing or self.extra or self.strange or self.headers)


def packaged() -> Path:
    """The manifest that came with this program: of the wheel it is in, or of this checkout's build."""
    here = Path(__file__).resolve()
    places = (
        here.parents[1] / "hub" / "website" / "manifest.json",
        here.parents[2] / "web" / "dist" / "manifest.json",
    )
    return next((place for place in places if place.is_file()), places[0])


def read_manifest(raw: bytes) -> Manifest:
    """A manifest by path. Raises LocalTrouble."""
    try:
        rows = msgspec.json.decode(raw, type=_Rows)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise LocalTrouble("That is not the manifest of a web mailbox.") from None
    found = {row.path: row for row in rows}
    if len(found) != len(rows) or INDEX not in found or any(".." in path for path in found):
        raise LocalTrouble("That is not the manifest of a web mailbox.")
    return found


async def compare(connection: Connection, published: Manifest, *, https: bool) -> Report:
    """Fetch all that the hub serves and say what is not as published. Raises Away."""
    report = Report()
    served = await _served(connection, report)
    report.missing += sorted(published.keys() - served.keys()) if served else []
    report.extra += sorted(served.keys() - published.keys())
    asked = [(path, False) for path in published.keys() | served.keys()]
    asked += [(address, True) for address in peoples()]
    secrets.SystemRandom().shuffle(asked)  # a hub cannot tell by the order that it is being checked
    for path, is_page in asked:
        if is_page:
            await _compare_page(connection, path, published, report, https=https)
        else:
            await _compare_file(connection, path, published.get(path), report, https=https)
    for found in (report.differs, report.missing, report.headers):
        found.sort()
    report.strange = sorted(set(report.strange))
    return report


def peoples() -> list[str]:
    """Addresses to ask for: every kind the app has, with ids that nobody has seen before."""
    return [*PLAIN, *(re.sub(r"\{(\d+)\}", lambda found: _hex(int(found[1])), each) for each in DEEP)]


def _hex(digits: int) -> str:
    return secrets.token_hex(digits // 2)


async def _served(connection: Connection, report: Report) -> Manifest:
    """What the hub says that it serves."""
    page = await connection.page(WHERE, ENCODINGS[0], most=LARGEST)
    try:
        if page.status != 200:
            raise LocalTrouble
        return read_manifest(page.body)
    except LocalTrouble:
        report.missing.append(WHERE)
        return {}


async def _compare_file(
    connection: Connection, path: str, listed: Listed | None, report: Report, *, https: bool
) -> None:
    report.files += 1
    for encoding in ENCODINGS:
        page = await connection.page(f"/{path}", encoding, most=LARGEST)
        if page.status == 404 and listed is not None:
            if path not in report.missing:
                report.missing.append(path)
            return
        if listed is not None and not _is(page, listed):
            report.differs.append(f"{path} ({encoding})")
        if encoding == ENCODINGS[0]:
            compiles = COMPILING.fullmatch(path) is not None
            report.headers += _wrong_headers(f"/{path}", page, compiles=compiles, https=https)


def _is(page: Page, listed: Listed) -> bool:
    same = hashlib.sha256(page.body).hexdigest() == listed.sha256
    return page.status == 200 and len(page.body) == listed.size and same


async def _compare_page(
    connection: Connection, address: str, published: Manifest, report: Report, *, https: bool
) -> None:
    page = await connection.page(address, ENCODINGS[0], most=LARGEST, accept=PAGES)
    if not _is(page, published[INDEX]):
        report.differs.append(address)
    report.headers += _wrong_headers(address, page, compiles=False, https=https)
    report.strange += [name for name in _named(page.body) if name not in published]


class _Scripts(HTMLParser):
    """The files that a page names, and "inline" for a script or style that stands in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script":
            self.found.append(given.get("src", "inline script"))
        elif tag == "link" and given.get("rel", "").lower() in {"stylesheet", "modulepreload", "preload"}:
            self.found.append(given.get("href", ""))
        elif tag in {"style", "iframe", "object", "embed", "base"}:
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name in given if name.startswith("on") or name == "style"]


def _named(body: bytes) -> Iterable[str]:
    parser = _Scripts()
    parser.feed(body.decode("utf-8", "replace"))
    return [name.removeprefix("/") if not name.startswith("//") else name for name in parser.found]


EXACT = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}
NEVER = (
    "set-cookie", "refresh", "link", "location", "clear-site-data", "speculation-rules", "content-location",
)  # fmt: skip
"""Headers that could send a browser elsewhere, load something else or keep something."""
SELF, SHOWN = {"'self'"}, {"'self'", "blob:"}
MAY: Mapping[str, set[str]] = {
    "script-src": SELF,
    "style-src": SELF,
    "font-src": SELF,
    "connect-src": SELF,
    "worker-src": SELF,
    "manifest-src": SELF,
    "img-src": SHOWN,
    "media-src": SHOWN,
    "trusted-types": {"kith"},
}
NONE = ("default-src", "frame-ancestors", "form-action", "base-uri")


def _wrong_headers(address: str, page: Page, *, compiles: bool, https: bool) -> list[str]:
    if page.status != 200:
        return []
    wrong = [name for name, value in EXACT.items() if page.headers.get(name) != value]
    if https and "max-age=" not in page.headers.get("strict-transport-security", ""):
        wrong.append("strict-transport-security")
    wrong += [name for name in NEVER if name in page.headers]
    if "service-worker-allowed" in page.headers and address != "/sw.js":
        wrong.append("service-worker-allowed")
    wrong += _wrong_policy(page.headers.get("content-security-policy", ""), compiles=compiles)
    return [f"{address}: {name}" for name in wrong]


def _wrong_policy(text: str, *, compiles: bool) -> list[str]:
    """The directives that are missing, or allow more than the app needs."""
    parts = [part.split() for part in text.split(";") if part.strip()]
    found = {part[0].lower(): set(part[1:]) for part in reversed(parts)}  # a browser takes the first
    wrong = [name for name in NONE if found.get(name) != {"'none'"}]
    if "'script'" not in found.get("require-trusted-types-for", set()):
        wrong.append("require-trusted-types-for")
    for name, given in found.items():
        may = MAY.get(name, set()) | ({"'wasm-unsafe-eval'"} if compiles and name == "script-src" else set())
        if name not in {*NONE, "require-trusted-types-for"} and not given <= may | {"'none'"}:
            wrong.append(name)
    if "script-src" not in found or "trusted-types" not in found:
        wrong.append("script-src")
    return [f"content-security-policy {name}" for name in wrong]
