"""What happens when an entry concerns actions, and what a worker sees of them."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import Any

from crypto.facts import Action, ActionChange
from hub.accounts import service as accounts
from hub.circles.reactions import Posted
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import Malformed, NotAllowed
from hub.notifications.part import calendar_ready
from hub.workflow import projecting, queries, standing
from hub.workflow.ladders import action_facts
from hub.workflow.schemas import ActionOut, ActionsOut, InvitationOut, TodayOut
from policies.access import in_good_standing
from policies.calendar import calendar
from policies.decisions import Denied
from policies.escalation import is_overdue, is_red
from storage.database import Row, Unit

FIRST = 20
MOST_COUNTED = 1000
CURSOR = 8 + 32 + 16
START = bytes(CURSOR)
LATEST = 2**63 - 1


async def react(unit: Unit, hub: Hub, posted: Posted) -> None:
    """A reaction of circles: project the entry, or refuse it."""
    facts = posted.facts
    if not (posted.header.is_control or isinstance(facts, Action | ActionChange)):
        return
    await calendar_ready(hub)
    if isinstance(facts, Action):
        await projecting.propose(unit, hub, posted, facts)
    elif isinstance(facts, ActionChange):
        await projecting.change(unit, hub, posted, facts)
    else:
        await standing.follow(unit, hub, posted)


async def list_actions(
    unit: Unit, caller: Caller, scope: str, state: str, after: bytes | None, limit: int, now: int
) -> ActionsOut:
    """A page by due time. ``scope`` is mine, organisation or owned; ``state`` open or all."""
    _require_standing(caller)
    if after is not None and int.from_bytes(after[:8], "big") > LATEST:
        raise Malformed("after must be what next was.")
    kinds = (True,) if state == "open" else (True, False)
    found = [await _page(unit, caller, scope, is_open, after or START, limit + 1) for is_open in kinds]
    rows = list(islice(merge(*found, key=_place), limit + 1))
    more = len(rows) > limit
    items = [_shown(row, now) for row in rows[:limit]]
    return ActionsOut(items=items, next=_cursor(rows[limit - 1]).hex() if more else None)


async def today(unit: Unit, caller: Caller, now: int) -> TodayOut:
    """What this worker has to do, and what nobody of the organisation has taken on."""
    _require_standing(caller)
    mine = await _page(unit, caller, "mine", True, START, FIRST)
    unassigned = await _page(unit, caller, "unassigned", True, START, FIRST)
    asked = await unit.all(queries.INVITATIONS, p_organisation=caller.organisation, p_limit=FIRST)
    return TodayOut(
        actions=[_shown(row, now) for row in mine],
        unassigned=[_shown(row, now) for row in unassigned],
        invitations=[
            InvitationOut(circle=row.circle, hash=row.hash, answer_due=row.answer_due) for row in asked
        ],
        unread=await unit.value(queries.UNREAD, p_worker=caller.worker, p_limit=MOST_COUNTED) or 0,
        counts=await _counts(unit, caller, now),
    )


def _require_standing(caller: Caller) -> None:
    decision = in_good_standing(accounts.person(caller))
    if isinstance(decision, Denied):
        raise NotAllowed(decision.say, reason=decision.code)


async def _counts(unit: Unit, caller: Caller, now: int) -> dict[str, int]:
    mine: dict[str, Any] = {"p_worker": caller.worker, "p_limit": MOST_COUNTED}
    theirs: dict[str, Any] = {"p_organisation": caller.organisation, "p_limit": MOST_COUNTED}
    return {
        "mine": await unit.value(queries.COUNTS["mine"], **mine) or 0,
        "overdue": await unit.value(queries.COUNTS["overdue"], **mine, p_now=now) or 0,
        "unassigned": await unit.value(queries.COUNTS["unassigned"], **theirs) or 0,
    }


async def _page(unit: Unit, caller: Caller, scope: str, is_open: bool, after: bytes, limit: int) -> list[Row]:
    whose = {"p_worker": caller.worker} if scope == "mine" else {"p_organisation": caller.organisation}
    return await unit.all(
        queries.LISTS[scope, is_open],
        **whose,
        p_due_at=int.from_bytes(after[:8], "big"),
        p_circle=after[8:40],
        p_action=after[40:],
        p_limit=limit,
    )


def _place(row: Row) -> tuple[int, bytes, bytes]:
    return row.due_at, row.circle, row.action


def _cursor(row: Row) -> bytes:
    return bytes(row.due_at.to_bytes(8, "big") + row.circle + row.action)


def _shown(row: Row, now: int) -> ActionOut:
    facts = action_facts(row, circle_open=row.open)
    return ActionOut(
        circle=row.circle,
        action=row.action,
        organisation=row.organisation,
        assignee=row.assignee or None,
        state=facts.state.value,
        due_at=row.due_at,
        priority=row.priority,
        seq=row.seq,
        changed_at=row.changed_at,
        overdue=is_overdue(facts, now),
        red=is_red(facts, now, calendar()),
    )
