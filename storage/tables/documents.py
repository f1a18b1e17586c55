"""Documents: uploads of ciphertext, and tickets to fetch what was uploaded. Names, types and keys are
sealed elsewhere."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text, text

from storage.tables import metadata

uploads = Table(
    "uploads",
    metadata,
    Column("upload", LargeBinary, primary_key=True),
    Column("circle", LargeBinary, nullable=False),
    Column("worker", LargeBinary, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("touched_at", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=True),
    Column("entry", LargeBinary, nullable=True),
    Column("dropped_at", BigInteger, nullable=True),
    Index("ix_uploads_worker", "worker", "touched_at"),
    Index("ix_uploads_document", "circle", "document", "number"),
    Index("ix_uploads_entry", "entry"),
    Index("ix_uploads_waiting", "entry", "dropped_at", "touched_at"),
    Index(
        "uq_uploads_open",
        "circle",
        "document",
        "number",
        "worker",
        unique=True,
        sqlite_where=text("entry IS NULL AND dropped_at IS NULL"),
        postgresql_where=text("entry IS NULL AND dropped_at IS NULL"),
    ),
)
"""`root` over its segments once it is finished, `entry` once an entry names it. A row that is `dropped_at`
waits for its blob to go. A worker has one open upload of a version at most."""

documents = Table(
    "documents",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("document", LargeBinary, primary_key=True),
    Column("organisation", LargeBinary, nullable=False),
    Column("number", BigInteger, nullable=False),
)
"""One row for each document that an entry named: whose first version it was, and the number of its latest
version, which erasing leaves as it is."""

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload", LargeBinary, ForeignKey("uploads.upload"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("token", Text, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket", LargeBinary, primary_key=True),
    Column("session", LargeBinary, nullable=False),
    Column("circle", LargeBinary, nullable=False),
    Column("upload", LargeBinary, ForeignKey("uploads.upload"), nullable=False, index=True),
    Column("start", BigInteger, nullable=False),
    Column("stop", BigInteger, nullable=False),
    Column("glass", Boolean, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
"""`ticket` is the hash of what the caller was given; `glass` if they had to break the glass for it."""
