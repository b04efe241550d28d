"""Who teaches in this room now, from the school's timetable: an iCalendar file, as every timetable program writes it.

::

    timetable.ics    9:00 ---- 7B, Ms Okafor ---- 10:00   10:00 ---- 8A, R. Amin ---- 11:00   ???? 9C ????
    at(9:30)         7B
    at(9:57)         7B, 8A     a lesson may be begun five minutes early: whose it is, is then for her card or the page
    at(10:00)        8A
    at(14:00)        None       something is on here today, and when cannot be read: nobody can say

Repeated lessons, their exceptions and time zones are the library's business; what is wrong with an entry is that of
entries.py. A lesson of another room, one that lasts whole days, and one that was cancelled, are not seen. Nothing but
room, time, title and the people's names and addresses is read.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events
import x_wr_timezone

from device.entries import days_of, fault_of, is_no_lesson, moment_of, put_until_right
from lesson.problems import TIMETABLE_UNREADABLE, WaitwiseError

EARLY = timedelta(minutes=5)
"""How long before its time a lesson may be begun."""

LARGEST_BYTES = 4 * 1024 * 1024
"""A school of 100 rooms fills half of it in a year."""

LARGEST_BYTES_HERE = 1024 * 1024
"""Of entries for this room: 40 lessons a week, each by itself, fill half of it in a year. Reading one byte takes 80."""

_AROUND = timedelta(days=1)
"""How far an agenda reaches, in both directions."""

LONGEST = 30.0
"""Seconds of work for an agenda. A room takes a fraction of one; a rule that never comes true takes four."""

_LIBRARY = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError)
"""What the libraries raise for what they cannot read."""

_FOLD = re.compile(r"\r?\n[ \t]")
_ENTRY = re.compile(r"^BEGIN:VEVENT\b.*?^END:VEVENT\b[^\n]*\n?", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^(BEGIN|END)\b[ \t]*:?(.*)$", re.IGNORECASE | re.MULTILINE)
_ALARM = re.compile(r"^BEGIN:VALARM\b.*?^END:VALARM\b[^\n]*\n?", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"^LOCATION[;:].*$", re.IGNORECASE | re.MULTILINE)
_UID = re.compile(r"^UID[;:](.*?)\r?$", re.IGNORECASE | re.MULTILINE)


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


@dataclass(frozen=True, slots=True)
class Unclear:
    """An entry of this room that cannot be read."""

    entry: str
    """What it is called, and where it begins, as far as that can be read."""
    fault: str
    days: frozenset[date] | None
    """The days that it could concern, by the unit's clock; None: any."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is on in a room within a day or two, and what is not clear."""

    since: datetime
    until: datetime
    periods: tuple[Period, ...] = ()
    """What began first comes first."""
    unclear: tuple[Unclear, ...] = ()

    def at(self, now: datetime) -> tuple[Period, ...] | None:
        """What is on at an aware moment, or begins within five minutes; None: nobody can say."""
        days = {moment.astimezone().date() for moment in (now, now + EARLY)}
        if not self.since <= now < self.until or any(each.days is None or each.days & days for each in self.unclear):
            return None
        return tuple(each for each in self.periods if each.starts_at < now + EARLY and now < each.ends_at)


