"""Runs the steps over the connection that `school.migrate` opened. Alembic imports it; nothing else does."""

from __future__ import annotations

from alembic import context

from school.database import Base

_connection = context.config.attributes.get("connection")
if _connection is None:
    context.configure(dialect_name=context.config.attributes["dialect"], target_metadata=Base.metadata)
else:
    # SQLite cannot alter a column: Alembic copies the table instead.
    context.configure(_connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
