"""Comments on lessons, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "comment",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("comment", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("readers", sa.String(length=16), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("first_kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.lesson"], name=op.f("fk_comment_lesson"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "comment", name=op.f("pk_comment")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("comment")