class Timetable:
    """The lessons of one room."""

    def __init__(self, data: bytes, room: str) -> None:
        """Read an iCalendar file. `room` is how the room is called in it, in whatever letters.

        Raises:
            TimetableError: it is none. What the file says is in no sentence of ours: it may be anything.
        """
        if len(data) > LARGEST_BYTES:
            raise TimetableError(f"A timetable of {len(data) / 1e6:.0f} MB is more than a school can have.")
        self._room = _plain(room)
        self._series: list[tuple[list[Any], recurring_ical_events.CalendarQuery]] = []
        self._unclear: list[Unclear] = []
        icalendar.use_zoneinfo()  # type: ignore[no-untyped-call]  # it forgets the zones that another file defined
        try:
            calendar = icalendar.Calendar.from_ical(self._of_this_room(data.decode("utf-8-sig")))
            for entries in _by_uid(calendar.walk("VEVENT")):
                if any(map(self._is_here, entries)) and not all(map(is_no_lesson, entries)):
                    self._take(calendar, entries)
        except UnicodeDecodeError as error:
            raise TimetableError("This is no iCalendar file: it is not written in UTF-8.") from error
        except _LIBRARY as error:
            raise TimetableError(f"This is no iCalendar file ({type(error).__name__}).") from error

    def agenda(self, around: datetime, longest: float = LONGEST) -> Agenda:
        """What is on here, from a day before an aware moment to a day after it.

        Raises `TimetableError` where that is more work than `longest`, in seconds of this thread.
        """
        begun = time.thread_time()
        since, until = around - _AROUND, around + _AROUND
        periods: list[Period] = []
        unclear = list(self._unclear)
        for entries, query in self._series:
            if time.thread_time() - begun > longest:
                raise TimetableError("Its rules take too long to work out.")
            try:
                # A day more: the library takes a time without a zone for one in UTC.
                events = query.between(since - _AROUND, until + _AROUND)
                periods += [_period(each) for each in events if not is_no_lesson(each) and self._is_here(each)]
            except _LIBRARY as error:
                unclear.append(_unclear(entries, f"it cannot be worked out ({type(error).__name__})"))
        periods = [each for each in periods if each.starts_at < until + EARLY and since < each.ends_at]
        return Agenda(since, until, tuple(sorted(periods, key=lambda each: each.starts_at)), tuple(unclear))

    def _of_this_room(self, text: str) -> str:
        """The calendar without what is surely of other rooms: the library takes 80 bytes of memory for each of its own.

        Entries stay together with those that move or cancel them.
        """
        text = _FOLD.sub("", text)
        _check_parts(text)
        text = _ALARM.sub("", text)  # concerns nobody, and a broken one would make the library give up
        here = [entry for entry in _ENTRY.findall(text) if self._may_be_here(entry)]
        uids = {uid for entry in here for uid in _UID.findall(entry)}
        kept = _ENTRY.sub(
            lambda entry: entry[0] if self._may_be_here(entry[0]) or uids & {*_UID.findall(entry[0])} else "", text
        )
        if len(kept) > LARGEST_BYTES_HERE:
            raise TimetableError(f"Entries of {len(kept) / 1e6:.0f} MB are more than a room can have.")
        return kept

    def _may_be_here(self, entry: str) -> bool:
        places = [place.rstrip().replace("\\", "") for place in _PLACE.findall(entry)]
        return not places or any(place.endswith(":") or self._room in _plain(place) for place in places)

    def _take(self, calendar: Any, entries: list[Any]) -> None:
        faults = [fault for each in entries if (fault := fault_of(each)) is not None]
        rows = [str(each.get("SEQUENCE")) for each in entries if "RECURRENCE-ID" not in each]
        if faults or len(rows) != len(set(rows)):
            self._unclear.append(_unclear(entries, faults[0] if faults else "several entries have its UID"))
            return
        alone = calendar.copy()
        alone.subcomponents = entries
        try:
            alone = x_wr_timezone.to_standard(alone)
            for each in alone.subcomponents:
                put_until_right(each)
            self._series.append((entries, recurring_ical_events.of(alone)))
        except _LIBRARY as error:
            self._unclear.append(_unclear(entries, f"it cannot be worked out ({type(error).__name__})"))

    def _is_here(self, entry: Any) -> bool:
        """A calendar without places is this room's own."""
        there = entry.get("LOCATION", "")
        place = "\n".join(there if isinstance(there, list) else [there])
        return not place or self._room in {_plain(part) for part in (place, *re.split(r"[,;/\n]", place))}


def _check_parts(text: str) -> None:
    """The library does not mind which part of a calendar an END is of, and so can lose one. Raises `TimetableError`."""
    opened: list[str] = []
    for what, name in _PART.findall(text):
        if what.upper() == "BEGIN":
            opened.append(name.strip().upper())
        elif not opened or not opened[-1] or opened.pop() != name.strip().upper():
            raise TimetableError("This is no iCalendar file: an entry has no beginning, or no end.")


def _by_uid(entries: Iterable[Any]) -> list[list[Any]]:
    """Entries that belong together: a lesson, or a row of them and what was moved or cancelled of it."""
    together: defaultdict[str, list[Any]] = defaultdict(list)
    for number, entry in enumerate(entries):
        together[str(entry.get("UID", f"\n{number}"))].append(entry)
    found: list[list[Any]] = []
    for group in together.values():
        rows = [each for each in group if "RECURRENCE-ID" not in each]
        # Some calendars call all lessons by one UID. The library would see one of them only.
        has_many = len(rows) == len(group) and len({str(each.get("SEQUENCE")) for each in rows}) == 1
        found += [[each] for each in rows] if has_many else [group]
    return found


def _unclear(entries: list[Any], fault: str) -> Unclear:
    first = entries[0]
    begins = moment_of(first.get("DTSTART"))
    called = f"{str(first.get('SUMMARY', ''))[:60]!r}, {'without a beginning' if begins is None else begins}"
    return Unclear(called, fault, days_of(first) if len(entries) == 1 else None)


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
