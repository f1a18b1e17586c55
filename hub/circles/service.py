"""What other features ask of circles, and who works on one: an organisation's own matter, which the hub
enforces."""

from __future__ import annotations

from hub.accounts import service as accounts
from hub.circles import access, queries, state
from hub.circles.access import Place, Stated, place_of, read_stated
from hub.circles.reading import record
from hub.circles.rules import refuse_if_denied
from hub.circles.schemas import AssignmentOut, AssignmentsOut
from hub.kernel.caller import Caller
from hub.kernel.refusals import NotFound
from hub.organisations import service as organisations
from policies.access import may_assign
from policies.people import CircleState
from policies.posting import Posting, may_post
from storage.database import Unit

__all__ = ["Place", "Stated", "place_of", "read_stated", "record"]

judge_reading = access.judge_reading


async def assign(unit: Unit, caller: Caller, circle: bytes, worker: bytes, on: bool, now: int) -> None:
    """Put a colleague (or oneself, while nobody has it) on a circle, or take them off. Raises NotFound,
    NotAllowed."""
    place = await place_of(unit, caller, circle)
    access.require_inside(place)
    summary = state.unpack(await unit.value(queries.SUMMARY, circle=circle) or b"")
    chain = await organisations.chain(unit, caller.organisation)
    mine = summary.place(caller.organisation)
    if mine is None or worker not in (chain.members if on else {*chain.members, *mine.workers}):
        raise NotFound
    anyone = any(each in chain.members for each in mine.workers)
    themself = worker == caller.worker and on
    decision = may_assign(accounts.person(caller), place.link(), themself=themself, anyone_assigned=anyone)
    refuse_if_denied(decision)
    words = {"circle": circle, "worker": worker, "organisation": caller.organisation}
    if on:
        await unit.run(queries.ASSIGN, **words, assigned_by=caller.worker, assigned_at=now)
    else:
        await unit.run(queries.UNASSIGN, **words)
    changed = state.with_worker(summary, caller.organisation, worker, on=on)
    await unit.run(queries.SET_SUMMARY, of=circle, summary=state.pack(changed))


async def list_assignments(unit: Unit, caller: Caller, circle: bytes) -> AssignmentsOut:
    """Who of the caller's organisation works on it."""
    await place_of(unit, caller, circle)
    rows = await unit.all(queries.ASSIGNED, circle=circle, organisation=caller.organisation)
    return AssignmentsOut(
        items=[AssignmentOut(worker=row.worker, by=row.assigned_by, at=row.assigned_at) for row in rows]
    )


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
