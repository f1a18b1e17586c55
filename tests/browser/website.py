"""The web mailbox as a hub serves it: built from its sources once, and again only when they changed."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
WEB = CHECKOUT / "mailbox" / "web"
BUILT = WEB / "dist"
_STAMP = BUILT / ".sources"
_BESIDE = ("index.html", "package-lock.json", "tsconfig.json", "vite.config.ts", "packing.ts")
_SECONDS = 600


def built() -> Path:
    """The folder of the app as its sources are now. Several test runs at once build it once."""
    with _held(WEB / "node_modules" / ".build-lock"):
        sources = _digest()
        if not _STAMP.is_file() or _STAMP.read_text() != sources:
            _build()
            _STAMP.write_text(sources)
    return BUILT


def _build() -> None:
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    if not vite.exists():
        raise AssertionError("The web mailbox's packages are missing: run npm ci in mailbox/web")
    node = shutil.which("node")
    assert node is not None, "Node.js builds the web mailbox"
    made = subprocess.run(
        [node, str(vite), "build", "--logLevel", "warn"],
        cwd=WEB,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if made.returncode != 0:
        raise AssertionError(f"The web mailbox cannot be built:\n{made.stdout[-4000:]}{made.stderr[-4000:]}")


def _digest() -> str:
    """Of every file that the build reads."""
    digest = hashlib.sha256()
    tables = sorted((CHECKOUT / "policies" / "data").glob("*.toml"))
    words = CHECKOUT / "crypto" / "private" / "words.txt"
    sources = sorted(path for path in (WEB / "src").rglob("*") if path.is_file())
    for path in (*sources, *(WEB / name for name in _BESIDE), *tables, words):
        if path.is_file():
            digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@contextmanager
def _held(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
