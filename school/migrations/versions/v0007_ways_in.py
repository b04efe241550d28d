"""Since when there is a way to a teacher's keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "way_in",
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["teacher_id"], ["teacher.id"], name=op.f("fk_way_in_teacher_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("teacher_id", "name", name=op.f("pk_way_in")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("way_in")
