"""Which circles a colleague works on, and handing them over: a manager's work, which the hub enforces."""

from __future__ import annotations

from collections.abc import AsyncIterator

from keyholder import answers
from keyholder.desk import Desk
from keyholder.errors import NotReady

PAGES = 100


class Caseload:
    """Who of the own organisation works on what."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def of(self, worker: bytes) -> list[answers.WorkedOnRow]:
        """The circles a colleague is assigned to; also of one who left. Raises Refused: not a manager."""
        return [row async for row in self._rows(worker)]

    async def hand_over(self, worker: bytes, to: bytes) -> int:
        """Put ``to`` on every circle of ``worker``, who comes off it: never is nobody on one. How many.

        It may stop anywhere and be done again: what is handed over stays so. Raises NotReady, Refused.
        """
        if worker == to:
            raise NotReady("Choose another colleague.")
        rows = await self.of(worker)
        for row in rows:
            await self._assign(row.circle, to, on=True)
            await self._assign(row.circle, worker, on=False)
        return len(rows)

    async def _rows(self, worker: bytes) -> AsyncIterator[answers.WorkedOnRow]:
        path, after = f"/v1/colleagues/{worker.hex()}/circles", None
        for _ in range(PAGES):
            page = await self._desk.connection.get(path, answers.Page[answers.WorkedOnRow], after=after)
            for row in page.items:
                yield row
            if (after := page.next) is None:
                return

    async def _assign(self, circle: bytes, worker: bytes, *, on: bool) -> None:
        path = f"/v1/circles/{circle.hex()}/assignments/{worker.hex()}"
        await self._desk.connection.put(path, {"on": on}, answers.Nothing)
