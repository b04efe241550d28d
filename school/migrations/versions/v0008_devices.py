"""How often a teacher has let every other device forget her keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("teacher", schema=None) as batch_op:
        batch_op.add_column(sa.Column("devices", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("teacher", schema=None) as batch_op:
        batch_op.drop_column("devices")
