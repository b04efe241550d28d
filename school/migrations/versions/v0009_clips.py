"""Clips: some seconds of a lesson that were handed on, and which of them the log speaks of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "lesson_clip",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("giver", sa.String(length=32), nullable=False),
        sa.Column("heir", sa.String(length=32), nullable=False),
        sa.Column("seconds", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.lesson"], name=op.f("fk_lesson_clip_lesson"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "clip_id", name=op.f("pk_lesson_clip")),
    )
    with op.batch_alter_table("lesson_clip", schema=None) as batch_op:
        batch_op.create_index("ix_lesson_clip_heir", ["heir"], unique=False)
    op.create_table(
        "lesson_clip_segment",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("track", sa.Integer(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson", "clip_id"],
            ["lesson_clip.lesson", "lesson_clip.clip_id"],
            name=op.f("fk_lesson_clip_segment_lesson_clip_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lesson", "clip_id", "track", "index", name=op.f("pk_lesson_clip_segment")),
    )
    with op.batch_alter_table("lesson_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clip", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("lesson_log", schema=None) as batch_op:
        batch_op.drop_column("clip")
    op.drop_table("lesson_clip_segment")
    with op.batch_alter_table("lesson_clip", schema=None) as batch_op:
        batch_op.drop_index("ix_lesson_clip_heir")
    op.drop_table("lesson_clip")
