"""From entries to where each action stands: judged by policies, within the entry's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crypto.facts import Action, ActionChange
from hub.accounts import service as accounts
from hub.circles import service as circles
from hub.circles.reactions import Posted
from hub.kernel.context import Hub
from hub.kernel.refusals import Conflicting, Malformed, NotAllowed, NotFound, Refused
from hub.notifications import service as notifications
from hub.notifications.service import Notice
from hub.workflow import ladders, queries
from policies.actions import (
    Move,
    Mover,
    State,
    assignee_after,
    is_finished,
    is_progress,
    may_be_assigned,
    may_be_due,
    move_of,
    next_state,
    state_code,
    state_of,
)
from policies.decisions import Decision, Denied
from policies.limits import limits
from policies.people import Membership
from policies.urgency import Urgency
from storage.database import Row, Unit

STARTS_AGAIN = (Move.REASSIGN, Move.RESCHEDULE)


class ActionMoved(Refused):
    code, status, title = "action-moved", 409, "The action does not stand where that step begins"


class TooManyActions(Refused):
    code, status, title = "too-many-actions", 409, "Finish or cancel other actions you proposed here first"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a step makes of an action."""

    organisation: bytes
    assignee: bytes
    state: State
    due_at: int


async def propose(unit: Unit, hub: Hub, posted: Posted, facts: Action) -> None:
    """A new action. Raises NotAllowed, Malformed, Conflicting, TooManyActions."""
    mover = _mover(posted, facts.organisation)
    _allowed(next_state(None, Move.PROPOSE, mover))
    _allowed(may_be_assigned(membership(posted, facts.organisation)))
    _allowed(may_be_due(facts.due_at, posted.now, limits()))
    await _require_room(unit, posted)
    added = await unit.run(
        queries.ADD,
        circle=posted.circle,
        action=facts.action,
        proposer=posted.header.organisation,
        owner=posted.after.owner,
        organisation=facts.organisation,
        assignee=queries.NOBODY,
        state=state_code(State.PROPOSED),
        priority=facts.priority,
        due_at=facts.due_at,
        started_at=posted.now,
        seq=posted.seq,
        created_at=posted.now,
        changed_at=posted.now,
        open=True,
        here=True,
    )
    if not added:
        raise Conflicting("There is an action of that number in this circle already.")
    standing = Standing(facts.organisation, queries.NOBODY, State.PROPOSED, facts.due_at)
    await _push(unit, hub, posted, facts.action, standing)
    await tell_next_due(unit, posted.circle, facts.organisation)


async def _require_room(unit: Unit, posted: Posted) -> None:
    """Each organisation has room of its own, so none can fill a circle for the others."""
    words = {"p_circle": posted.circle, "p_proposer": posted.header.organisation}
    if (await unit.value(queries.HOW_MANY_OPEN, **words) or 0) >= limits().circles.actions_open_max:
        raise TooManyActions


async def change(unit: Unit, hub: Hub, posted: Posted, facts: ActionChange) -> None:
    """A step in an action's life. Raises NotFound, NotAllowed, Malformed, ActionMoved."""
    row = await unit.one(queries.LOCKED, p_circle=posted.circle, p_action=facts.action)
    if row is None:
        raise NotFound("There is no such action in this circle.")
    move = move_of(facts.state)
    if move is None or move is Move.PROPOSE:
        raise Malformed("There is no such step.")
    state = _allowed(next_state(state_of(row.state), move, _mover(posted, row.organisation), facts.reason))
    standing = await _standing(unit, posted, row, move, state, facts)
    await _store(unit, posted, row, move, standing)
    await _pushed(unit, hub, posted, row, move, standing)
    for organisation in {row.organisation, standing.organisation}:
        await tell_next_due(unit, posted.circle, organisation)


async def tell_next_due(unit: Unit, circle: bytes, organisation: bytes) -> None:
    """What the list of circles shows that organisation."""
    due = await unit.value(queries.NEXT_DUE, p_circle=circle, p_organisation=organisation)
    await circles.set_next_due(unit, circle, organisation, due)


