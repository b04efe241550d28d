"""People who are no teachers, their passwords, and what is known of a session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version. Whoever is signed in signs in again: of such a session nobody knows when it began."""
    with op.batch_alter_table("teacher", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=20), nullable=False, server_default="teacher"))
        batch_op.add_column(sa.Column("email", sa.String(length=200), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_teacher_email"), ["email"])
    op.execute("DELETE FROM signed_in")
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("way", sa.String(length=16), nullable=False))
        batch_op.add_column(sa.Column("browser", sa.String(length=100), nullable=False))
        batch_op.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=False))
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False))
    op.create_table(
        "password",
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["teacher.id"], name=op.f("fk_password_teacher_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("teacher_id", name=op.f("pk_password")),
    )
    op.create_table(
        "attempt",
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("whose", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "whose", name=op.f("pk_attempt")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("attempt")
    op.drop_table("password")
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        for name in ("seen_at", "started_at", "browser", "way"):
            batch_op.drop_column(name)
    with op.batch_alter_table("teacher", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_teacher_email"), type_="unique")
        batch_op.drop_column("email")
        batch_op.drop_column("role")
