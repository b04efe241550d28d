"""What a service says, as the journal reads it: each line begins with how bad it is.

::

    <4>sending-stopped: sync.sock does not answer        journalctl -p warning -u waitwise-capture
    <3>Traceback (most recent call last):                every line of it
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""syslog(3)."""


class JournalFormatter(logging.Formatter):
    """Lines with the prefix that sd-daemon(3) describes."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, in as many lines as it has."""
        priority = next((number for level, number in _PRIORITIES if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


def log_as_a_service(environment: Mapping[str, str]) -> None:
    """Say warnings on standard error: for the journal, where systemd has connected it to that."""
    handler = logging.StreamHandler()
    if "JOURNAL_STREAM" in environment:
        handler.setFormatter(JournalFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
