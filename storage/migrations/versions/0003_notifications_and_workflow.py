"""Notifications and workflow."""

import sqlalchemy as sa
from alembic import op

revision = "054a492444ed"
down_revision = "f1e4ab93626f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action_circles",
        sa.Column("circle", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.LargeBinary(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("circle", name=op.f("pk_action_circles")),
    )
    op.create_table(
        "actions",
        sa.Column("circle", sa.LargeBinary(), nullable=False),
        sa.Column("action", sa.LargeBinary(), nullable=False),
        sa.Column("proposer", sa.LargeBinary(), nullable=False, comment="the organisation that asked for it"),
        sa.Column("owner", sa.LargeBinary(), nullable=False, comment="of the circle"),
        sa.Column("organisation", sa.LargeBinary(), nullable=False),
        sa.Column(
            "assignee", sa.LargeBinary(), nullable=False, comment="empty bytes while nobody has taken it on"
        ),
        sa.Column(
            "state",
            sa.BigInteger(),
            nullable=False,
            comment="policies.actions.state_code; overdue is no state",
        ),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False, comment="of the ladder"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="of the latest entry about it"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False, comment="unfinished, in a circle that is open"),
        sa.Column(
            "here", sa.Boolean(), nullable=False, comment="its organisation is in the circle or asked in"
        ),
        sa.PrimaryKeyConstraint("circle", "action", name=op.f("pk_actions")),
    )
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_actions_mine", ["assignee", "open", "due_at", "circle", "action"], unique=False
        )
        batch_op.create_index(
            "ix_actions_owned", ["owner", "open", "due_at", "circle", "action"], unique=False
        )
        batch_op.create_index("ix_actions_proposed", ["circle", "proposer", "open"], unique=False)
        batch_op.create_index(
            "ix_actions_theirs", ["organisation", "open", "due_at", "circle", "action"], unique=False
        )
        batch_op.create_index(
            "ix_actions_unassigned",
            ["organisation", "assignee", "open", "due_at", "circle", "action"],
            unique=False,
        )

    op.create_table(
        "fired_rungs",
        sa.Column("circle", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rung", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("circle", "subject", "seq", "rung", name=op.f("pk_fired_rungs")),
    )
    op.create_table(
        "ladders",
        sa.Column("circle", sa.LargeBinary(), nullable=False),
        sa.Column(
            "subject", sa.LargeBinary(), nullable=False, comment="an action, or an organisation asked in"
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="action or invitation"),
        sa.Column("organisation", sa.LargeBinary(), nullable=False),
        sa.Column("assignee", sa.LargeBinary(), nullable=False, comment="empty bytes for nobody"),
        sa.Column("state", sa.BigInteger(), nullable=False),
        sa.Column(
            "seq", sa.BigInteger(), nullable=False, comment="of the entry it began with: tells ladders apart"
        ),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.BigInteger(), nullable=False, comment="the highest that has fired"),
        sa.Column(
            "next_at",
            sa.BigInteger(),
            nullable=True,
            comment="when to look again; empty when there is nothing to come",
        ),
        sa.PrimaryKeyConstraint("circle", "subject", name=op.f("pk_ladders")),
    )
    with op.batch_alter_table("ladders", schema=None) as batch_op:
        batch_op.create_index("ix_ladders_due", ["next_at"], unique=False)

    op.create_table(
        "mails",
        sa.Column(
            "mail", sa.LargeBinary(), nullable=False, comment="link and Message-ID are derived from this"
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, sent or dead"),
        sa.Column("worker", sa.LargeBinary(), nullable=True, comment="empty for an enrolment"),
        sa.Column("organisation", sa.LargeBinary(), nullable=True, comment="empty for a founder"),
        sa.Column(
            "address",
            sa.Text(),
            nullable=True,
            comment="of an enrolment only: it is for somebody without an account",
        ),
        sa.Column("invitation", sa.LargeBinary(), nullable=True, comment="of an enrolment only"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True, comment="of the personal link"),
        sa.Column(
            "place", sa.Text(), nullable=True, comment="circle, organisation or today: where the link leads"
        ),
        sa.Column("circle", sa.LargeBinary(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, comment="of the link"),
        sa.Column("followed_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "next_at",
            sa.BigInteger(),
            nullable=True,
            comment="the next try; empty when there is none to come",
        ),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("first_try", sa.BigInteger(), nullable=True),
        sa.Column(
            "undelivered",
            sa.Boolean(),
            nullable=False,
            comment="no try can have delivered it, so more may go in",
        ),
        sa.Column("code", sa.Text(), nullable=True, comment="why the last try failed"),
        sa.Column("ended_at", sa.BigInteger(), nullable=True, comment="when it was sent or given up"),
        sa.PrimaryKeyConstraint("mail", name=op.f("pk_mails")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mails_token_hash")),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index("ix_mails_due", ["next_at"], unique=False)
        batch_op.create_index("ix_mails_invitation", ["invitation"], unique=False)
        batch_op.create_index("ix_mails_state", ["state", "ended_at", "mail"], unique=False)
        batch_op.create_index("ix_mails_worker", ["worker", "state"], unique=False)

    op.create_table(
        "notices",
        sa.Column("worker", sa.LargeBinary(), nullable=False),
        sa.Column(
            "dedupe",
            sa.LargeBinary(),
            nullable=False,
            comment="the same for the same notice: none is queued twice",
        ),
        sa.Column("organisation", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urgency", sa.BigInteger(), nullable=False),
        sa.Column(
            "audience",
            sa.Text(),
            nullable=False,
            comment="worker, assigned or managers: why this person is told",
        ),
        sa.Column("circle", sa.LargeBinary(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.LargeBinary(), nullable=True, comment="which action, where it is about one"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column(
            "check_at",
            sa.BigInteger(),
            nullable=True,
            comment="when to ask whether it may leave; empty once mailed or moot",
        ),
        sa.Column("mail", sa.LargeBinary(), nullable=True, comment="the mail it went into"),
        sa.PrimaryKeyConstraint("worker", "dedupe", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_at", ["at"], unique=False)
        batch_op.create_index("ix_notices_due", ["check_at", "worker"], unique=False)
        batch_op.create_index("ix_notices_mail", ["mail"], unique=False)
        batch_op.create_index("ix_notices_waiting", ["worker", "check_at"], unique=False)

    op.create_table(
        "open_invitations",
        sa.Column("organisation", sa.LargeBinary(), nullable=False),
        sa.Column("circle", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("answer_due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "circle", name=op.f("pk_open_invitations")),
    )
    op.create_table(
        "recipients",
        sa.Column("worker", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False, comment="several workers may share one"),
        sa.Column("last_sent", sa.BigInteger(), nullable=True, comment="when this person's last digest left"),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_recipients")),
    )
    with op.batch_alter_table("recipients", schema=None) as batch_op:
        batch_op.create_index("ix_recipients_organisation", ["organisation", "role"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recipients", schema=None) as batch_op:
        batch_op.drop_index("ix_recipients_organisation")

    op.drop_table("recipients")
    op.drop_table("open_invitations")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_waiting")
        batch_op.drop_index("ix_notices_mail")
        batch_op.drop_index("ix_notices_due")
        batch_op.drop_index("ix_notices_at")

    op.drop_table("notices")
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_index("ix_mails_worker")
        batch_op.drop_index("ix_mails_state")
        batch_op.drop_index("ix_mails_invitation")
        batch_op.drop_index("ix_mails_due")

    op.drop_table("mails")
    with op.batch_alter_table("ladders", schema=None) as batch_op:
        batch_op.drop_index("ix_ladders_due")

    op.drop_table("ladders")
    op.drop_table("fired_rungs")
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.drop_index("ix_actions_unassigned")
        batch_op.drop_index("ix_actions_theirs")
        batch_op.drop_index("ix_actions_proposed")
        batch_op.drop_index("ix_actions_owned")
        batch_op.drop_index("ix_actions_mine")

    op.drop_table("actions")
    op.drop_table("action_circles")
