"""Quick copies of epoch keys."""

import sqlalchemy as sa
from alembic import op

revision = "7c1e0b52d9a4"
down_revision = "054a492444ed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "circle_wraps",
        sa.Column("circle", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("circle", "organisation", "epoch", name=op.f("pk_circle_wraps")),
    )


def downgrade() -> None:
    op.drop_table("circle_wraps")
