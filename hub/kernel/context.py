"""What a running hub has at hand, made once and passed to whoever needs it. There are no globals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from hub.config import Settings
from hub.kernel.caller import SessionReader, nobody
from hub.kernel.jobs import Wakes
from hub.kernel.keys import HubKeys
from hub.kernel.limits import Buckets
from hub.kernel.live import Live
from storage.blobs import BlobStore
from storage.database import Database

Part = TypeVar("Part")
Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Hub:
    """clock   UTC milliseconds
    parts   what a feature's ``start`` made for itself, one of each type (see ``feature.Feature``)
    """

    settings: Settings
    database: Database
    blobs: BlobStore
    clock: Clock
    keys: HubKeys
    live: Live
    wakes: Wakes
    buckets: Buckets
    sessions: SessionReader = nobody
    parts: dict[type, object] = field(default_factory=dict)

    def part(self, kind: type[Part]) -> Part:
        """The part of that type. Raises LookupError when no feature made one."""
        made = self.parts.get(kind)
        if not isinstance(made, kind):
            raise LookupError(f"no feature of this hub makes a {kind.__name__}")
        return made
