"""What opens to the names of many circles at once, after statements that name them all."""

from __future__ import annotations

from itertools import groupby

from crypto.statements import Act, ObjectKind
from hub.audit import service as audit
from hub.circles import access, queries, wraps
from hub.circles.access import OtherWords, Place
from hub.circles.schemas import NameOut, Names, NamesOut
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import NotFound, Refused
from storage.database import Row, Unit

SLICE = 50
MOST_BYTES = 16 * 1024 * 1024


class TooMuch(Refused):
    """Carries how many circles can be named at once."""

    code, status, title = "too-much", 413, "These names are too long to be given out at once"


async def read_names(
    hub: Hub, caller: Caller, asked: Names, now: int, *, all_boxes: bool = False
) -> NamesOut:
    """In the order asked for. A copy of the present generation stands for its box, unless ``all_boxes``.

    Raises:
        OtherWords, NotFound, NotAllowed, and what `audit.service.record` does.
    """
    sent = [*([asked.statement] if asked.statement is not None else []), *asked.statements]
    stated = [access.read_stated(each, Act.LISTED, b"", frozenset({ObjectKind.CIRCLE})) for each in sent]
    named = [looked.id for each in stated for looked in each.statement.objects]
    if named != asked.circles or len(set(named)) != len(named):
        raise OtherWords("Statements must name each of these circles once, in this order.")
    async with hub.database.read() as unit:
        await _check_listed(unit, caller, asked.circles)
    recorded = await audit.record(hub, [each.signed for each in stated], caller, now)
    async with hub.database.read() as unit:
        await _check_listed(unit, caller, asked.circles)
        generation = wraps.NONE if all_boxes else await wraps.generation_of(unit, caller)
        items = await _in_slices(unit, caller, asked.circles, generation)
    return NamesOut(items=items, **recorded._asdict())


async def _check_listed(unit: Unit, caller: Caller, circles: list[bytes]) -> None:
    rows = await unit.all(
        queries.PLACES, organisation=caller.organisation, worker=caller.worker, circles=circles
    )
    if len(rows) != len(circles):
        raise NotFound
    for row in rows:
        place = Place(access.MEMBERSHIPS[row.standing], row.assigned, row)
        access.judge_listing(caller, place)


async def _in_slices(unit: Unit, caller: Caller, circles: list[bytes], generation: int) -> list[NameOut]:
    """A few at a time, so that no more is in memory than is sent. Raises TooMuch."""
    items: list[NameOut] = []
    size = 0
    for start in range(0, len(circles), SLICE):
        found = await _names(unit, caller, circles[start : start + SLICE], generation)
        size += sum(_size(each) for each in found)
        if size > MOST_BYTES:
            raise TooMuch(circles=max(1, len(items)))
        items += found
    return items


def _size(item: NameOut) -> int:
    return len(item.header) + len(item.body or b"") + sum(map(len, item.boxes))


async def _names(unit: Unit, caller: Caller, circles: list[bytes], generation: int) -> list[NameOut]:
    words = {"circles": circles, "organisation": caller.organisation}
    rows = {row.circle: row for row in await unit.all(queries.ABOUT, circles=circles)}
    boxes = _by_circle(await unit.all(queries.ABOUT_BOXES, **words, generation=generation))
    copies = _by_circle(await unit.all(queries.ABOUT_WRAPS, **words))
    return [
        NameOut(
            circle=circle,
            seq=rows[circle].seq,
            header=rows[circle].header,
            signature=rows[circle].signature,
            body=rows[circle].body,
            boxes=[row.box for row in boxes.get(circle, [])],
            wraps=[wraps.shown(row) for row in copies.get(circle, [])],
        )
        for circle in circles
    ]


def _by_circle(rows: list[Row]) -> dict[bytes, list[Row]]:
    def circle(row: Row) -> bytes:
        return bytes(row.circle)

    return {key: list(group) for key, group in groupby(sorted(rows, key=circle), key=circle)}
