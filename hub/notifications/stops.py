"""Stop rules: whoever knows that something is settled says so here, and nobody is nagged for it.

A feature above adds its rule in its ``start``: ``hub.part(Stops).add(rule)``. Rules are asked again each time
a mail is about to leave.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from storage.database import Unit


class Told(NamedTuple):
    """One person's notice, waiting to go into a mail. ``dedupe`` tells it from that person's others."""

    worker: bytes
    dedupe: bytes
    organisation: bytes
    kind: str
    urgency: int
    audience: str
    circle: bytes | None
    seq: int | None
    subject: bytes | None
    at: int


Rule = Callable[[Unit, Sequence[Told]], Awaitable[set[bytes]]]
"""Of these notices, all to one person, the ``dedupe`` of those that are moot."""


class Stops:
    """Every rule of this process."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """Ask this rule too, from now on."""
        self._rules.append(rule)

    async def moot(self, unit: Unit, told: Sequence[Told]) -> set[bytes]:
        """What any rule calls settled."""
        found: set[bytes] = set()
        for rule in self._rules if told else ():
            found |= await rule(unit, told)
        return found
