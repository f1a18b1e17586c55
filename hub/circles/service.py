"""What other features ask of circles."""

from __future__ import annotations

from hub.accounts import service as accounts
from hub.circles import access, queries, state
from hub.circles.access import Place, Stated, place_of, read_stated
from hub.circles.reading import record
from hub.circles.rules import refuse_if_denied
from hub.kernel.caller import Caller
from policies.people import CircleState
from policies.posting import Posting, may_post
from storage.database import Unit

__all__ = ["Place", "Stated", "place_of", "read_stated", "record"]

judge_reading = access.judge_reading


async def set_next_due(unit: Unit, circle: bytes, organisation: bytes, due: int | None) -> None:
    """What the list of circles shows as that organisation's next due time here (workflow knows it)."""
    await unit.run(queries.SET_NEXT_DUE, of=circle, whose=organisation, next_due=due)


async def assigned_workers(unit: Unit, circle: bytes, organisation: bytes) -> tuple[bytes, ...]:
    """Who of that organisation works on the circle."""
    rows = await unit.all(queries.ASSIGNED, circle=circle, organisation=organisation)
    return tuple(row.worker for row in rows)


async def check_writer(unit: Unit, caller: Caller, circle: bytes, kind: str) -> None:
    """May the caller post that kind of entry (policies' word) here now? Raises NotFound, NotAllowed."""
    place = await place_of(unit, caller, circle)
    closed = state.unpack(place.row.summary).closed
    asked = Posting(kind, CircleState.CLOSED if closed else CircleState.OPEN)
    refuse_if_denied(may_post(accounts.person(caller), place.link(), asked))
