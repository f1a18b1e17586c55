"""Events of which one in a while is enough: however many come of one kind about one topic, listeners are told
of the first at once, and of all that came since at the end of each while.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.kernel.live import Event

SECONDS = 1.0
Later = Callable[[float, Callable[[], None]], object]
"""As `asyncio.AbstractEventLoop.call_later`."""


class Calm:
    """``publish`` is what tells; one `Calm` remembers only topics of the last while."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._held: dict[tuple[str, bytes], Event | None] = {}

    def publish(self, event: Event, later: Later) -> None:
        """Tell now, or with others soon. The last one stands for all: it says whom to tell."""
        key = (event.kind, event.topic)
        if key in self._held:
            self._held[key] = event
            return
        self._held[key] = None
        self._publish(event)
        later(SECONDS, lambda: self._ended(key, later))

    def _ended(self, key: tuple[str, bytes], later: Later) -> None:
        held = self._held.pop(key)
        if held is not None:
            self.publish(held, later)
