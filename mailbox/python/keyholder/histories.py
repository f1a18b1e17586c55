"""The next headers of many circles, asked for at once: a long list would wait for a question for each.

Nothing is believed for it: each circle's logbook takes its page as if it had asked alone, and asks alone for
what did not come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from keyholder import answers
from keyholder.errors import Refused
from keyholder.pins import Place

if TYPE_CHECKING:
    from keyholder.desk import Desk
    from keyholder.logbook import Logbook

TOGETHER = 500
"""Circles in one question."""
MOST = 64 * 1024 * 1024
UNKNOWN = (404, 405)
"""What an older hub says to the question."""


class Foreseen(NamedTuple):
    """A page that was asked for together with others': where it begins, and the pin as it stood before."""

    after: int
    pin: Place | None
    page: answers.Headers


class _Waiting(NamedTuple):
    book: Logbook
    after: int
    pin: Place | None


async def ask_together(desk: Desk, books: Iterable[Logbook]) -> None:
    """Ask for what is new in these circles; each finds it at its next ``sync``. Raises Away, Refused."""
    waiting = [_Waiting(book, await book.taken_up(), desk.pins.circle(book.id)) for book in books]
    while waiting:
        done = await _ask(desk, waiting[:TOGETHER])
        if done < 1:
            return  # each asks for itself
        waiting = waiting[done:]


async def _ask(desk: Desk, waiting: Sequence[_Waiting]) -> int:
    """How many of these the hub looked at."""
    body = {"circles": [{"circle": each.book.id, "after": each.after} for each in waiting]}
    try:
        answer = await desk.connection.post("/v1/circles/histories", body, answers.Histories, most=MOST)
    except Refused as refused:
        if refused.status not in UNKNOWN:
            raise
        return 0
    found = {page.circle: page for page in answer.items}
    for book, after, pin in waiting:
        page = found.get(book.id)
        if page is not None:
            book.foresee(Foreseen(after, pin, page))
    return answer.done
