"""The anchor: what this machine last saw of the access log, kept beside the keys and outside the database.

An older backup of the database, put back, would let the log grow a second, different future, and every end
would raise an alarm against this hub. So a hub that finds its log behind its anchor appends nothing.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from hub.config import SettingsError

FILE = "access-log.anchor"


@dataclass(frozen=True, slots=True)
class Seen:
    """The log once had ``size`` leaves under ``root`` (32 bytes)."""

    size: int
    root: bytes


def read(folder: Path) -> Seen | None:
    """What was seen, or None on a first start. Raises SettingsError for a file that is not an anchor."""
    try:
        text = (folder / FILE).read_text("ascii")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise SettingsError(f"{FILE} beside the hub's keys cannot be read") from None
    size, _, root = text.strip().partition(" ")
    try:
        seen = Seen(int(size), bytes.fromhex(root))
    except ValueError:
        seen = Seen(-1, b"")
    if seen.size < 0 or len(seen.root) != 32:
        raise SettingsError(f"{FILE} beside the hub's keys is damaged")
    return seen


def write(folder: Path, seen: Seen) -> None:
    """Replace the anchor, whole and durable, unless another process of this machine is further. Blocks."""
    before = read(folder)
    if before is not None and before.size >= seen.size:
        return
    aside = folder / f".{FILE}.{os.getpid()}.{threading.get_ident()}"
    with aside.open("w", encoding="ascii") as file:
        file.write(f"{seen.size} {seen.root.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / FILE)
