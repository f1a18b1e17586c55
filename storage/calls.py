"""What waits for a commit: calls that a unit asked for, made once it is durable."""

import logging
from collections.abc import Callable

Calls = list[Callable[[], None]]


def make_calls(calls: Calls) -> None:
    """Make each of them; one that fails must not keep the others from their turn."""
    for call in calls:
        try:
            call()
        except Exception:
            logging.getLogger(__name__).exception("a call after commit failed")
