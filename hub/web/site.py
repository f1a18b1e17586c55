"""The built app, read whole when the hub starts: nothing that was not in its folder then is ever served.

Each file may have compressed twins beside it (``x.js.br``, ``x.js.gz``), made by the build.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.config import SettingsError
from hub.kernel.context import Hub

INDEX = "index.html"
MANIFEST = "manifest.json"
MOST_FILES = 2_000
MOST_BYTES = 64 * 1024 * 1024
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""The smaller first."""
UNKNOWN = "application/octet-stream"
MEDIA: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Form:
    """One way to send a file: ``encoding`` is empty for the file as it is."""

    encoding: str
    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class File:
    """One file. ``forms`` are in the order of preference; the last one is the file as it is."""

    path: str
    media: str
    forms: tuple[Form, ...]

    def form(self, accepted: frozenset[str]) -> Form:
        """The best form for a browser that takes those encodings."""
        return next(form for form in self.forms if not form.encoding or form.encoding in accepted)


class Site:
    """Every file by its path, without a leading slash. Empty where no app was built."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files

    def get(self, path: str) -> File | None:
        """The file at that path."""
        return self._files.get(path)

    @property
    def index(self) -> File | None:
        """The page that is the app."""
        return self._files.get(INDEX)


def read_site(folder: Path) -> Site:
    """All files below ``folder``. Raises SettingsError when these cannot be a built app."""
    if not (folder / INDEX).is_file():
        return Site({})
    contents: dict[str, bytes] = {}
    left = MOST_BYTES
    for path, size in _found(folder):
        left -= size
        if left < 0 or len(contents) == MOST_FILES:
            raise SettingsError(f"KITH_WEB: {folder} holds more than a built app does")
        contents[path.relative_to(folder).as_posix()] = path.read_bytes()
    twins = tuple(suffix for _, suffix in ENCODINGS)
    return Site({path: _file(path, contents) for path in contents if not path.endswith(twins)})


def _found(folder: Path) -> Iterator[tuple[Path, int]]:
    """Regular files alone, and no hidden ones: a link could lead anywhere."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path, path.stat().st_size


def _file(path: str, contents: Mapping[str, bytes]) -> File:
    plain = contents[path]
    tag = hashlib.sha256(plain).hexdigest()[:32]
    twins = [
        Form(encoding, contents[path + suffix], f'"{tag}-{encoding}"')
        for encoding, suffix in ENCODINGS
        if len(contents.get(path + suffix, plain)) < len(plain)
    ]
    return File(path, MEDIA.get(Path(path).suffix, UNKNOWN), (*twins, Form("", plain, f'"{tag}"')))


@asynccontextmanager
async def start(hub: Hub) -> AsyncIterator[Site]:
    """One `Site` for each process."""
    yield await asyncio.to_thread(read_site, hub.settings.web)
