"""A finished upload is known by the root over its segments, not by a hash of the whole object.

What was finished before, and no entry names yet, counts as unfinished: no end reads its description now.
"""

import sqlalchemy as sa
from alembic import op

revision = "4f2b90c7d1e8"
down_revision = "089387f80a24"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.add_column(sa.Column("root", sa.LargeBinary(), nullable=True))
        batch_op.drop_column("stored_hash")
    _explain_place("circle, organisation, settings or today: where the link leads")


def downgrade() -> None:
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stored_hash", sa.LargeBinary(), nullable=True))
        batch_op.drop_column("root")
    _explain_place("circle, organisation or today: where the link leads")


def _explain_place(words: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("mails", "place", existing_type=sa.Text(), comment=words)
