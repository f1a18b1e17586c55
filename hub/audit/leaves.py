"""From verified statements to rows: salted leaves, the nodes they complete, how far each worker has read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from crypto.merkle import Frontier, leaf_hash
from crypto.statements import Act, ObjectKind, SignedStatement, Statement, log_leaf


@dataclass(frozen=True, slots=True)
class Said:
    """One statement that was verified, and what is kept beside it."""

    signed: SignedStatement
    statement: Statement
    reason_box: bytes | None
    alert: str | None
    received_at: int


def grown(frontier: Frontier, good: list[Said]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Add each statement to the tree; the rows of statements and of the perfect nodes they complete."""
    rows, nodes = [], []
    for said in good:
        salt = os.urandom(32)
        leaf = log_leaf(salt, said.signed)
        rows.append(_row(frontier.size, leaf, salt, said))
        for level, index, made in frontier.append(leaf_hash(leaf))[1:]:
            nodes.append({"level": level, "index": index, "hash": made})
    return rows, nodes


def _row(index: int, leaf: bytes, salt: bytes, said: Said) -> dict[str, Any]:
    statement = said.statement
    return {
        "index": index,
        "leaf": leaf,
        "salt": salt,
        "payload": said.signed.payload,
        "signature": said.signed.signature,
        "reason_box": said.reason_box,
        "alert": said.alert,
        "nonce": statement.nonce,
        "circle": statement.circle,
        "worker": statement.worker,
        "organisation": statement.organisation,
        "act": statement.act,
        "purpose": statement.purpose,
        "received_at": said.received_at,
    }


def readings(rows: list[dict[str, Any]], good: list[Said]) -> list[dict[str, Any]]:
    """The furthest reading of each worker and circle in this batch: an `opened` names [head, ..seq]."""
    furthest: dict[tuple[bytes, bytes], dict[str, Any]] = {}
    for row, said in zip(rows, good, strict=True):
        if said.statement.act != Act.OPENED:
            continue
        for each in said.statement.objects:
            if each.kind != ObjectKind.ENTRIES or each.stop == 0:
                continue
            read = {name: row[name] for name in ("circle", "worker", "organisation", "index")}
            read |= {"seq": each.stop - 1, "head": each.id, "at": row["received_at"]}
            before = furthest.get((row["circle"], row["worker"]))
            if before is None or before["seq"] < read["seq"]:
                furthest[row["circle"], row["worker"]] = read
    return [furthest[key] for key in sorted(furthest)]
