"""The unit's folder: one program records and one sends, and there is an outbox that can always be had.

::

    folder/
      unit.lock         held while a program records: a second one would take the lesson that is being recorded for one
                        that a power cut left behind, and close it
      claims/<id>.json  keys of lessons of which nobody could say whose they are (claims.py): for who records alone
      lessons/<id>/     sealed lessons: who sends them is in the folder's group, and can read them
      gone/             a lesson that is being deleted
      clock.txt         the latest time that it has known (sure_clock.py)
      outbox.lock       held while a program sends
      outbox.sqlite     what waits; damaged: outbox.sqlite.damaged-1, and a new one is filled from the lessons
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from lesson.footage.header import Header
from lesson.footage.recipients import RecipientRole
from lesson.problems import DISK_FAILED, WaitwiseError


class FolderInUseError(WaitwiseError):
    """Another program works in the unit's folder."""


class FolderError(WaitwiseError):
    """The unit's folder cannot be used."""

    problem = DISK_FAILED


@contextlib.contextmanager
def own_lessons(folder: Path) -> Iterator[Path]:
    """Be the one who records into a unit's folder; the folder of its lessons. Raises as `own` does."""
    lessons = folder / "lessons"
    with own(folder, "unit"):
        try:
            lessons.mkdir(mode=0o750, exist_ok=True)
        except OSError as error:
            raise FolderError(f"The unit's folder {folder} cannot be used: {error.strerror}.") from error
        yield lessons


@contextlib.contextmanager
def own(folder: Path, what: str) -> Iterator[Path]:
    """Use a folder alone, for one thing; make it if need be. Raises `FolderInUseError` or `FolderError`."""
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        lock = os.open(folder / f"{what}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
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
        yield folder
    finally:
        os.close(lock)


def is_unclaimed(lesson: Path, header: Header) -> bool:
    """Whether the lesson in this folder still waits for who gave it (claims.py)."""
    return bool(header.kids(RecipientRole.CLAIM)) and not any(lesson.glob("grants/*.json"))


def remove(lesson: Path) -> None:
    """Delete a lesson. Out of the way in one step first: half a lesson would be taken for one that was interrupted."""
    gone = gone_folder(lesson.parent)
    gone.mkdir(mode=0o700, exist_ok=True)
    lesson.rename(gone / lesson.name)
    shutil.rmtree(gone)


def gone_folder(lessons: Path) -> Path:
    """Where what a power cut left of a deletion lies."""
    return lessons.parent / "gone"
