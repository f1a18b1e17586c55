"""The SQL of organisations, their events and boxes, and the authority's documents; each built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update

from storage.statements import upsert
from storage.tables.organisations import (
    accreditations,
    archives,
    authority_roots,
    organisation_events,
    organisations,
    withdrawals,
    worker_boxes,
)

o, e, a, w = organisations.c, organisation_events.c, accreditations.c, withdrawals.c


def _p(name: str) -> Any:
    return bindparam(f"p_{name}")


# Organisations and their events
STATE = select(organisations).where(o.organisation == _p("organisation"))
LOCKED_STATE = STATE.with_for_update()
STATES = select(o.organisation, o.length, o.head, o.documents).where(
    o.organisation.in_(bindparam("p_organisations", expanding=True))
)
ADD = organisations.insert()
MOVE_HEAD = (
    update(organisations)
    .where(o.organisation == _p("organisation"), o.head == _p("before"))
    .values(length=_p("length"), head=_p("head"), generation=_p("generation"))
)
COUNT_DOCUMENT = (
    update(organisations)
    .where(o.organisation == _p("organisation"))
    .values(documents=organisations.c.documents + 1)
)
EVENTS = (
    select(e.length, e.kind, e.payload, e.signature)
    .where(e.organisation == _p("organisation"), e.length > _p("after"))
    .order_by(e.length)
    .limit(_p("limit"))
)
ADD_EVENT = organisation_events.insert()

# Boxes
SET_BOX = upsert(worker_boxes, on=["organisation", "worker"], take=["generation", "box"])
DROP_BOXES = worker_boxes.delete().where(worker_boxes.c.organisation == _p("organisation"))
BOX = select(worker_boxes.c.generation, worker_boxes.c.box).where(
    worker_boxes.c.organisation == _p("organisation"), worker_boxes.c.worker == _p("worker")
)
ADD_ARCHIVE = archives.insert()
ARCHIVES = (
    select(archives.c.generation, archives.c.wrapped)
    .where(archives.c.organisation == _p("organisation"))
    .order_by(archives.c.generation.desc())
    .limit(_p("limit"))
)

# The authority
ROOTS = (
    select(authority_roots.c.number, authority_roots.c.signed)
    .where(authority_roots.c.number > _p("after"))
    .order_by(authority_roots.c.number)
    .limit(_p("limit"))
)
LAST_ROOT = (
    select(authority_roots.c.number, authority_roots.c.signed)
    .order_by(authority_roots.c.number.desc())
    .limit(1)
)
ADD_ROOT = authority_roots.insert()
ADD_ACCREDITATION = accreditations.insert()
SIGN_ACCREDITATION_AGAIN = update(accreditations).where(a.digest == _p("digest")).values(signed=_p("signed"))
ACCREDITATION = select(accreditations).where(a.digest == _p("digest"))
SHORTEN = (
    update(accreditations).where(a.digest == _p("digest"), a.valid_to > _p("at")).values(valid_to=_p("at"))
)
ACCREDITATIONS_OF = (
    select(a.organisation, a.digest, a.signed, a.valid_from, a.valid_to)
    .where(a.organisation == _p("organisation"))
    .order_by(a.valid_to.desc(), a.digest)
    .limit(_p("limit"))
)
ADD_WITHDRAWAL = withdrawals.insert()
WITHDRAWAL = select(withdrawals).where(w.digest == _p("digest"))
SIGN_WITHDRAWAL_AGAIN = update(withdrawals).where(w.digest == _p("digest")).values(signed=_p("signed"))
WITHDRAWALS_OF = (
    select(w.digest, w.signed)
    .where(w.organisation == _p("organisation"))
    .order_by(w.digest)
    .limit(_p("limit"))
)

# The directory: who is accredited at this moment, each with the accreditation that holds longest
_longest = accreditations.alias("longest")
_best = (
    select(_longest.c.digest)
    .where(
        _longest.c.organisation == o.organisation,
        _longest.c.valid_from <= _p("now"),
        _longest.c.valid_to > _p("now"),
    )
    .order_by(_longest.c.valid_to.desc(), _longest.c.digest)
    .limit(1)
    .scalar_subquery()
)
DIRECTORY = (
    select(o.organisation, o.length, o.head, o.generation, a.signed)
    .join_from(organisations, accreditations, a.digest == _best)
    .where(o.organisation > _p("after"))
    .order_by(o.organisation)
    .limit(_p("limit"))
)
IN_FORCE = (
    select(a.signed, a.digest)
    .where(a.organisation == _p("organisation"), a.valid_from <= _p("now"), a.valid_to > _p("now"))
    .order_by(a.valid_to.desc(), a.digest)
    .limit(1)
)
