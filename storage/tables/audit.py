"""The access log: what was looked at, the tree over it, and who has read how far. Only ever added to."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, UniqueConstraint

from storage.tables import metadata

log_state = Table(
    "log_state",
    metadata,
    Column("id", BigInteger, primary_key=True),  # always 1: whoever locks this row may append
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("peaks", LargeBinary, nullable=False),  # the tree's right edge: 32 bytes for each bit of size
    Column("note", Text, nullable=False),  # the signed checkpoint of this size
)

log_statements = Table(
    "log_statements",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False, index=True),  # crypto.statements.log_leaf, 32 bytes
    Column("salt", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("reason_box", LargeBinary),  # why the glass was broken, sealed to the organisation's oversight
    Column("alert", Text),
    Column("nonce", LargeBinary, nullable=False),
    Column("circle", LargeBinary, nullable=False),  # empty outside a circle
    Column("worker", LargeBinary, nullable=False),
    Column("organisation", LargeBinary, nullable=False),
    Column("act", BigInteger, nullable=False),
    Column("purpose", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("nonce", "worker"),
    Index("ix_log_statements_organisation", "organisation", "index"),
    Index("ix_log_statements_circle", "circle", "organisation", "index"),
    Index("ix_log_statements_worker", "worker", "index"),
)

log_nodes = Table(
    "log_nodes",
    metadata,
    Column("level", BigInteger, primary_key=True, autoincrement=False),  # 1 and up: level 0 is the leaves
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

reads = Table(
    "reads",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("worker", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, nullable=False),
    Column("seq", BigInteger, nullable=False),  # the highest seq whose opening this worker stated
    Column("head", LargeBinary, nullable=False),  # the circle's head that the worker had verified at seq
    Column("index", BigInteger, nullable=False),  # of the statement, in log_statements
    Column("at", BigInteger, nullable=False),
    Index("ix_reads_worker", "worker", "circle"),
)
