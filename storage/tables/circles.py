"""Circles: what the hub keeps of each one's log, who is in it, and who works on it.

No names, titles or words: ids, hashes, times and sealed bytes alone.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from storage.tables import metadata

circles = Table(
    "circles",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("control_head", LargeBinary, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("about_seq", BigInteger, nullable=False),
    Column("summary", LargeBinary, nullable=False),
)
"""`summary` is what a content entry is judged by (hub.circles.state.Summary); the control entries say the
same at length."""

entries = Table(
    "entries",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("kind", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("worker", LargeBinary, nullable=False),
    Column("organisation", LargeBinary, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=True),
    Index("ix_entries_author", "circle", "worker", "seq"),
)
"""`body` is empty (null) once it was erased; the header stays."""

control_entries = Table(
    "control_entries",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)
"""The control chain, found without walking the talk between. `epoch` is the one that the entry's head
belongs to."""

places = Table(
    "circle_places",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, primary_key=True),
    Column("standing", Text, nullable=False),
    Column("activity", BigInteger, nullable=False),
    Column("invite_hash", LargeBinary, nullable=True),
    Column("invite_seq", BigInteger, nullable=True),
    Column("invited_at", BigInteger, nullable=True),
    Column("answer_due", BigInteger, nullable=True),
    Column("next_due", BigInteger, nullable=True),
    Index("ix_circle_places_latest", "organisation", "activity", "circle"),
)
"""One row for each organisation that is in a circle ("owner", "member") or asked into it ("invited"); none
for who left."""

boxes = Table(
    "circle_boxes",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, nullable=True),
    Column("epoch", BigInteger, nullable=True),
    Column("entry", LargeBinary, nullable=True),
    Column("box", LargeBinary, nullable=False),
    Index("ix_circle_boxes_addressed", "circle", "organisation", "epoch"),
)
"""`organisation` where the facts say whose it is; `epoch` or `entry` where the box gives the key of one."""

wraps = Table(
    "circle_wraps",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("generation", BigInteger, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""An organisation's quick copy of an epoch's key, under a symmetric key of its `generation`: it opens a
thousand times faster than the box. The hub cannot tell a good copy from a bad one; whoever opens it can."""

assignments = Table(
    "circle_assignments",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("worker", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, nullable=False),
    Column("assigned_by", LargeBinary, nullable=False),
    Column("assigned_at", BigInteger, nullable=False),
    Index("ix_circle_assignments_worker", "worker"),
)
"""Who works on a circle within their own organisation: the hub enforces it, no key does."""
