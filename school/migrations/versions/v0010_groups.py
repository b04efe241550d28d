"""Lists of colleagues that teachers make for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "colleague_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["teacher.id"], name=op.f("fk_colleague_group_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague_group")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_colleague_group_owner_id_name")),
    )
    op.create_table(
        "colleague_group_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["colleague_group.id"],
            name=op.f("fk_colleague_group_member_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["teacher.id"], name=op.f("fk_colleague_group_member_teacher_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "teacher_id", name=op.f("pk_colleague_group_member")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("colleague_group_member")
    op.drop_table("colleague_group")
