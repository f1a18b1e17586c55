"""What this feature cannot judge: whether what a worker says they opened is there, and was theirs to open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from crypto.statements import Statement
from hub.kernel.caller import Caller
from hub.kernel.live import Event
from storage.database import Unit

Judge = Callable[[Unit, Caller, Sequence[Statement]], Awaitable[Sequence[Event]]]
"""Raises a refusal: then none of them is appended. What to tell once they are durable."""


@dataclass(frozen=True, slots=True)
class Openings:
    """What `app` registers, as ``hub.part(Openings)``."""

    judge: Judge
