"""Letters that wait for an organisation: sealed, and shown to nobody else."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, UniqueConstraint

from storage.tables import metadata

letters = Table(
    "letters",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("letter", LargeBinary, nullable=False),
    Column("receiver", LargeBinary, nullable=False),
    Column("kind", BigInteger, nullable=False),
    Column("sender", LargeBinary, nullable=True),
    Column("received_at", BigInteger, nullable=False),
    Column("fetched_at", BigInteger, nullable=True),
    Column("header", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("box", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("receiver", "letter"),
    Index("ix_letters_receiver", "receiver", "received_at", "letter"),
    Index("ix_letters_unread", "receiver", "fetched_at", "sender"),
)
"""`sender` is the organisation whose worker signed; empty (null) when nobody did."""
