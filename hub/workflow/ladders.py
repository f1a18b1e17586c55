"""Climbing ladders: what policies say is due becomes a row that it fired, notices, and when to look again.

All of it is one transaction with the claim of the ladder, so a worker killed at any moment has either done a
step whole or not at all, and whoever comes next does it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hub.kernel.context import Hub
from hub.notifications import service as notifications
from hub.notifications.service import Kind, Notice
from hub.workflow import queries
from policies import escalation
from policies.actions import state_of
from policies.calendar import calendar
from policies.escalation import ActionFacts, Audience, Climb, InvitationFacts, Step
from storage.database import Row, Unit

ACTION, INVITATION = "action", "invitation"
KINDS: dict[tuple[str, str], Kind] = {
    (ACTION, "new"): "action-new",
    (ACTION, "not_opened"): "action-unopened",
    (ACTION, "due_tomorrow"): "action-due-tomorrow",
    (ACTION, "due_today"): "action-due-today",
    (ACTION, "overdue"): "action-overdue",
    (ACTION, "overdue_owner"): "action-red",
    (ACTION, "reassign"): "action-reassign",
    (INVITATION, "new"): "invitation",
    (INVITATION, "not_opened"): "invitation",
    (INVITATION, "due_today"): "invitation",
    (INVITATION, "unanswered"): "invitation-unanswered",
}


async def begin(
    unit: Unit,
    hub: Hub,
    *,
    circle: bytes,
    subject: bytes,
    kind: str,
    organisation: bytes,
    assignee: bytes,
    state: int,
    seq: int,
    due_at: int,
    now: int,
    rung: int = 0,
) -> None:
    """Put something on its ladder, anew if it was on one, and take the step that is due at once."""
    await unit.run(
        queries.BEGIN,
        circle=circle,
        subject=subject,
        kind=kind,
        organisation=organisation,
        assignee=assignee,
        state=state,
        seq=seq,
        started_at=now,
        due_at=due_at,
        rung=rung,
        next_at=now,
    )
    await climb(unit, hub, await unit.all(queries.ONE, p_circle=circle, p_subject=subject), now)


async def end(unit: Unit, circle: bytes, subject: bytes) -> None:
    """Nobody is to be pushed about it any more."""
    await unit.run(queries.END, p_circle=circle, p_subject=subject)


async def climb(unit: Unit, hub: Hub, rows: Sequence[Row], now: int) -> int:
    """Take the step that is due on each of these locked ladders. How many fired."""
    fired: list[tuple[Row, Step]] = []
    moved: list[dict[str, Any]] = []
    for row in rows:
        step = _step(row, now)
        moved.append(_moved(row, step))
        if step.fire is not None:
            fired.append((row, step.fire))
    await unit.run_many(queries.FIRE, [_effect(row, step, now) for row, step in fired])
    await unit.run_many(queries.CLIMB, moved)
    await notifications.notify_all(unit, hub, _notices(fired), now)
    return len(fired)


def _moved(row: Row, step: Climb) -> dict[str, Any]:
    return {
        "p_circle": row.circle,
        "p_subject": row.subject,
        "p_seq": row.seq,
        "p_rung": row.rung if step.fire is None else step.fire.rung,
        "p_next_at": step.again,
    }


def _step(row: Row, now: int) -> Climb:
    above = (row.rung,) if row.rung else ()
    if row.kind == ACTION:
        return escalation.climb(
            action_facts(row, row.opened, circle_open=not row.closed), above, now, calendar()
        )
    opened_at = row.started_at if row.opened else None
    waiting = InvitationFacts(row.started_at, row.due_at, opened_at, circle_open=not row.closed)
    return escalation.climb_invitation(waiting, above, now, calendar())


def action_facts(row: Row, opened: bool = False, *, circle_open: bool) -> ActionFacts:
    """An action, or its ladder, as policies see it. An action that is being worked on has no ladder."""
    state = state_of(row.state)
    assert state is not None, "only known states are stored"
    return ActionFacts(
        state, row.started_at, row.due_at, row.started_at if opened else None, circle_open=circle_open
    )


def _effect(row: Row, step: Step, now: int) -> dict[str, Any]:
    return {"circle": row.circle, "subject": row.subject, "seq": row.seq, "rung": step.rung, "at": now}


def _notices(fired: Iterable[tuple[Row, Step]]) -> Iterator[Notice]:
    for row, step in fired:
        for audience in step.audience:
            yield _notice(row, step, audience)


def _notice(row: Row, step: Step, audience: Audience) -> Notice:
    return Notice(
        KINDS[row.kind, step.key],
        row.owner if audience is Audience.OWNER else row.organisation,
        (row.assignee or None) if audience is Audience.ASSIGNEE else None,
        row.circle,
        row.seq,
        step.urgency,
        managers=audience is Audience.MANAGER,
        subject=row.subject,
        key=step.rung,
    )
