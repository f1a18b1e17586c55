"""Who owned a circle at each of its entries."""

from __future__ import annotations

from crypto.entries import Accept, Handover, Open
from crypto.log import Verified


class Owners:
    """Moves along verified entries, oldest first; ``owner`` is the circle's at the entry taken last."""

    def __init__(self) -> None:
        self.owner = b""
        self._offered: bytes | None = None

    def take(self, verified: Verified) -> None:
        """Move past one entry."""
        facts = verified.facts
        if isinstance(facts, Open):
            self.owner = verified.header.organisation
        elif isinstance(facts, Handover):
            self._offered = verified.placed.hash
        elif isinstance(facts, Accept) and facts.invite == self._offered:
            self.owner = verified.header.organisation
