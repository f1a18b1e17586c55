"""Who works on a circle: each organisation's own matter, which the hub enforces and no key does."""

from __future__ import annotations

from hub.accounts import service as accounts
from hub.circles import access, queries, state
from hub.circles.access import place_of
from hub.circles.rules import refuse_if_denied
from hub.circles.schemas import AssignmentOut, AssignmentsOut, WorkedOnOut, WorkedOnPage
from hub.kernel.caller import Caller
from hub.kernel.refusals import NotFound
from hub.organisations import service as organisations
from policies.access import may_assign, may_manage_organisation
from storage.database import Unit

FIRST = b""


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


async def list_worked_on(unit: Unit, caller: Caller, worker: bytes, after: bytes, limit: int) -> WorkedOnPage:
    """The circles that a colleague, also one who left, is assigned to: for who hands them over. By id.
    Raises NotAllowed."""
    refuse_if_denied(may_manage_organisation(accounts.person(caller), own=True))
    words = {"worker": worker, "organisation": caller.organisation, "after": after, "limit": limit + 1}
    rows = await unit.all(queries.WORKED_ON, **words)
    page, more = rows[:limit], len(rows) > limit
    return WorkedOnPage(
        items=[WorkedOnOut(circle=row.circle, closed=state.unpack(row.summary).closed) for row in page],
        next=page[-1].circle.hex() if more else None,
    )
