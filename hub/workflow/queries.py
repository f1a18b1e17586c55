"""The SQL of workflow. Statements are built once; `Unit` runs them.

Whether somebody has opened an entry is read off audit's table of readers, and how many circles are unread off
circles' own: projections of features below, joined here because a step asks about hundreds at a time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from storage.statements import insert_ignore, upsert
from storage.tables.audit import reads
from storage.tables.circles import assignments, circles
from storage.tables.workflow import action_circles, actions, fired, ladders, open_invitations

a, c, x = actions.c, action_circles.c, ladders.c
NOBODY = b""


def _p(name: str, kind: Any = None) -> Any:
    return bindparam(f"p_{name}", type_=kind)


# The circle around actions
PUT_CIRCLE = upsert(action_circles, on=["circle"], take=["owner", "closed"])
SET_OWNER = update(actions).where(a.circle == _p("circle")).values(owner=_p("owner"))
CLOSE_ACTIONS = update(actions).where(a.circle == _p("circle"), a.open).values(open=False)
OPEN_ACTIONS = (
    update(actions)
    .where(a.circle == _p("circle"), a.state.in_(bindparam("states", expanding=True)))
    .values(open=True)
)
HALT_LADDERS = update(ladders).where(x.circle == _p("circle")).values(next_at=null())
RESUME_LADDERS = update(ladders).where(x.circle == _p("circle")).values(next_at=_p("now"))
SET_HERE = (
    update(actions)
    .where(a.circle == _p("circle"), a.organisation == _p("organisation"))
    .values(here=_p("here"))
)
ORGANISATIONS = select(a.organisation).where(a.circle == _p("circle")).distinct()

# Actions
ADD = insert_ignore(actions, on=["circle", "action"])
LOCKED = select(actions).where(a.circle == _p("circle"), a.action == _p("action")).with_for_update()
CHANGE = (
    update(actions)
    .where(a.circle == _p("circle"), a.action == _p("action"))
    .values(
        organisation=_p("organisation"),
        assignee=_p("assignee"),
        state=_p("state"),
        due_at=_p("due_at"),
        started_at=_p("started_at"),
        seq=_p("seq"),
        changed_at=_p("now"),
        open=_p("open"),
        here=_p("here"),
    )
)
HOW_MANY_OPEN = (
    select(func.count())
    .select_from(actions)
    .where(a.circle == _p("circle"), a.proposer == _p("proposer"), a.open)
)
THEIRS_HERE = select(actions).where(a.circle == _p("circle"), a.organisation == _p("organisation"), a.open)
NEXT_DUE = select(func.min(a.due_at)).where(
    a.circle == _p("circle"), a.organisation == _p("organisation"), a.open, a.here
)

# Ladders
BEGIN = upsert(
    ladders,
    on=["circle", "subject"],
    take=["kind", "organisation", "assignee", "state", "seq", "started_at", "due_at", "rung", "next_at"],
)
END = delete(ladders).where(x.circle == _p("circle"), x.subject == _p("subject"))
FOLLOW = (
    update(ladders)
    .where(x.circle == _p("circle"), x.subject == _p("subject"))
    .values(state=_p("state"), assignee=_p("assignee"))
)
_opened = exists(
    select(reads.c.worker).where(
        reads.c.circle == x.circle, reads.c.organisation == x.organisation, reads.c.seq >= x.seq
    )
)
_ladder = select(ladders, c.owner, c.closed, _opened.label("opened")).join(
    action_circles, c.circle == x.circle
)
DUE = (
    _ladder.where(x.next_at <= _p("now"))
    .order_by(x.next_at)
    .limit(_p("limit", BigInteger))
    .with_for_update(of=ladders, skip_locked=True)
)
ONE = _ladder.where(x.circle == _p("circle"), x.subject == _p("subject")).with_for_update(of=ladders)
FIRE = insert(fired)
CLIMB = (
    update(ladders)
    .where(x.circle == _p("circle"), x.subject == _p("subject"), x.seq == _p("seq"))
    .values(rung=_p("rung"), next_at=_p("next_at"))
)

# Invitations
ASK = upsert(open_invitations, on=["organisation", "circle"], take=["hash", "seq", "answer_due"])
ANSWERED = delete(open_invitations).where(
    open_invitations.c.organisation == _p("organisation"), open_invitations.c.circle == _p("circle")
)
INVITATIONS = (
    select(open_invitations.c.circle, open_invitations.c.hash, open_invitations.c.answer_due)
    .join(action_circles, c.circle == open_invitations.c.circle)
    .where(open_invitations.c.organisation == _p("organisation"), ~c.closed)
    .order_by(open_invitations.c.answer_due, open_invitations.c.circle)
    .limit(_p("limit", BigInteger))
)

# Stop rules
CLOSED = select(c.circle).where(c.circle.in_(bindparam("circles", expanding=True)), c.closed)
CLIMBED = select(x.circle, x.subject, x.seq, x.organisation, x.assignee).where(
    x.circle.in_(bindparam("circles", expanding=True)), x.subject.in_(bindparam("subjects", expanding=True))
)
READ = select(reads.c.circle, reads.c.seq).where(
    reads.c.worker == _p("worker"), reads.c.circle.in_(bindparam("circles", expanding=True))
)

# Lists
_SCOPES: dict[str, ColumnElement[bool]] = {
    "mine": and_(a.assignee == _p("worker"), a.here),
    "organisation": and_(a.organisation == _p("organisation"), a.here),
    "owned": a.owner == _p("organisation"),
    "unassigned": and_(a.organisation == _p("organisation"), a.assignee == literal(NOBODY), a.here),
}
_place = tuple_(a.due_at, a.circle, a.action)


def _listed(scope: str, *, is_open: bool) -> Any:
    """By due time. Open ones and the others apart, so that an index gives each in order."""
    return (
        select(actions)
        .where(
            _SCOPES[scope],
            a.open == literal(is_open),
            _place
            > tuple_(_p("due_at", BigInteger), _p("circle", a.circle.type), _p("action", a.action.type)),
        )
        .order_by(a.due_at, a.circle, a.action)
        .limit(_p("limit", BigInteger))
    )


LISTS = {(scope, is_open): _listed(scope, is_open=is_open) for scope in _SCOPES for is_open in (True, False)}


def _counted(*conditions: ColumnElement[bool]) -> Any:
    some = (
        select(literal(1).label("one")).where(*conditions, a.open).limit(_p("limit", BigInteger)).subquery()
    )
    return select(func.count()).select_from(some)


COUNTS = {
    "mine": _counted(_SCOPES["mine"]),
    "overdue": _counted(_SCOPES["mine"], a.due_at < _p("now")),
    "unassigned": _counted(_SCOPES["unassigned"]),
}
_unread = (
    select(assignments.c.circle)
    .join(circles, circles.c.circle == assignments.c.circle)
    .outerjoin(reads, and_(reads.c.circle == assignments.c.circle, reads.c.worker == assignments.c.worker))
    .where(
        assignments.c.worker == _p("worker"),
        or_(reads.c.seq.is_(None), reads.c.seq < circles.c.seq),
    )
    .limit(_p("limit", BigInteger))
    .subquery()
)
UNREAD = select(func.count()).select_from(_unread)
