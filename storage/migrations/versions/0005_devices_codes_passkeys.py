"""Devices, codes by mail, passkeys, halves of PINs and sealed drafts."""

import sqlalchemy as sa
from alembic import op

revision = "089387f80a24"
down_revision = "7c1e0b52d9a4"
branch_labels = None
depends_on = None

BEFORE = "of an enrolment only: it is for somebody without an account"
AFTER = "of an enrolment or a code: whoever it is for may not be a recipient"


def upgrade() -> None:
    op.create_table(
        "codes",
        sa.Column("worker", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("tries_left", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_codes")),
    )
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_codes_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "devices",
        sa.Column("worker", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker", "device", name=op.f("pk_devices")),
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_devices_used_at"), ["used_at"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("worker", sa.LargeBinary(), nullable=False),
        sa.Column("slot", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker", "slot", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_changed_at"), ["changed_at"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("credential_hash", sa.LargeBinary(), nullable=False),
        sa.Column("worker", sa.LargeBinary(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("auth_hash", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrap_version", sa.BigInteger(), nullable=False),
        sa.Column("label_box", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("credential_hash", name=op.f("pk_passkeys")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index("ix_passkeys_worker", ["worker", "made_at"], unique=False)

    op.create_table(
        "pin_halves",
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column("worker", sa.LargeBinary(), nullable=False),
        sa.Column("half", sa.LargeBinary(), nullable=False),
        sa.Column("check_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries_left", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_pin_halves")),
    )
    with op.batch_alter_table("pin_halves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pin_halves_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_pin_halves_worker"), ["worker"], unique=False)

    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.alter_column("address", existing_type=sa.Text(), existing_comment=BEFORE, comment=AFTER)
        batch_op.add_column(
            sa.Column(
                "sign_in_code",
                sa.LargeBinary(),
                nullable=True,
                comment="of a code only: what its digits are made from",
            )
        )

    with op.batch_alter_table("replacements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("replacements", schema=None) as batch_op:
        batch_op.drop_column("device")

    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_column("sign_in_code")
        batch_op.alter_column("address", existing_type=sa.Text(), existing_comment=AFTER, comment=BEFORE)

    with op.batch_alter_table("pin_halves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pin_halves_worker"))
        batch_op.drop_index(batch_op.f("ix_pin_halves_expires_at"))

    op.drop_table("pin_halves")
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.drop_index("ix_passkeys_worker")

    op.drop_table("passkeys")
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drafts_changed_at"))

    op.drop_table("drafts")
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_devices_used_at"))

    op.drop_table("devices")
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_codes_expires_at"))

    op.drop_table("codes")
