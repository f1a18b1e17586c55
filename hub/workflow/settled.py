"""Nobody is nagged for what a colleague has handled, what they saw themself, or a circle that is closed."""

from __future__ import annotations

from collections.abc import Sequence

from hub.notifications.stops import Told
from hub.workflow import queries
from policies.escalation import is_theirs
from storage.database import Row, Unit

EVEN_IF_CLOSED = frozenset({"break-glass"})
SEEN_IS_ENOUGH = frozenset({"message", "action-new", "action-unopened", "invitation"})
Climbed = dict[tuple[bytes, bytes], Row]


async def settled(unit: Unit, told: Sequence[Told]) -> set[bytes]:
    """See `hub.notifications.stops.Rule`."""
    placed = [each for each in told if each.circle is not None and each.kind not in EVEN_IF_CLOSED]
    if not placed:
        return set()
    circles = sorted({each.circle for each in placed if each.circle})
    closed = {row.circle for row in await unit.all(queries.CLOSED, circles=circles)}
    rows = await unit.all(queries.READ, p_worker=told[0].worker, circles=circles)
    seen = {row.circle: row.seq for row in rows}
    climbed = await _climbed(unit, placed, circles)
    return {
        each.dedupe
        for each in placed
        if each.circle in closed or _seen(each, seen) or _handled(each, climbed)
    }


async def _climbed(unit: Unit, placed: Sequence[Told], circles: list[bytes]) -> Climbed:
    subjects = sorted({subject for each in placed if (subject := _subject(each))})
    rows = await unit.all(queries.CLIMBED, circles=circles, subjects=subjects) if subjects else []
    return {(row.circle, row.subject): row for row in rows}


def _subject(each: Told) -> bytes | None:
    """What it is about: circles says of an invitation only whom it is to."""
    return each.organisation if each.kind == "invitation" and each.subject is None else each.subject


def _seen(each: Told, seen: dict[bytes, int]) -> bool:
    if each.kind not in SEEN_IS_ENOUGH or each.circle is None or each.seq is None:
        return False
    return seen.get(each.circle, -1) >= each.seq


def _handled(each: Told, climbed: Climbed) -> bool:
    """Its ladder has ended or begun anew, or somebody else has taken it on."""
    subject = _subject(each)
    if subject is None or each.circle is None:
        return False
    row = climbed.get((each.circle, subject))
    if row is None or row.seq != each.seq:
        return True
    is_manager = each.audience == "managers" or each.organisation != row.organisation
    return not is_manager and not is_theirs(row.assignee or None, each.worker)
