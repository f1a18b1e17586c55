"""Lists that come page by page. A hub that never says the last one, or leads round in circles, is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from keyholder.alarms import Kind
from keyholder.answers import Answer, Page

if TYPE_CHECKING:
    from keyholder.end import End

T = TypeVar("T", bound=Answer)
Cursor = str | int | None


async def every(end: End, page: Callable[[Cursor], Awaitable[Page[T]]], most: int) -> list[T]:
    """The first ``most`` rows. ``page`` fetches what comes after a cursor, which starts as None.

    Raises:
        Alarm: a page that is empty and yet not the last, or one that leads back.
    """
    rows: list[T] = []
    seen: set[Cursor] = {None}
    after: Cursor = None
    while len(rows) < most:
        got = await page(after)
        rows += got.items
        after = got.next
        if after is None:
            break
        if not got.items or after in seen:
            raise end.desk.keeper.alarm(Kind.MANGLED, cursor=str(after).encode())
        seen.add(after)
    return rows[:most]
