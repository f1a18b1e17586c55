"""Cursors: where a page ended, given out as hex and taken back as ``after``. What comes back is hostile."""

from __future__ import annotations

from struct import Struct
from typing import Any

from hub.kernel.refusals import Malformed
from hub.kernel.requests import LARGEST


def read_cursor(shape: Struct, after: bytes) -> tuple[Any, ...]:
    """The parts of a cursor of that shape (its length was checked). Raises Malformed for a number that no
    page ends with and no database column holds."""
    parts = shape.unpack(after)
    if any(isinstance(part, int) and part > LARGEST for part in parts):
        raise Malformed("after must be what next was.")
    return parts
