"""The unit's folder: one program at a time, and an outbox that can always be had.

::

    folder/
      unit.lock         held while a program uses the folder: a second one would take the lesson that is being
                        recorded for one that a power cut left behind, and close it
      lessons/<id>/     sealed lessons
      outbox.sqlite     what waits; damaged: outbox.sqlite.damaged-1, and a new one is filled from the lessons
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from lesson.problems import DISK_FAILED, WaitwiseError
from sync.errors import OutboxDamagedError, OutboxFullError
from sync.outbox import Outbox

_log = logging.getLogger(__name__)


class FolderInUseError(WaitwiseError):
    """Another program works in the unit's folder."""


class FolderError(WaitwiseError):
    """The unit's folder cannot be used."""

    problem = DISK_FAILED


@contextlib.contextmanager
def own_folder(folder: Path) -> Iterator[Path]:
    """Use the unit's folder alone; the folder of its lessons. Raises `FolderInUseError` or `FolderError`."""
    lessons = folder / "lessons"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lessons.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder / "unit.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FolderError(f"The unit's folder {folder} cannot be used: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # The kernel lets go of it however the program ends.
    except BlockingIOError as error:
        os.close(lock)
        raise FolderInUseError(
            f"Another program is using {folder}: it records, or sends. Wait for its end, or stop it."
        ) from error
    try:
        yield lessons
    finally:
        os.close(lock)


def open_outbox(folder: Path) -> Outbox:
    """Open the outbox of a unit's folder; put a damaged one aside and begin a new one. Raises `OutboxError`.

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
