"""What other features do when an entry is taken in, within its transaction. Circles knows none of them:
`app` lists them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from crypto.circle import Circle
from crypto.entries import Header
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from storage.database import Unit


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry that holds, at its place.

    before, after  the circle's control state. For a content entry both are the same, and light: owner,
    members, pending, closed and the epoch's number are true; listings say only their heads, and there is
    no history
    facts          the struct of the header's kind (`crypto.entries.FACTS`)
    now            when the hub took it (`received_at`), UTC milliseconds
    """

    circle: bytes
    seq: int
    entry_hash: bytes
    header: Header
    facts: Any
    before: Circle | None
    after: Circle
    caller: Caller
    now: int


Reaction = Callable[[Unit, Hub, Posted], Awaitable[None]]
"""May raise a refusal: then the entry is not taken in at all."""


@dataclass(frozen=True, slots=True)
class Reactions:
    """What `app` lists, as `hub.part(Reactions)`."""

    calls: tuple[Reaction, ...] = ()
