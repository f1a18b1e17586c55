"""The next headers of many circles at once: for each what `reading.read_headers` gives, so that a long list
is verified without a question for each circle.

A circle that the caller may not see is left out, as one that is not there. Work is bounded: circles are
looked at a slice at a time, and once an answer is long enough the rest is for the next question.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.circles import access, queries
from hub.circles.posting import receipt
from hub.circles.schemas import HeaderOut, Histories, HistoriesOut, HistoryFrom, HistoryOut
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import Malformed
from storage.database import Row, Unit

SLICE = 50
EACH = 100
"""Entries of one circle at most; a longer history goes on by itself."""
SLICE_ENTRIES = 200
MOST_BYTES = 4 * 1024 * 1024


async def read_histories(unit: Unit, hub: Hub, caller: Caller, asked: Histories) -> HistoriesOut:
    """In the order asked for; ``done`` of them were looked at. Raises NotAllowed for who sees no circles,
    Malformed."""
    access.require_casework(caller)
    if len({each.circle for each in asked.circles}) != len(asked.circles):
        raise Malformed("Ask for each circle once.")
    items: list[HistoryOut] = []
    done = size = 0
    while done < len(asked.circles) and size < MOST_BYTES:
        slice_ = asked.circles[done : done + SLICE]
        places = await _places(unit, caller, slice_)
        fitting = _fitting(slice_, places)
        found = await _histories(unit, hub, fitting, places)
        size += sum(map(_size, found))
        items += found
        done += len(fitting)
    return HistoriesOut(items=items, done=done)


async def _places(unit: Unit, caller: Caller, asked: Sequence[HistoryFrom]) -> dict[bytes, Row]:
    """Where those circles stand that the caller may know of."""
    rows = await unit.all(
        queries.STANDS, organisation=caller.organisation, circles=[each.circle for each in asked]
    )
    return {row.circle: row for row in rows if access.may_know(caller, row.standing)}


def _fitting(asked: Sequence[HistoryFrom], places: dict[bytes, Row]) -> Sequence[HistoryFrom]:
    """As many of the first as hold few enough entries to be in memory together; one at least."""
    entries = 0
    for number, each in enumerate(asked):
        place = places.get(each.circle)
        entries += min(max(0, place.seq - each.after), EACH) if place is not None else 0
        if entries > SLICE_ENTRIES and number > 0:
            return asked[:number]
    return asked


async def _histories(
    unit: Unit, hub: Hub, asked: Sequence[HistoryFrom], places: dict[bytes, Row]
) -> list[HistoryOut]:
    known = [each for each in asked if each.circle in places]
    entries: dict[bytes, list[HeaderOut]] = {each.circle: [] for each in known}
    for after in sorted({each.after for each in known}):
        circles = [each.circle for each in known if each.after == after]
        for row in await unit.all(queries.HEADERS_OF, circles=circles, after=after, last=after + EACH):
            entries[row.circle].append(_header(row))
    return [_history(hub, each.circle, places[each.circle], entries[each.circle]) for each in known]


def _history(hub: Hub, circle: bytes, place: Row, entries: list[HeaderOut]) -> HistoryOut:
    return HistoryOut(
        circle=circle,
        entries=entries,
        seq=place.seq,
        head=place.head,
        receipt=receipt(hub, circle, place),
    )


def _header(row: Row) -> HeaderOut:
    return HeaderOut(seq=row.seq, header=row.header, signature=row.signature, received_at=row.received_at)


def _size(history: HistoryOut) -> int:
    return sum(len(entry.header) + len(entry.signature) for entry in history.entries)
