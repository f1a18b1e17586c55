"""Workflow: where each action stands, and the ladders that push it.

Projections of entries: all of it could be made again from circles, but for the rungs that have fired.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text

from storage.tables import metadata

action_circles = Table(
    "action_circles",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("owner", LargeBinary, nullable=False),
    Column("closed", Boolean, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("action", LargeBinary, primary_key=True),
    Column("proposer", LargeBinary, nullable=False, comment="the organisation that asked for it"),
    Column("owner", LargeBinary, nullable=False, comment="of the circle"),
    Column("organisation", LargeBinary, nullable=False),
    Column("assignee", LargeBinary, nullable=False, comment="empty bytes while nobody has taken it on"),
    Column("state", BigInteger, nullable=False, comment="policies.actions.state_code; overdue is no state"),
    Column("priority", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False, comment="of the ladder"),
    Column("seq", BigInteger, nullable=False, comment="of the latest entry about it"),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False, comment="unfinished, in a circle that is open"),
    Column("here", Boolean, nullable=False, comment="its organisation is in the circle or asked in"),
    Index("ix_actions_proposed", "circle", "proposer", "open"),
    Index("ix_actions_mine", "assignee", "open", "due_at", "circle", "action"),
    Index("ix_actions_theirs", "organisation", "open", "due_at", "circle", "action"),
    Index("ix_actions_unassigned", "organisation", "assignee", "open", "due_at", "circle", "action"),
    Index("ix_actions_owned", "owner", "open", "due_at", "circle", "action"),
)

ladders = Table(
    "ladders",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("subject", LargeBinary, primary_key=True, comment="an action, or an organisation asked in"),
    Column("kind", Text, nullable=False, comment="action or invitation"),
    Column("organisation", LargeBinary, nullable=False),
    Column("assignee", LargeBinary, nullable=False, comment="empty bytes for nobody"),
    Column("state", BigInteger, nullable=False),
    Column(
        "seq",
        BigInteger,
        nullable=False,
        comment="of the entry it began with: tells ladders apart",
    ),
    Column("started_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("rung", BigInteger, nullable=False, comment="the highest that has fired"),
    Column("next_at", BigInteger, comment="when to look again; empty when there is nothing to come"),
    Index("ix_ladders_due", "next_at"),
)
"""One row for each thing that somebody is being pushed to do. Finished, or work going on: the row is gone."""

fired = Table(
    "fired_rungs",
    metadata,
    Column("circle", LargeBinary, primary_key=True),
    Column("subject", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("rung", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
)
"""Every effect of a ladder, once: a second worker that fired the same rung would be refused by this key."""

open_invitations = Table(
    "open_invitations",
    metadata,
    Column("organisation", LargeBinary, primary_key=True),
    Column("circle", LargeBinary, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("answer_due", BigInteger, nullable=False),
)
