"""The first version: teachers, units, lessons and what belongs to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "teacher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kid", sa.String(length=32), nullable=True),
        sa.Column("encryption_key", sa.LargeBinary(), nullable=True),
        sa.Column("signing_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teacher")),
        sa.UniqueConstraint("kid", name=op.f("uq_teacher_kid")),
    )
    op.create_table(
        "unit",
        sa.Column("unit", sa.String(length=63), nullable=False),
        sa.Column("room", sa.String(length=200), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("signing_key", sa.LargeBinary(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_unit")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_unit_key_hash")),
    )
    op.create_table(
        "code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["teacher_id"], ["teacher.id"], name=op.f("fk_code_teacher_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_code")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_teacher_id"), ["teacher_id"], unique=False)

    op.create_table(
        "lesson",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=63), nullable=False),
        sa.Column("first_heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.Column("end", sa.String(length=16), nullable=True),
        sa.Column("header", sa.LargeBinary(), nullable=True),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["unit.unit"], name=op.f("fk_lesson_unit")),
        sa.PrimaryKeyConstraint("lesson", name=op.f("pk_lesson")),
    )
    with op.batch_alter_table("lesson", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_unit"), ["unit"], unique=False)

    op.create_table(
        "signed_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["teacher.id"], name=op.f("fk_signed_in_teacher_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_signed_in")),
    )
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signed_in_teacher_id"), ["teacher_id"], unique=False)

    op.create_table(
        "stream",
        sa.Column("unit", sa.String(length=63), nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.unit"], name=op.f("fk_stream_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "stream", name=op.f("pk_stream")),
    )
    op.create_table(
        "unit_status",
        sa.Column("unit", sa.String(length=63), nullable=False),
        sa.Column("status", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.unit"], name=op.f("fk_unit_status_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_unit_status")),
    )
    op.create_table(
        "unit_teacher",
        sa.Column("unit", sa.String(length=63), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["teacher.id"], name=op.f("fk_unit_teacher_teacher_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit"], ["unit.unit"], name=op.f("fk_unit_teacher_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "teacher_id", name=op.f("pk_unit_teacher")),
    )
    op.create_table(
        "unreadable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=63), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.unit"], name=op.f("fk_unreadable_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unreadable")),
        sa.UniqueConstraint("unit", "payload_hash", name=op.f("uq_unreadable_unit_payload_hash")),
    )
    op.create_table(
        "evidence",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.lesson"], name=op.f("fk_evidence_lesson"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "index", name=op.f("pk_evidence")),
    )
    op.create_table(
        "lesson_recipient",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson"], ["lesson.lesson"], name=op.f("fk_lesson_recipient_lesson"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson", "kid", name=op.f("pk_lesson_recipient")),
    )
    with op.batch_alter_table("lesson_recipient", schema=None) as batch_op:
        batch_op.create_index("ix_lesson_recipient_kid", ["kid"], unique=False)

    op.create_table(
        "segment",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("track", sa.Integer(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("length_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("duration", sa.Double(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.lesson"], name=op.f("fk_segment_lesson"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "track", "index", name=op.f("pk_segment")),
    )
    op.create_table(
        "stanza",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.lesson"], name=op.f("fk_stanza_lesson"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "kid", name=op.f("pk_stanza")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("stanza")
    op.drop_table("segment")
    with op.batch_alter_table("lesson_recipient", schema=None) as batch_op:
        batch_op.drop_index("ix_lesson_recipient_kid")

    op.drop_table("lesson_recipient")
    op.drop_table("evidence")
    op.drop_table("unreadable")
    op.drop_table("unit_teacher")
    op.drop_table("unit_status")
    op.drop_table("stream")
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signed_in_teacher_id"))

    op.drop_table("signed_in")
    with op.batch_alter_table("lesson", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_unit"))

    op.drop_table("lesson")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_teacher_id"))

    op.drop_table("code")
    op.drop_table("unit")
    op.drop_table("teacher")
