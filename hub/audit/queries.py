"""The SQL of the access log. Every statement is built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, literal_column, select, update

from storage.statements import insert_ignore, upsert
from storage.tables.audit import log_nodes, log_state, log_statements, reads

s, n, r = log_statements.c, log_nodes.c, reads.c


def _p(name: str) -> Any:
    return bindparam(f"p_{name}")


STATE = select(log_state.c.size, log_state.c.root, log_state.c.peaks, log_state.c.note).where(
    log_state.c.id == _p("id")
)
LOCKED_STATE = STATE.with_for_update()
BEGIN = insert_ignore(log_state, on=["id"])
MOVE = (
    update(log_state)
    .where(log_state.c.id == _p("id"))
    .values(size=_p("size"), root=_p("root"), peaks=_p("peaks"), note=_p("note"))
)
USED_NONCES = select(s.nonce, s.worker).where(s.nonce.in_(bindparam("p_nonces", expanding=True)))
ADD = log_statements.insert()
ADD_NODE = log_nodes.insert()
SET_READ = upsert(
    reads,
    on=["circle", "worker"],
    take=["organisation", "seq", "head", "index", "at"],
    where=reads.c.seq < literal_column("excluded.seq"),
)

LEAVES = select(s.index, s.leaf).where(s.index.in_(bindparam("p_indices", expanding=True)))
NODES_OF_LEVEL = select(n.index, n.hash).where(
    n.level == _p("level"), n.index.in_(bindparam("p_indices", expanding=True))
)
INDEX_OF_LEAF = select(s.index).where(s.leaf == _p("leaf")).order_by(s.index)

_PAGE = (
    select(s.index, s.salt, s.payload, s.signature, s.reason_box, s.received_at, s.alert)
    .where(s.organisation == _p("organisation"), s.index > _p("after"))
    .order_by(s.index)
    .limit(_p("limit"))
)
_OF_CIRCLE, _OF_WORKER = s.circle == _p("circle"), s.worker == _p("worker")
PAGES = {
    (False, False): _PAGE,
    (True, False): _PAGE.where(_OF_CIRCLE),
    (False, True): _PAGE.where(_OF_WORKER),
    (True, True): _PAGE.where(_OF_CIRCLE, _OF_WORKER),
}
"""By (of one circle, of one worker)."""

READERS = (
    select(r.organisation, r.worker, r.seq, r.head, r.at, s.payload, s.signature)
    .join_from(reads, log_statements, s.index == r.index)
    .where(r.circle == _p("circle"), r.worker > _p("after"))
    .order_by(r.worker)
    .limit(_p("limit"))
)
READS_OF = select(r.circle, r.seq).where(
    r.worker == _p("worker"), r.circle.in_(bindparam("p_circles", expanding=True))
)
