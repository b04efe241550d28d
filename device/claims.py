"""Lessons of which nobody could say whose they are: their keys, until somebody claims them, or seven days are over.

::

    folder/claims/<lesson>.json   {"key": <64 secret bytes>, "title": ..., "kept_until": ...}, before the lesson begins
    claimed    lessons/<lesson>/grants/<grant>.json  on the disk, then the key goes: also while it is recorded
    too late   the key goes, then the lesson

In this order, so that a power cut leaves a lesson that can still be claimed, or one that nobody can ever open: the next
start clears up. Nothing of such a lesson is sent before it is claimed (device/lessons_to_send.py).

The days are counted from its start where the clock was sure then, else from when it first was. A time that is not sure
never deletes anything.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from capture.disk import FolderDisk
from capture.recorder import HEADER, MANIFEST
from device.folder import is_unclaimed, remove
from device.state import UnclaimedLesson
from device.sure_clock import Reading
from lesson.footage.claim import ClaimKey
from lesson.footage.header import ClockQuality, Header
from lesson.footage.manifest import Manifest
from lesson.footage.recipients import Recipient
from lesson.messages import check_lesson_id
from lesson.problems import UNCLAIMED_GONE, WaitwiseError
from lesson.wire import WireError, dumps, from_wire, loads

_log = logging.getLogger(__name__)

FOLDER = "claims"


class ClaimError(WaitwiseError):
    """This lesson cannot be claimed."""

    problem = UNCLAIMED_GONE


@dataclass(frozen=True, slots=True)
class _Kept:
    key: bytes
    title: str | None
    kept_until: datetime | None
    """None: the clock has not been sure since."""


class Claims:
    """Keeps them. For the one program that owns the folder's lessons, and any thread of it."""

    def __init__(self, folder: Path, lessons: Path, days: int) -> None:
        """Clear up what a power cut left. `days`: how long a lesson waits for who gave it."""
        self._folder, self._lessons, self._days = folder / FOLDER, lessons, timedelta(days=days)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._turn = threading.RLock()
        self._disk = FolderDisk(self._folder)
        self._disk.remove_parts()
        self._kept = dict(self._read())
        self._closed: dict[str, UnclaimedLesson] = {}
        self._clear_up()
        for lesson_id in self._kept:
            self.ended(lesson_id)

    def new_key(self) -> ClaimKey:
        """A key for the lesson that begins."""
        return ClaimKey.generate()

    def begin(self, lesson_id: str, key: ClaimKey, title: str | None, now: Reading) -> None:
        """Have its key on the disk. Raises `DiskFailedError`."""
        kept_until = now.at + self._days if now.quality is ClockQuality.SYNCED else None
        self._write(lesson_id, _Kept(key.to_bytes(), title, kept_until))

    def ended(self, lesson_id: str) -> None:
        """It can be claimed from now on."""
        with self._turn:
            if lesson_id in self._kept and (told := self._look(lesson_id)) is not None:
                self._closed[lesson_id] = told

    def waiting(self) -> tuple[UnclaimedLesson, ...]:
        """What can be claimed, the oldest first."""
        with self._turn:
            told = sorted(self._closed.values(), key=lambda each: each.started_at)
            return tuple(replace(each, kept_until=self._kept[each.lesson_id].kept_until) for each in told)

    def is_waiting(self, lesson_id: str) -> bool:
        """Whether nobody has claimed it yet. False for every lesson that was somebody's from the first."""
        return lesson_id in self._kept

    def hand_on(self, lesson_id: str, to: Recipient, at: datetime) -> str | None:
        """Make the lesson hers for good; its title. Raises `ClaimError`, `DiskFailedError` or a `FootageError`."""
        with self._turn:
            if lesson_id not in self._closed:
                raise ClaimError("This lesson is not here any more, or somebody has claimed it already.")
            return self._give(lesson_id, to, at)

    def hand_on_now(self, lesson_id: str, to: Recipient, at: datetime) -> None:
        """The same for the lesson that is being recorded. Raises as `hand_on` does."""
        with self._turn:
            if lesson_id not in self._kept:
                raise ClaimError("This lesson is somebody's already.")
            self._give(lesson_id, to, at)

    def forget(self, lesson_id: str) -> None:
        """Delete its key: it has been claimed, it never began, or nobody shall ever open it."""
        with self._turn:
            self._kept.pop(lesson_id, None)
            self._closed.pop(lesson_id, None)
            (self._folder / _file_name(lesson_id)).unlink(missing_ok=True)

    def throw_away(self, lesson_id: str) -> None:
        """Delete its key, then the lesson."""
        self.forget(lesson_id)
        remove(self._lessons / lesson_id)

    def expire(self, now: Reading) -> tuple[str, ...]:
        """Delete those whose days are over; their ids."""
        gone = tuple(each.lesson_id for each in self.waiting() if self._is_over(each.lesson_id, now))
        for lesson_id in gone:
            _log.warning("Nobody has claimed lesson %s in time: it is deleted.", lesson_id)
            self.throw_away(lesson_id)
        return gone

    def _give(self, lesson_id: str, to: Recipient, at: datetime) -> str | None:
        kept, folder = self._kept[lesson_id], self._lessons / lesson_id
        stanzas = [path.read_bytes() for path in (folder / "stanzas").glob("*.json")]
        grant, data = ClaimKey.from_bytes(kept.key).hand_on((folder / HEADER).read_bytes(), stanzas, to, at)
        FolderDisk(folder).write_whole(grant.file_name, data)
        self.forget(lesson_id)
        return kept.title

    def _is_over(self, lesson_id: str, now: Reading) -> bool:
        kept = self._kept[lesson_id]
        if kept.kept_until is None and now.quality is ClockQuality.SYNCED:
            kept = replace(kept, kept_until=now.at + self._days)
            self._write(lesson_id, kept)
        # A floor is never later than the time that it is.
        is_sure = now.quality in (ClockQuality.SYNCED, ClockQuality.FLOOR)
        return is_sure and kept.kept_until is not None and now.at >= kept.kept_until

    def _write(self, lesson_id: str, kept: _Kept) -> None:
        self._disk.write_whole(_file_name(lesson_id), dumps(kept))
        self._kept[lesson_id] = kept

    def _read(self) -> Iterator[tuple[str, _Kept]]:
        for name in self._disk.names():
            try:
                lesson_id = check_lesson_id(name.removesuffix(".json"))
                yield lesson_id, from_wire(_Kept, loads(self._disk.read(name)))
            except (WireError, ValueError) as error:
                _log.error("The claim key %s cannot be read, and stays as it is: %s", name, error)

    def _clear_up(self) -> None:
        for lesson_id in list(self._kept):
            folder = self._lessons / lesson_id
            if not (folder / HEADER).exists() or any(folder.glob("grants/*.json")):
                self.forget(lesson_id)
        for folder in [*self._lessons.iterdir()]:
            if _is_unclaimed(folder) and not (self._folder / _file_name(folder.name)).exists():
                _log.warning("Lesson %s has lost its claim key: nobody can open it, and it is deleted.", folder.name)
                remove(folder)

    def _look(self, lesson_id: str) -> UnclaimedLesson | None:
        """What can be told of it, once it is closed."""
        folder = self._lessons / lesson_id
        try:
            header = Header.decode((folder / HEADER).read_bytes())
            manifest = Manifest.decode((folder / MANIFEST).read_bytes(), bytes.fromhex(header.unit_key))
        except (WaitwiseError, OSError) as error:
            _log.warning("Lesson %s cannot be claimed: %s", lesson_id, error)
            return None
        return UnclaimedLesson(lesson_id, header.started_at, manifest.duration, self._kept[lesson_id].title)


def _is_unclaimed(folder: Path) -> bool:
    try:
        return is_unclaimed(folder, Header.decode((folder / HEADER).read_bytes()))
    except (WaitwiseError, OSError):
        return False


def _file_name(lesson_id: str) -> str:
    return f"{lesson_id}.json"
