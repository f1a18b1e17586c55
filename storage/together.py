"""Several changes in one journey to PostgreSQL: each but the last a named part of one statement.

The server's answer costs a hub more than the change itself, so what is written together travels together.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from storage.statements import Statement

AT_ONCE = 12
"""Changes in one text. Each order of statements that callers use is prepared once, so keep orders few."""
_MARK = re.compile(r"\$(\d+)")


class Change(NamedTuple):
    """One statement that changes something, and its values."""

    statement: Statement
    values: Mapping[str, Any]


@lru_cache(maxsize=512)
def merged(texts: tuple[str, ...]) -> str:
    """One text for all; the values are those of the first, then of the second, and so on.

    Raises TypeError for a text that has named parts of its own: PostgreSQL allows them only at the top.
    """
    parts, offset = [], 0
    for text in texts:
        if text.startswith("WITH"):
            raise TypeError("a statement with named parts cannot run together with others")
        marks = {int(mark) for mark in _MARK.findall(text)}
        parts.append(_MARK.sub(lambda mark, by=offset: f"${int(mark[1]) + by}", text))  # type: ignore[misc]  # a bound default
        offset += len(marks)
    *named, last = parts
    if not named:
        return last
    return "WITH " + ", ".join(f"p{place} AS ({part})" for place, part in enumerate(named)) + " " + last
