"""Lessons have days, go into a bin, and leave a deletion receipt behind; the last moment that was believed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    # Not in a batch: that would make the table anew, and dropping the old one would take all that hangs on it along.
    op.add_column("lesson", sa.Column("counted_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lesson", sa.Column("is_kept", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "deletion",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=63), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("binned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("header_sha256", sa.String(length=64), nullable=True),
        sa.Column("chain", sa.String(length=64), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("length_bytes", sa.BigInteger(), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("unit_deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("lesson", name=op.f("pk_deletion")),
    )
    with op.batch_alter_table("deletion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deletion_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_deletion_unit"), ["unit"], unique=False)
    op.create_table(
        "deletion_owner",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson"], ["deletion.lesson"], name=op.f("fk_deletion_owner_lesson"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson", "kid", name=op.f("pk_deletion_owner")),
    )
    with op.batch_alter_table("deletion_owner", schema=None) as batch_op:
        batch_op.create_index("ix_deletion_owner_kid", ["kid"], unique=False)
    op.create_table(
        "sure_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sure_time")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("sure_time")
    op.drop_table("deletion_owner")
    op.drop_table("deletion")
    op.drop_column("lesson", "is_kept")
    op.drop_column("lesson", "counted_from")
