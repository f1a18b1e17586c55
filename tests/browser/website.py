"""The web mailbox as a hub serves it: built from its sources once, and again only when they changed."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
WEB = CHECKOUT / "mailbox" / "web"
_SECONDS = 600


def built() -> Path:
    """The folder of the app as its sources are now. Several test runs at once build it once."""
    script = CHECKOUT / "scripts" / "build-web"
    with _held(WEB / ".build-lock"):
        made = subprocess.run(
            ["sh", script, sys.prefix], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    said = made.stdout[-4000:] + made.stderr[-4000:]
    assert made.returncode == 0, f"The web mailbox cannot be built:\n{said}"
    return WEB / "dist"


@contextmanager
def _held(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