async def _standing(
    unit: Unit, posted: Posted, row: Row, move: Move, state: State, facts: ActionChange
) -> Standing:
    """Where it leads. A step carries only what it changes."""
    if (facts.organisation is not None and move is not Move.REASSIGN) or (
        facts.due_at is not None and move not in STARTS_AGAIN
    ):
        raise Malformed("That step changes neither the organisation nor the due time.")
    if move is Move.RESCHEDULE and facts.due_at is None:
        raise Malformed("Say the new due time.")
    organisation = facts.organisation or row.organisation
    if facts.organisation is not None:
        _allowed(may_be_assigned(membership(posted, organisation)))
    if facts.due_at is not None:
        _allowed(may_be_due(facts.due_at, posted.now, limits()))
    if facts.assignee is not None:
        await _require_colleague(unit, facts.assignee, organisation)
    had = row.assignee or None
    assignee = assignee_after(move, had, facts.assignee, posted.header.worker)
    return Standing(organisation, assignee or queries.NOBODY, state, facts.due_at or row.due_at)


async def _require_colleague(unit: Unit, worker: bytes, organisation: bytes) -> None:
    try:
        theirs = await accounts.organisation_of(unit, worker)
    except NotFound:
        theirs = b""
    if theirs != organisation:
        raise NotAllowed("Nobody of that organisation is called that.", reason="assignee_not_there")


async def _store(unit: Unit, posted: Posted, row: Row, move: Move, standing: Standing) -> None:
    await unit.run(
        queries.CHANGE,
        p_circle=posted.circle,
        p_action=row.action,
        p_organisation=standing.organisation,
        p_assignee=standing.assignee,
        p_state=state_code(standing.state),
        p_due_at=standing.due_at,
        p_started_at=posted.now if move in STARTS_AGAIN else row.started_at,
        p_seq=posted.seq,
        p_now=posted.now,
        p_open=not is_finished(standing.state),
        p_here=True if move is Move.REASSIGN else row.here,
    )


async def _pushed(unit: Unit, hub: Hub, posted: Posted, row: Row, move: Move, standing: Standing) -> None:
    """What becomes of its ladder."""
    if move in STARTS_AGAIN:
        await _push(unit, hub, posted, row.action, standing)
    elif is_finished(standing.state) or is_progress(move):
        await ladders.end(unit, posted.circle, row.action)
    else:
        await unit.run(
            queries.FOLLOW,
            p_circle=posted.circle,
            p_subject=row.action,
            p_state=state_code(standing.state),
            p_assignee=standing.assignee,
        )
    for notice in _told(posted, row, move, standing):
        await notifications.notify(unit, hub, notice, posted.now)


def _told(posted: Posted, row: Row, move: Move, standing: Standing) -> list[Notice]:
    """What no ladder tells: the owner, that it was declined; a colleague, that it was handed to them."""
    place: dict[str, Any] = {"circle": posted.circle, "seq": posted.seq}
    if move is Move.DECLINE and posted.after.owner != row.organisation:
        return [Notice("action-reassign", posted.after.owner, None, urgency=Urgency.SOON, **place)]
    handed = move is Move.HAND_OVER and standing.assignee not in (queries.NOBODY, posted.header.worker)
    if handed:
        return [Notice("action-new", standing.organisation, standing.assignee, urgency=Urgency.NEW, **place)]
    return []


async def _push(unit: Unit, hub: Hub, posted: Posted, action: bytes, standing: Standing) -> None:
    await ladders.begin(
        unit,
        hub,
        circle=posted.circle,
        subject=action,
        kind=ladders.ACTION,
        organisation=standing.organisation,
        assignee=standing.assignee,
        state=state_code(standing.state),
        seq=posted.seq,
        due_at=standing.due_at,
        now=posted.now,
    )


def membership(posted: Posted, organisation: bytes) -> Membership:
    """How that organisation stands to the circle."""
    circle = posted.after
    if organisation == circle.owner:
        return Membership.OWNER
    if organisation in circle.members:
        return Membership.MEMBER
    return Membership.PENDING if organisation in circle.pending else Membership.NONE


def _mover(posted: Posted, organisation: bytes) -> Mover:
    author = posted.header.organisation
    return Mover(assigned=author == organisation, owner=author == posted.after.owner)


def _allowed(decision: State | Decision) -> Any:
    """What a policy gave, unless it refused."""
    if not isinstance(decision, Denied):
        return decision
    if decision.code == "wrong_state":
        raise ActionMoved(decision.say, reason=decision.code)
    raise NotAllowed(decision.say, reason=decision.code)
