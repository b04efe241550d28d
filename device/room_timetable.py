"""The timetable of this room, kept ready: one thread reads it, and whoever asks gets an answer at once.

::

    file --look(now), now and then--> Agenda of yesterday to tomorrow --at(now)--> lessons, or that nobody can say

A calendar of a whole school takes seconds to read on a unit, and the lamp cannot wait for that. Where there is a
timetable and it cannot be read, nobody can say what is on: that is a problem, and never "nothing is on". So it is when
its feed has not stood by it for days: the date of the file says when it last did.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from device.timetable import LARGEST_BYTES, Agenda, Period, Timetable, TimetableError
from lesson.problems import TIMETABLE_ENTRY, TIMETABLE_OLD, TIMETABLE_UNREADABLE, Problem

_log = logging.getLogger(__name__)

_AGAIN_AFTER = timedelta(hours=1)
"""An agenda reaches a day ahead: within this it is made anew."""

_LOOKED_WITHIN = timedelta(minutes=10)
"""Where nobody has looked for so long, what was seen then is not told any more: who looks may hang."""

_AHEAD = timedelta(hours=1)
"""How far in the future a file may be dated: the two programs' clock may have been set in between. What is further
ahead was dated by a clock that was wrong, and its age is not known."""

_MOST_NAMED = 10
"""Entries that the journal names; where more cannot be read, it is the calendar that is wrong."""


class RoomTimetable:
    """`look` is for one thread; `at` and `problems` for any."""

    def __init__(self, path: Path | None, room: str, oldest: timedelta | None = None) -> None:
        """No `path`: there is none, and nothing is ever on. `oldest`: what a feed brought is believed for so long."""
        self._path, self._room, self._oldest = path, room, oldest
        self._seen: tuple[int, ...] | None = None
        self._digest = b""
        self._read: Timetable | None = None
        self._agenda: Agenda | None = None
        self._made_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._problems: tuple[Problem, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the settings name one."""
        return self._path is not None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it."""
        return self._problems

    def at(self, now: datetime) -> tuple[Period, ...] | None:
        """As `Agenda.at`: what is on, or None where nobody can say."""
        if self._path is None:
            return ()
        agenda, looked_at = self._agenda, self._looked_at
        if agenda is None or looked_at is None or abs(now - looked_at) > _LOOKED_WITHIN:
            return None
        return agenda.at(now)

    def look(self, now: datetime) -> None:
        """Read the file again if it has changed, and see what is on around now."""
        if self._path is None:
            return
        try:
            is_new = self._read_if_changed(self._path)
            if self._read is not None and not self._is_old(now):
                self._refresh(self._read, now, is_new=is_new)
                self._looked_at = now
        except (TimetableError, OSError) as error:
            if TIMETABLE_UNREADABLE not in self._problems:
                _log.warning("%s: %s cannot be read. %s", TIMETABLE_UNREADABLE.code, self._path, error)
            self._read = self._agenda = self._made_at = None
            self._seen = None if isinstance(error, OSError) else self._seen
            self._problems = (TIMETABLE_UNREADABLE,)

    def _refresh(self, timetable: Timetable, now: datetime, *, is_new: bool) -> None:
        is_good_again = self._problems == (TIMETABLE_OLD,)
        if is_new or is_good_again or self._made_at is None or abs(now - self._made_at) > _AGAIN_AFTER:
            agenda = timetable.agenda(now)
            if is_new or is_good_again:
                self._tell(agenda)
            self._problems = (TIMETABLE_ENTRY,) if agenda.unclear else ()
            self._agenda, self._made_at = agenda, now

    def _is_old(self, now: datetime) -> bool:
        if self._oldest is None or self._seen is None:
            return False
        age = now - datetime.fromtimestamp(self._seen[0] / 1e9, tz=UTC)
        if -_AHEAD <= age <= self._oldest:
            return False
        if TIMETABLE_OLD not in self._problems:
            _log.warning(
                "%s: %s: the feed last stood by it %.1f days ago; %d are allowed. Nobody is guessed.",
                *(TIMETABLE_OLD.code, self._path, age / timedelta(days=1), self._oldest.days),
            )
        self._agenda, self._made_at, self._problems = None, None, (TIMETABLE_OLD,)
        return True

    def _read_if_changed(self, path: Path) -> bool:
        # Whoever writes the file may put anything in its place: what is no file would keep us waiting for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise TimetableError("It is no file.")
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen == self._seen:
                return False  # good or bad: what cannot be read is not read again and again
            data = opened.read(LARGEST_BYTES + 1)
        digest = hashlib.sha256(data).digest()
        is_new = self._read is None or digest != self._digest
        self._seen, self._digest = seen, digest
        if is_new:
            self._read = Timetable(data, self._room)
        return is_new

    def _tell(self, agenda: Agenda) -> None:
        for each in agenda.unclear[:_MOST_NAMED]:
            when = "at any time" if each.days is None else f"on {', '.join(map(str, sorted(each.days)))}"
            _log.warning(
                "%s: %s: the entry %s cannot be read: %s. Nobody is guessed %s.",
                *(TIMETABLE_ENTRY.code, self._path, each.entry, each.fault, when),
            )
        if (more := len(agenda.unclear) - _MOST_NAMED) > 0:
            _log.warning("%s: %s: %d more entries cannot be read.", TIMETABLE_ENTRY.code, self._path, more)
