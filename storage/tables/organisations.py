"""Organisations: their chains, the boxes that their events name, and what the authority signed about them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table

from storage.tables import metadata

organisations = Table(
    "organisations",
    metadata,
    Column("organisation", LargeBinary, primary_key=True),
    Column("genesis", LargeBinary, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("documents", BigInteger, nullable=False),  # goes up with each word of the authority about it
    Column("made_at", BigInteger, nullable=False),
)

organisation_events = Table(
    "organisation_events",
    metadata,
    Column("organisation", LargeBinary, ForeignKey("organisations.organisation"), primary_key=True),
    Column("length", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

worker_boxes = Table(
    "worker_boxes",
    metadata,
    Column("organisation", LargeBinary, ForeignKey("organisations.organisation"), primary_key=True),
    Column("worker", LargeBinary, primary_key=True),
    Column("generation", BigInteger, nullable=False),
    Column("box", LargeBinary, nullable=False),
)

archives = Table(
    "archives",
    metadata,
    Column("organisation", LargeBinary, ForeignKey("organisations.organisation"), primary_key=True),
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),  # opens generation - 1
)

authority_roots = Table(
    "authority_roots",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("signed", LargeBinary, nullable=False),
)

accreditations = Table(
    "accreditations",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, ForeignKey("organisations.organisation"), nullable=False),
    Column("signed", LargeBinary, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger, nullable=False),  # brought forward by a withdrawal
    Column("received_at", BigInteger, nullable=False),
    Index("ix_accreditations_organisation", "organisation", "valid_to"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, ForeignKey("organisations.organisation"), nullable=False, index=True),
    Column("signed", LargeBinary, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)
