"""Who teaches in this room now, from the school's timetable: an iCalendar file, as every timetable program writes it.

::

    timetable.ics    9:00 ---- 7B, Ms Okafor ---- 10:00   10:00 ---- 8A, R. Amin ---- 11:00
    at(9:30)         7B
    at(9:57)         7B, 8A     a lesson may be begun five minutes early: whose it is, is then for her card or the page
    at(10:00)        8A

Repeated lessons, their exceptions and time zones are the library's business. A lesson of another room, one that lasts
all day, and one that was cancelled, are not seen. Nothing but room, time, title and the people's names and addresses is
read.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import recurring_ical_events

from lesson.problems import TIMETABLE_UNREADABLE, Problem, WaitwiseError

_log = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)
"""How long before its time a lesson may be begun."""

LARGEST_BYTES = 4 * 1024 * 1024
"""A school of 100 rooms fills half of it in a year."""


class TimetableError(WaitwiseError):
    """What should be a timetable is none."""

    problem = TIMETABLE_UNREADABLE


@dataclass(frozen=True, slots=True)
class Period:
    """One lesson in the timetable."""

    starts_at: datetime
    ends_at: datetime
    title: str | None
    people: tuple[str, ...]
    """Names and addresses of who organises and who attends, as they are written."""


class Timetable:
    """The lessons of one room."""

    def __init__(self, data: bytes, room: str) -> None:
        """Read an iCalendar file. `room` is how the room is called in it, in whatever letters.

        Raises:
            TimetableError: it is none.
        """
        if len(data) > LARGEST_BYTES:
            raise TimetableError(f"A timetable of {len(data) / 1e6:.0f} MB is more than a school can have.")
        try:
            self._query = recurring_ical_events.of(icalendar.Calendar.from_ical(data), skip_bad_series=True)
        except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
            raise TimetableError(f"This is no iCalendar file: {error}") from error
        self._room = _plain(room)

    def at(self, now: datetime) -> tuple[Period, ...]:
        """What is on in this room at an aware moment, or begins within five minutes; what began first comes first."""
        events = [
            event for event in self._query.between(now, now + EARLY) if _takes_place(event) and self._is_here(event)
        ]
        found = [period for period in map(_period, events) if period.ends_at > now]
        return tuple(sorted((each for each in found if each.ends_at > now), key=lambda each: each.starts_at))

    def _is_here(self, event: Any) -> bool:
        """A calendar without places is this room's own."""
        place = str(event.get("LOCATION", ""))
        return not place or self._room in {_plain(part) for part in re.split(r"[,;/\n]", place)}


class RoomTimetable:
    """The timetable in a file, looked at as often as anybody likes: read again when it changes."""

    def __init__(self, path: Path | None, room: str) -> None:
        """No `path`: there is none, and nothing is ever on."""
        self._path, self._room = path, room
        self._read: Timetable | None = None
        self._changed_at: float | None = None
        self._minute: datetime | None = None
        self._found: tuple[Period, ...] = ()
        self.problem: Problem | None = None
        """What is wrong with the file."""

    @property
    def is_there(self) -> bool:
        """Whether the settings name one."""
        return self._path is not None

    def at(self, now: datetime) -> tuple[Period, ...]:
        """As `Timetable.at`, to the minute. Nothing, where the file cannot be read: `problem` says so."""
        minute = now.replace(second=0, microsecond=0)
        if self._path is not None and minute != self._minute:
            self._minute = minute
            try:
                self._look(self._path)
                self._found = () if self._read is None else self._read.at(minute)
                self.problem = None
            except (TimetableError, OSError) as error:
                if self.problem is None:
                    _log.warning("%s: %s", self._path, error)
                self._changed_at, self._found, self.problem = None, (), TIMETABLE_UNREADABLE
        return self._found

    def _look(self, path: Path) -> None:
        changed_at = path.stat().st_mtime
        if changed_at != self._changed_at:
            self._read = Timetable(path.read_bytes(), self._room)
            self._changed_at = changed_at


def _takes_place(event: Any) -> bool:
    """Not all day long, and not called off."""
    return isinstance(event.start, datetime) and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _period(event: Any) -> Period:
    title = str(event.get("SUMMARY", "")).strip()
    return Period(_aware(event.start), _aware(event.end), title or None, tuple(dict.fromkeys(_people(event))))


def _people(event: Any) -> list[str]:
    people: list[str] = []
    for name in ("ORGANIZER", "ATTENDEE"):
        there = event.get(name, [])
        for each in there if isinstance(there, list) else [there]:
            people += [str(each.params.get("CN", "")), re.sub("(?i)^mailto:", "", str(each))]
    return [each for each in people if each]


def _aware(moment: datetime) -> datetime:
    """In UTC. A time without a zone is the school's own, and so the unit's."""
    return moment.astimezone(UTC)


def _plain(text: str) -> str:
    """Without what people write differently: capitals, spaces."""
    return " ".join(text.casefold().split())
