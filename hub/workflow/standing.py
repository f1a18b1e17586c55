"""The circle around actions: who owns it, who is in it, if it is closed; and invitations not yet answered.

Follows control entries. Nobody is pushed in a circle that is closed, nor an organisation that is not there.
"""

from __future__ import annotations

from crypto.circle import Circle
from crypto.facts import Invite
from hub.circles.reactions import Posted
from hub.kernel.context import Hub
from hub.kernel.refusals import NotAllowed
from hub.notifications import service as notifications
from hub.notifications.service import Notice
from hub.workflow import ladders, queries
from hub.workflow.projecting import tell_next_due
from policies.actions import FINISHED, State, may_be_due, state_code
from policies.decisions import Denied
from policies.limits import limits
from policies.urgency import Urgency
from storage.database import Unit

UNFINISHED = [state_code(state) for state in State if state not in FINISHED]
TOLD_BY_CIRCLES = 1
"""The first rung of an invitation's ladder: circles has told the invited organisation already."""


async def follow(unit: Unit, hub: Hub, posted: Posted) -> None:
    """One control entry. Raises NotAllowed for an answer time that nobody could keep."""
    before, after = posted.before, posted.after
    if before is None or (before.owner, before.closed) != (after.owner, after.closed):
        await unit.run(queries.PUT_CIRCLE, circle=posted.circle, owner=after.owner, closed=after.closed)
    if before is not None and before.owner != after.owner:
        await unit.run(queries.SET_OWNER, p_circle=posted.circle, p_owner=after.owner)
    if before is not None and before.closed != after.closed:
        await _closed_or_reopened(unit, posted)
    await _answers(unit, posted)
    for organisation in sorted(_present(before) - _present(after)):
        await _gone(unit, hub, posted, organisation)
    for organisation in sorted(_present(after) - _present(before)):
        await _come(unit, hub, posted, organisation)
    if isinstance(posted.facts, Invite):
        await _asked(unit, hub, posted, posted.facts)


def _present(circle: Circle | None) -> frozenset[bytes]:
    return frozenset() if circle is None else frozenset(circle.members) | frozenset(circle.pending)


async def _closed_or_reopened(unit: Unit, posted: Posted) -> None:
    """Ladders stop where they are; after a reopening the worker looks again and takes one step."""
    circle = posted.circle
    if posted.after.closed:
        await unit.run(queries.CLOSE_ACTIONS, p_circle=circle)
        await unit.run(queries.HALT_LADDERS, p_circle=circle)
    else:
        await unit.run(queries.OPEN_ACTIONS, p_circle=circle, states=UNFINISHED)
        await unit.run(queries.RESUME_LADDERS, p_circle=circle, p_now=posted.now)
    for row in await unit.all(queries.ORGANISATIONS, p_circle=circle):
        await tell_next_due(unit, circle, row.organisation)


async def _answers(unit: Unit, posted: Posted) -> None:
    """Invitations that are answered, withdrawn or fell away with this entry."""
    before = frozenset(posted.before.pending) if posted.before else frozenset()
    for organisation in sorted(before - frozenset(posted.after.pending)):
        await unit.run(queries.ANSWERED, p_organisation=organisation, p_circle=posted.circle)
        await ladders.end(unit, posted.circle, organisation)


async def _gone(unit: Unit, hub: Hub, posted: Posted, organisation: bytes) -> None:
    """What it had to do needs somebody else: the owner is told once."""
    words = {"p_circle": posted.circle, "p_organisation": organisation}
    left = await unit.all(queries.THEIRS_HERE, **words)
    await unit.run(queries.SET_HERE, **words, p_here=False)
    for row in left:
        await ladders.end(unit, posted.circle, row.action)
    if left and posted.after.owner != organisation:
        owner = posted.after.owner
        notice = Notice("action-reassign", owner, None, posted.circle, posted.seq, Urgency.SOON)
        await notifications.notify(unit, hub, notice, posted.now)


async def _come(unit: Unit, hub: Hub, posted: Posted, organisation: bytes) -> None:
    """Asked in again, it finds what nobody has taken over meanwhile."""
    words = {"p_circle": posted.circle, "p_organisation": organisation}
    waiting = await unit.all(queries.THEIRS_HERE, **words)
    await unit.run(queries.SET_HERE, **words, p_here=True)
    for row in waiting:
        await ladders.begin(
            unit,
            hub,
            circle=posted.circle,
            subject=row.action,
            kind=ladders.ACTION,
            organisation=organisation,
            assignee=row.assignee,
            state=row.state,
            seq=posted.seq,
            due_at=row.due_at,
            now=posted.now,
        )
    if waiting:
        await tell_next_due(unit, posted.circle, organisation)


async def _asked(unit: Unit, hub: Hub, posted: Posted, facts: Invite) -> None:
    kept = may_be_due(facts.answer_due, posted.now, limits())
    if isinstance(kept, Denied):
        raise NotAllowed(kept.say, reason=kept.code)
    organisation = facts.listing.organisation
    await unit.run(
        queries.ASK,
        organisation=organisation,
        circle=posted.circle,
        hash=posted.entry_hash,
        seq=posted.seq,
        answer_due=facts.answer_due,
    )
    await ladders.begin(
        unit,
        hub,
        circle=posted.circle,
        subject=organisation,
        kind=ladders.INVITATION,
        organisation=organisation,
        assignee=queries.NOBODY,
        state=state_code(State.PROPOSED),
        seq=posted.seq,
        due_at=facts.answer_due,
        now=posted.now,
        rung=TOLD_BY_CIRCLES,
    )
