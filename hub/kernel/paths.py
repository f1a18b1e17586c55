"""Path patterns whose parts have a shape, so that a handler only ever sees ids of the right length.

    /v1/circles/{circle:id}/entries/{entry:hash}     16 and 32 bytes in lower-case hex
    /v1/tiles/{level:int}/{name:word}                0 .. 10^15-1 without leading zeros; [a-z0-9-], at most 64
    /{path:rest}                                     whatever no other room has, below the root alone

Anything else is no such address: 404.
"""

from __future__ import annotations

import re

SHAPES = {
    "id": "[0-9a-f]{32}",
    "hash": "[0-9a-f]{64}",
    "int": "(?:0|[1-9][0-9]{0,14})",
    "word": "[a-z0-9-]{1,64}",
    "rest": "(?!v1(?:/|$)|healthz$|readyz$|metrics$)[^\\x00]*",
}

_PART = re.compile(r"\{([a-z_]+):([a-z]+)\}")
_PLAIN = re.compile(r"(?:/[a-z0-9._-]*)+")


def pattern(path: str) -> str:
    """The aiohttp pattern of a declared path. Raises TypeError for an unknown shape or odd characters."""
    if not _PLAIN.fullmatch(_PART.sub("x", path)):
        raise TypeError(f"{path!r} is not a path of plain parts and {{name:shape}}")
    return _PART.sub(_shaped, path)


def _shaped(part: re.Match[str]) -> str:
    name, shape = part.groups()
    if shape not in SHAPES:
        raise TypeError(f"{shape!r} is no shape: use one of {', '.join(SHAPES)}")
    return f"{{{name}:{SHAPES[shape]}}}"
