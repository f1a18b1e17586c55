"""Quick copies of epoch keys, which the own organisation keeps at the hub once a box was opened.

A copy counts only if the key in it fits the commitment that the circle's history has for its epoch. One that
does not is nobody's word against anybody: the box is asked for instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crypto.errors import NotForMe
from crypto.private.rewraps import Rewraps
from keyholder import answers
from keyholder.desk import Desk
from keyholder.errors import Away, BadAnswer, CannotOpen, Refused

AT_ONCE = 500
_PASSING = (Refused, Away, BadAnswer, CannotOpen)


@dataclass(frozen=True, slots=True)
class Opened:
    """An epoch's key that came out of a box."""

    circle: bytes
    epoch: int
    key: bytes


async def open_copy(desk: Desk, circle: bytes, copy: answers.Copy, committed: bytes) -> bytes | None:
    """The epoch's key, or None for a copy that does not count."""
    try:
        secret = await desk.keys.secret(copy.generation)
        rewraps = Rewraps(secret, desk.me.organisation)
        return rewraps.open(circle, copy.epoch, copy.wrapped, committed)
    except (NotForMe, CannotOpen):
        return None


async def keep(desk: Desk, opened: Iterable[Opened]) -> None:
    """Leave copies with the hub. They save time and nothing else: what it does not take is no matter."""
    wanted = list(opened)
    if not wanted:
        return
    try:
        rewraps = Rewraps(await desk.keys.current(), desk.me.organisation)
        items = [_made(rewraps, each) for each in wanted]
        for start in range(0, len(items), AT_ONCE):
            body = {"items": items[start : start + AT_ONCE]}
            await desk.connection.post("/v1/circles/wraps", body, answers.Nothing, again=True)
    except _PASSING:
        return


def _made(rewraps: Rewraps, opened: Opened) -> Mapping[str, object]:
    return {
        "circle": opened.circle,
        "epoch": opened.epoch,
        "generation": rewraps.generation,
        "wrapped": rewraps.lock(opened.circle, opened.epoch, opened.key),
    }
