"""Lessons that were handed on to somebody whom their header does not name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "lesson_grant",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("giver", sa.String(length=32), nullable=False),
        sa.Column("heir", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.lesson"], name=op.f("fk_lesson_grant_lesson"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "grant_id", name=op.f("pk_lesson_grant")),
    )
    with op.batch_alter_table("lesson_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_grant_heir"), ["heir"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("lesson_grant")
