"""Accounts: sign-in, sessions, what only their owner can open. Mail addresses are of workers alone."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from storage.tables import metadata

invitations = Table(
    "invitations",
    metadata,
    Column("invitation", LargeBinary, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("organisation", LargeBinary),  # empty for a founder, who brings the organisation
    Column("role", Text, nullable=False),
    Column("replaces", LargeBinary),  # the worker whose words are replaced
    Column("mail", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("worker", LargeBinary),  # who completed it; empty while it is open
    Column("content_hash", LargeBinary),  # of what completed it: the same content again gets the same answer
    Index("ix_invitations_organisation", "organisation", "invitation"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("worker", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting, admitted or removed
    Column("address", Text, unique=True),  # the sign-in name; a kit has none
    Column("signing_key", LargeBinary, nullable=False),
    Column("box_key", LargeBinary, nullable=False),
    Column("salt", LargeBinary),
    Column("auth_hash", LargeBinary),
    Column("wrapped", LargeBinary),
    Column("wrap_version", BigInteger),
    Column("profile_box", LargeBinary),
    Column("invitation", LargeBinary),
    Column("mail", Text),
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_accounts_organisation", "organisation", "worker"),
    Index("ix_accounts_state", "state", "changed_at"),
)

replacements = Table(
    "replacements",
    metadata,
    Column("worker", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("invitation", LargeBinary, nullable=False),
    Column("address", Text, nullable=False),
    Column("signing_key", LargeBinary, nullable=False),
    Column("box_key", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("auth_hash", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrap_version", BigInteger, nullable=False),
    Column("profile_box", LargeBinary),
    Column("mail", Text, nullable=False),
    Column("device", LargeBinary),  # hash of the token of the device that enrols; remembered once admitted
    Column("made_at", BigInteger, nullable=False),
    Index("ix_replacements_organisation", "organisation", "worker"),
)

sign_in_names = Table(
    "sign_in_names",
    metadata,
    Column("address", Text, primary_key=True),
    Column("worker", LargeBinary, nullable=False),  # who has it or waits for it
)

challenges = Table(
    "challenges",
    metadata,
    Column("session", LargeBinary, primary_key=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("worker", LargeBinary),  # empty for a kit
    Column("organisation", LargeBinary),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session", LargeBinary, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("worker", LargeBinary, nullable=False),
    Column("signing_key", LargeBinary, nullable=False),  # the key it was proved with
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # to the minute
    Column("ends_at", BigInteger, nullable=False, index=True),
    Index("ix_sessions_worker", "worker", "made_at"),
)

pins = Table(
    "pins",
    metadata,
    Column("worker", LargeBinary, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

standings = Table(
    "standings",
    metadata,
    Column("organisation", LargeBinary, primary_key=True),
    Column("valid_from", BigInteger, primary_key=True, autoincrement=False),
    Column("valid_to", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
)
"""Stretches of time in which the organisation is accredited: one kind each, and none overlaps another."""

devices = Table(
    "devices",
    metadata,
    Column("worker", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),  # hash of its token
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, index=True),
)

codes = Table(
    "codes",
    metadata,
    Column("worker", LargeBinary, primary_key=True),
    Column("code", LargeBinary, nullable=False),  # what the digits are made from, with the hub's private key
    Column("tries_left", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
"""A worker has one code at most, and a new one takes its place."""

passkeys = Table(
    "passkeys",
    metadata,
    Column("credential_hash", LargeBinary, primary_key=True),
    Column("worker", LargeBinary, nullable=False),
    Column("credential", LargeBinary, nullable=False),
    Column("auth_hash", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrap_version", BigInteger, nullable=False),
    Column("label_box", LargeBinary),  # what its owner calls it, sealed
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("ix_passkeys_worker", "worker", "made_at"),
)

pin_halves = Table(
    "pin_halves",
    metadata,
    Column("device", LargeBinary, primary_key=True),  # hash of its token
    Column("worker", LargeBinary, nullable=False, index=True),
    Column("half", LargeBinary, nullable=False),  # opens nothing without the half on the device
    Column("check_hash", LargeBinary, nullable=False),
    Column("tries_left", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

drafts = Table(
    "drafts",
    metadata,
    Column("worker", LargeBinary, primary_key=True),
    Column("slot", LargeBinary, primary_key=True),  # the end's own name for it, hashed
    Column("sealed", LargeBinary, nullable=False),
    Column("changed_at", BigInteger, nullable=False, index=True),
)
