"""What tests of the access log share: statements to make, and a reader who checks the whole tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from crypto import checkpoints
from crypto.checkpoints import Checkpoint
from crypto.merkle import Frontier, leaf_hash
from crypto.statements import Act, Object, ObjectKind, SignedStatement, log_leaf
from storage.database import Database
from storage.tables.audit import log_statements
from tests.hub.build import End, digest_of, statement_json
from tests.hub.running import Answer, RunningHub

CIRCLE = digest_of("circle")
ALL = select(log_statements).order_by(log_statements.c.index)


def opened(end: End, seq: int = 1, circle: bytes = CIRCLE, **changes: Any) -> SignedStatement:
    """A read receipt up to ``seq``."""
    looked = Object(ObjectKind.ENTRIES, digest_of(f"head {seq}"), 1, seq + 1)
    return end.statement(Act.OPENED, circle, [looked], **changes)


async def post(end: End, statements: Sequence[SignedStatement]) -> Answer:
    """Post what was opened."""
    body = {"statements": [statement_json(each) for each in statements]}
    return await end.ask("POST", "/v1/statements", body)


def read_note(hub: RunningHub, note: str) -> Checkpoint:
    """A checkpoint, verified as an end does."""
    name = hub.settings.hub_name
    checkpoint = checkpoints.verify(note, name, hub.hub.keys.checkpoint_public)
    assert checkpoint.origin == f"{name}/access-log"
    return checkpoint


async def leaves(database: Database) -> list[bytes]:
    """Every leaf, made again from what was stored."""
    async with database.read() as unit:
        rows = await unit.all(ALL)
    assert [row.index for row in rows] == list(range(len(rows)))
    return [log_leaf(row.salt, SignedStatement(row.payload, row.signature)) for row in rows]


def root_of(stored: Sequence[bytes]) -> bytes:
    """The root over them, from nothing."""
    frontier = Frontier()
    for leaf in stored:
        frontier.append(leaf_hash(leaf))
    return frontier.root()
