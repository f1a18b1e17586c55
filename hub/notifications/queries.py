"""The SQL of notifications. Statements are built once; `Unit` runs them.

Whom a notice reaches is worked out by the statement that queues it: it looks at circles' assignments, which
are tables of a feature above, because only the database can do it in one step of the caller's transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from storage.statements import Either, upsert
from storage.tables.circles import assignments, places
from storage.tables.notifications import mails, notices, recipients
from storage.tables.organisations import accreditations

n, m, r = notices.c, mails.c, recipients.c


def _p(name: str, kind: Any = None) -> Any:
    return bindparam(f"p_{name}", type_=kind)


# Who is reached where
SET_RECIPIENT = upsert(recipients, on=["worker"], take=["organisation", "role", "mail"])
DROP_RECIPIENT = delete(recipients).where(r.worker == _p("worker"))
DROP_NOTICES = delete(notices).where(n.worker == _p("worker"))
DROP_MAILS = delete(mails).where(m.worker == _p("worker"), m.state == "waiting")
MAIL_OF = select(r.mail).where(r.worker == _p("worker"))
LEGAL_NAME = (
    select(accreditations.c.signed)
    .where(accreditations.c.organisation == _p("organisation"))
    .order_by(accreditations.c.valid_to.desc(), accreditations.c.received_at.desc())
    .limit(1)
)

# Queueing
_QUEUED = (
    ("dedupe", LargeBinary),
    ("organisation", LargeBinary),
    ("kind", Text),
    ("urgency", BigInteger),
    ("audience", Text),
    ("circle", LargeBinary),
    ("seq", BigInteger),
    ("subject", LargeBinary),
    ("at", BigInteger),
)


def _queue(who: ColumnElement[bool]) -> Either:
    """Queue a notice for every recipient of the organisation that `who` picks, unless they have it."""
    values = [_p(name, kind).label(name) for name, kind in _QUEUED]
    chosen = select(r.worker, *values, _p("at", BigInteger).label("check_at")).where(
        r.organisation == _p("organisation", LargeBinary), who
    )
    columns = ["worker", *(name for name, _ in _QUEUED), "check_at"]
    return Either(
        lambda insert: (
            insert(notices)
            .from_select(columns, chosen)
            .on_conflict_do_nothing(index_elements=["worker", "dedupe"])
        )
    )


_colleague = recipients.alias("colleague")
_assigned = select(assignments.c.worker).where(
    assignments.c.circle == _p("circle", LargeBinary),
    assignments.c.organisation == _p("organisation", LargeBinary),
)
_anybody = exists(_assigned.join(_colleague, _colleague.c.worker == assignments.c.worker))
_manages = r.role == "manager"
QUEUE = {
    "worker": (_queue(r.worker == _p("worker", LargeBinary)),),
    "assigned": (_queue(r.worker.in_(_assigned)), _queue(and_(_manages, ~_anybody))),
    "managers": (_queue(_manages),),
}
"""By audience, the statements to run. Whoever is assigned and, if nobody is, the managers: apart, since one
statement for both would look at every colleague."""

# From notices to mails
_reached = recipients.alias("reached")
DUE_PEOPLE = (
    select(r.worker, r.organisation, r.last_sent)
    .where(
        r.worker.in_(
            select(n.worker)
            .join(_reached, _reached.c.worker == n.worker)
            .where(n.check_at <= _p("now"))
            .order_by(n.check_at)
            .limit(_p("limit", BigInteger))
        )
    )
    .with_for_update(skip_locked=True)
)
_waiting = and_(n.worker == _p("worker"), n.check_at.is_not(None))
_told = (n.worker, n.dedupe, n.organisation, n.kind, n.urgency, n.audience, n.circle, n.seq, n.subject, n.at)
WAITING = select(*_told).where(_waiting).order_by(n.check_at).limit(_p("limit", BigInteger))
ASK_LATER = update(notices).where(_waiting, n.check_at < _p("when")).values(check_at=_p("when"))
MOOT = (
    update(notices)
    .where(n.worker == _p("worker"), n.dedupe.in_(bindparam("dedupes", expanding=True)))
    .values(check_at=null(), mail=null())
)
"""Kept, so that it cannot be queued again."""
SETTINGS = "settings"
"""The place of a mail that tells somebody how they sign in has changed: such a mail is no digest."""
_is_digest = and_(m.sign_in_code.is_(None), or_(m.place.is_(None), m.place != SETTINGS))
OPEN_MAIL = select(m.next_at).where(m.worker == _p("worker"), m.state == "waiting", _is_digest).limit(1)
TOLD_OF_WAYS = (
    select(m.mail)
    .where(m.worker == _p("worker"), m.state == "waiting", m.attempts == 0, m.place == SETTINGS)
    .limit(1)
)
DROP_CODES = delete(mails).where(m.worker == _p("worker"), m.state == "waiting", m.sign_in_code.is_not(None))
ADD_MAIL = mails.insert()
PUT_INTO = update(notices).where(_waiting).values(mail=_p("mail"), check_at=null())
IN_MAIL = select(*_told).where(n.mail == _p("mail")).order_by(n.at).limit(_p("limit", BigInteger))

# Sending
DUE_MAILS = (
    select(mails)
    .where(m.next_at <= _p("now"))
    .order_by(m.next_at)
    .limit(_p("limit", BigInteger))
    .with_for_update(skip_locked=True)
)
BEGIN_TRY = (
    update(mails)
    .where(m.mail == _p("mail"))
    .values(
        next_at=_p("until"),
        attempts=_p("attempts"),
        first_try=_p("first_try"),
        undelivered=False,
        token_hash=_p("token_hash"),
        place=_p("place"),
        circle=_p("circle"),
        seq=_p("seq"),
        expires_at=_p("expires_at"),
    )
)
POSTPONE = update(mails).where(m.mail == _p("mail")).values(next_at=_p("when"))
DROP_MAIL = delete(mails).where(m.mail == _p("mail"))
_this_try = and_(m.mail == _p("mail"), m.state == "waiting", m.attempts == _p("attempts"))
SENT = update(mails).where(_this_try).values(state="sent", next_at=null(), code=null(), ended_at=_p("now"))
CODE_SENT = delete(mails).where(_this_try)
"""Nothing of a code is kept once it has left."""
SET_LAST_SENT = update(recipients).where(r.worker == _p("worker")).values(last_sent=_p("now"))
TRY_AGAIN = (
    update(mails).where(_this_try).values(next_at=_p("when"), code=_p("code"), undelivered=_p("undelivered"))
)
GIVE_UP = (
    update(mails).where(_this_try).values(state="dead", next_at=null(), code=_p("code"), ended_at=_p("now"))
)

# Links
LINK = select(m.mail, m.place, m.circle, m.seq, m.expires_at).where(
    m.token_hash == _p("token_hash"), m.worker == _p("worker")
)
FOLLOWED = update(mails).where(m.mail == _p("mail"), m.followed_at.is_(None)).values(followed_at=_p("now"))
STILL_THERE = select(places.c.circle).where(
    places.c.circle == _p("circle"), places.c.organisation == _p("organisation")
)

# Dead letters
DEAD = (
    select(
        m.mail, m.code, m.attempts, m.made_at, m.ended_at, m.invitation, m.address, r.mail.label("reached")
    )
    .select_from(mails.outerjoin(recipients, r.worker == m.worker))
    .where(m.state == "dead")
    .order_by(m.ended_at, m.mail)
    .limit(_p("limit", BigInteger))
)
_dead = and_(m.state == "dead", or_(_p("every", BigInteger) == 1, m.mail == _p("mail", LargeBinary)))
REVIVE = (
    update(mails)
    .where(_dead)
    .values(
        state="waiting", next_at=_p("now"), attempts=0, first_try=null(), ended_at=null(), undelivered=True
    )
)
BURY = delete(mails).where(_dead)

# Sweeping
OLD_MAILS = delete(mails).where(
    m.mail.in_(
        select(m.mail)
        .where(m.state == "sent", m.ended_at < _p("before"))
        .order_by(m.ended_at)
        .limit(_p("limit", BigInteger))
    )
)
OLD_NOTICES = delete(notices).where(
    tuple_(n.worker, n.dedupe).in_(
        select(n.worker, n.dedupe)
        .where(
            n.at < _p("before"),
            n.check_at.is_(None),
            ~exists(select(m.mail).where(m.mail == n.mail, m.state != "sent")),
        )
        .limit(_p("limit", BigInteger))
    )
)
