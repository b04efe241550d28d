"""Which Waitwise this is. pyproject.toml reads it here."""

from datetime import UTC, datetime

VERSION = "0.1.0"

NOT_BEFORE = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that is right is earlier: this version was made in the month that begins then."""
