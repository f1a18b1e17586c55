"""Looking for plaintext where none may be: raw, base64 at each alignment, base64url, hexadecimal, UTF-16."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path


def disguises(plain: bytes) -> Iterator[bytes]:
    """Every form in which ``plain`` would be found inside a longer text that holds it."""
    yield plain
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for lead in range(3):
        whole = base64.b64encode(bytes(lead) + plain)
        # The first and last characters also depend on the neighbours; what is between does not.
        inner = whole[4 if lead else 0 : -4]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def forms(text: str | bytes) -> set[bytes]:
    """All disguises of a text (as UTF-8, JSON-escaped, and UTF-16) or of some bytes."""
    if isinstance(text, bytes):
        return set(disguises(text))
    escaped = text.encode("ascii", "backslashreplace")
    return {d for plain in (text.encode(), escaped, text.encode("utf-16-le")) for d in disguises(plain)}


def found(folders: Iterable[Path], needles: Iterable[str | bytes]) -> list[tuple[str, bytes]]:
    """(file name, form) for every needle that stands in any file below the folders."""
    wanted = [form for needle in needles for form in forms(needle)]
    hits = []
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = file.read_bytes()
            hits += [(file.name, form) for form in wanted if form in content]
    return hits
