"""What a file is by its bytes: libmagic's word for its beginning, and the names in it when it is a container.

Nothing is judged here: ``policies.documents`` does that with what is found.
"""

from __future__ import annotations

import struct
import zipfile
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from policies.documents import Found

LOOKED_AT = 256 * 1024
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
LARGEST_INDEX = 8 * 1024 * 1024
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LONGEST_COMMENT = 0xFFFF


def inspect(path: Path) -> Found:
    """Look at one file. OSError when it cannot be read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    inside = names_inside(path) if start.startswith(ZIP_STARTS) else None
    return Found(path.name, size, detect(start), inside)


def detect(start: bytes) -> str:
    """The media type that the first bytes look like."""
    if not start:
        return "inode/x-empty"
    return str(_magic().from_buffer(start, mime=True))


def names_inside(path: Path) -> tuple[str, ...] | None:
    """The names in a zip container; None when its index is damaged, or larger than any honest document's."""
    if not _index_is_small(path):
        return None
    try:
        with zipfile.ZipFile(path) as container:
            return tuple(container.namelist())
    except (zipfile.BadZipFile, RuntimeError, ValueError, OSError):
        return None


def _index_is_small(path: Path) -> bool:
    """Python reads the whole index at once, so its length is looked at first."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - _LONGEST_COMMENT - _END.size))
        tail = file.read()
    place = tail.rfind(_END_MARK)
    if place < 0 or place + _END.size > len(tail):
        return False
    _, _, _, _, count, index, _, _ = _END.unpack_from(tail, place)
    return bool(count < 0xFFFF and index <= LARGEST_INDEX)


@cache
def _magic() -> ModuleType:
    """python-magic over the system's libmagic, or else over the one that pylibmagic makes findable."""
    try:
        return import_module("magic")
    except ImportError:
        import_module("pylibmagic")
        return import_module("magic")
