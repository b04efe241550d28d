"""Runs the steps over the connection that `school.migrate` opened. Imported by anybody but Alembic, it does nothing."""

from __future__ import annotations

from alembic import context

from school.database import Base


def run() -> None:
    """Run the steps that Alembic asks for; without a connection, print their SQL."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        context.configure(dialect_name=context.config.attributes["dialect"], target_metadata=Base.metadata)
    else:
        # SQLite cannot alter a column: Alembic copies the table instead.
        context.configure(connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


if hasattr(context, "config"):
    run()
