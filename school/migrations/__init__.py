"""The steps from one version of the school's tables to the next (Alembic)."""
