"""Lessons that were handed on to somebody whom their header does not name, and what happened to them."""

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
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.lesson"], name=op.f("fk_lesson_grant_lesson"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "grant_id", name=op.f("pk_lesson_grant")),
    )
    with op.batch_alter_table("lesson_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_grant_heir"), ["heir"], unique=False)
    op.create_table(
        "lesson_log",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deed", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.lesson"], name=op.f("fk_lesson_log_lesson"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "number", name=op.f("pk_lesson_log")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("lesson_log")
    op.drop_table("lesson_grant")
