"""An outbox that can always be had.

::

    outbox.sqlite                 what waits
    outbox.sqlite.damaged-1       what it was, when it could not be read any more: a new one is filled from the lessons
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from sync.errors import OutboxDamagedError, OutboxFullError
from sync.outbox import Outbox

_log = logging.getLogger(__name__)


def open_outbox(folder: Path) -> Outbox:
    """Open the outbox in a folder; put a damaged one aside and begin a new one. Raises `OutboxError`.

    Nothing of a lesson is in the outbox alone: the caller adds what lies in the folder of lessons again, and the school
    says what it has. What is lost with it are live messages that were not acknowledged.
    """
    path = folder / "outbox.sqlite"
    try:
        outbox = Outbox(path)
    except OutboxDamagedError as error:
        number = 1 + sum(1 for _ in folder.glob(f"{path.name}.damaged-*"))
        aside = f"{path.name}.damaged-{number}"
        _log.error("%s It is kept as %s, and a new one is filled from the lessons.", error, aside)
        for ending in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                (folder / f"{path.name}{ending}").rename(folder / f"{aside}{ending}")
        outbox = Outbox(path)
    with contextlib.suppress(OutboxFullError):  # What waits can still be sent, and that makes room.
        outbox.begin_stream()
    return outbox
