"""Many circles, and long ones, made quickly: sealed, boxed and signed for real by the Python end, and judged
by the hub's own rules, but handed to it in this process, hundreds in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from crypto.entries import Kind, Message
from crypto.private.bodies import About, Said
from hub.circles import posting
from hub.circles.schemas import PostEntry, ReceiptOut
from hub.kernel.caller import Caller
from keyholder import membership
from keyholder.circle import CircleView
from keyholder.desk import Desk
from keyholder.end import End
from keyholder.writing import Position, Writing, compose
from tests.hub.running import RunningHub

TOGETHER = 200
FIRST = ("Aroha", "Bryn", "Cora", "Dilys", "Emeka", "Farah", "Gwen", "Hana", "Imogen", "Jonas")
LAST = ("Adeyemi", "Brown", "Castle", "Davies", "Evans", "Fernandez", "Green", "Hughes", "Ivanova", "Jones")


def name(number: int) -> str:
    """The name of the circle with that number: no two are the same."""
    return f"{FIRST[number % 10]} {LAST[number // 10 % 10]}, household {number:05}"


async def many_circles(hub: RunningHub, end: End, numbers: range) -> None:
    """Circles of that end's organisation, one for each number, each with a sealed name and a boxed key."""
    for at in range(0, len(numbers), TOGETHER):
        opened = await asyncio.to_thread(_openings, end.desk, numbers[at : at + TOGETHER])
        await _taken(hub, end, opened)


def _openings(desk: Desk, numbers: range) -> list[tuple[bytes, PostEntry]]:
    made = []
    for number in numbers:
        about = About(1, desk.me.name, name(number), f"R-{number:05}", "Never ring before nine", "A sister")
        opening = membership.opening(desk, about)
        made.append((opening.circle, _sent(opening.request)))
    return made


def _sent(request: dict[str, object]) -> PostEntry:
    boxes = request["boxes"]
    assert isinstance(boxes, list)
    return PostEntry(**{**request, "boxes": tuple(boxes)})  # type: ignore[arg-type]  # the end's own words


async def talk(hub: RunningHub, end: End, view: CircleView, until: int) -> None:
    """Messages in one circle, until it has so many entries."""
    desk, log = end.desk, (await view.sync())
    key = await view.sealer.current_key()
    while log.seq < until:
        made: list[tuple[bytes, PostEntry]] = []
        now = max(desk.clock(), log.received_at)
        for number in range(log.seq + 1, min(log.seq + TOGETHER, until) + 1):
            said = Said(1, desk.me.name, f"Message {number}: {_words(number)}", ())
            position = Position(view.book, view.keys, now, key)
            entry, sealed = compose(position, Writing(Kind.MESSAGE, Message(None), said))
            made.append((view.id, PostEntry(header=entry.header, signature=entry.signature, body=sealed)))
            log.extend(entry, now, desk.directory)
        await _taken(hub, end, made, now)


def _words(number: int) -> str:
    return "We spoke to her today and she is well. " * (1 + number % 5)


async def _taken(
    hub: RunningHub, end: End, made: Sequence[tuple[bytes, PostEntry]], now: int | None = None
) -> list[ReceiptOut]:
    """The hub takes them in, each as it would one that came by HTTP."""
    desk = end.desk
    me = desk.me
    caller = Caller(
        me.worker, me.organisation, end.role, "vcu", bytes(16), False, me.secret.signing.public, True
    )
    at = desk.clock() if now is None else now
    async with hub.database.write() as unit:
        return [
            (await posting.post_entry(unit, hub.hub, caller, posting.read(circle, sent, caller, at), at))[0]
            for circle, sent in made
        ]
