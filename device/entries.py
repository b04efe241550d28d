"""What is wrong with one entry of a calendar: a lesson that cannot be read is told, and never passed over.

::

    DTSTART:20261109T100000Z      fault_of(entry)   "it does not end after it begins"
    DTEND:20261109T090000Z        days_of(entry)    9 November: on that day nobody is guessed
    RRULE:FREQ=FORTNIGHTLY        fault_of(entry)   "its RRULE cannot be read"

The libraries are kinder than a lesson can bear: they swap an end that comes first, drop a line that they cannot parse,
take a zone that nobody knows for the unit's own, and count for ever what repeats every 0 weeks. An entry is what
icalendar makes of a VEVENT; this module knows its properties, and not the library.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE", "STATUS", "UID", "SUMMARY", "LOCATION")
_READ = frozenset((*_ONCE, "RRULE", "RDATE", "EXDATE", "ORGANIZER", "ATTENDEE"))
"""What is read of an entry. Whatever else is wrong in it (attachments, dates of its making) concerns nobody here."""

_REPEATS = ("RRULE", "RDATE", "EXRULE", "RECURRENCE-ID")
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")

_OFTEN = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_OLDEST = 1990
"""Year. Each repetition since the first one is counted, and some calendars begin in the year 1."""


def is_no_lesson(entry: Any) -> bool:
    """Whether an entry was called off, or is about whole days, whatever else it says."""
    starts, ends = (moment_of(entry.get(name)) for name in ("DTSTART", "DTEND"))
    is_of_days = isinstance(starts, date) and not isinstance(starts, datetime) and not isinstance(ends, datetime)
    return is_of_days or str(entry.get("STATUS", "")).upper() == "CANCELLED"


def moment_of(there: Any) -> date | None:
    """The day or the time that is written there, where one is and can be read."""
    try:
        found = there.dt
    except (AttributeError, ValueError):  # icalendar raises the latter for what it could not read
        return None
    return found if isinstance(found, date) else None


def fault_of(entry: Any) -> str | None:
    """Say why an entry cannot be read, or nothing."""
    for name, _ in entry.errors:
        if name is None or name in _READ:  # a line without a name may have been any of them
            return f"its {name or 'lines'} cannot be read"
    if twice := [name for name in _ONCE if isinstance(entry.get(name), list)]:
        return f"it has several {twice[0]}"
    if "DTSTART" not in entry:
        return "it has no DTSTART"
    if "RECURRENCE-ID" in entry and "UID" not in entry:
        return "it has a RECURRENCE-ID and no UID"
    if "EXRULE" in entry:
        return "its EXRULE is not understood"
    if unknown := [name for name in _TIMES if any(_has_unknown_zone(each) for each in _all(entry, name))]:
        return f"nobody knows the time zone of its {unknown[0]}"
    return _fault_of_span(entry) or next(filter(None, (_fault_of_rule(rule, entry) for rule in _rules(entry))), None)


def days_of(entry: Any) -> frozenset[date] | None:
    """The days that an entry with a fault could concern; None: any."""
    if any(name in entry for name in _REPEATS) or any(name is None or name in _REPEATS for name, _ in entry.errors):
        return None
    # Where its beginning and its end name two days, one of them is wrong, and nobody knows which.
    moments = [moment_of(each) for name in ("DTSTART", "DTEND") for each in _all(entry, name)]
    return frozenset(_day(each) for each in moments if each is not None) or None


def put_until_right(entry: Any) -> None:
    """Write the end of its rules as its beginning is written: RFC 5545 wants that, and many calendars do otherwise.

    A day is meant to its end; a time without a zone is of the zone of the beginning.
    """
    starts = entry["DTSTART"].dt
    if not isinstance(starts, datetime):
        return
    for rule in _rules(entry):
        for until in rule.get("UNTIL", []):
            end = until if isinstance(until, datetime) else datetime.combine(until, time(23, 59, 59))
            if starts.tzinfo is not None:
                rule["UNTIL"] = [(end if end.tzinfo else end.replace(tzinfo=starts.tzinfo)).astimezone(UTC)]
            else:
                rule["UNTIL"] = [end.astimezone().replace(tzinfo=None) if end.tzinfo else end]


def _has_unknown_zone(there: Any) -> bool:
    moments = [there.dt] if hasattr(there, "dt") else [each.dt for each in there.dts]
    return "TZID" in there.params and any(isinstance(each, datetime) and each.tzinfo is None for each in moments)


def _fault_of_span(entry: Any) -> str | None:
    """Without an end nobody knows until when it is on."""
    starts = entry["DTSTART"].dt
    if "DTEND" in entry:
        ends = entry["DTEND"].dt
    elif "DURATION" in entry:
        ends = starts + entry["DURATION"].dt
    else:
        return "it has no end" if isinstance(starts, datetime) else None
    if _kind(starts) != _kind(ends):
        return "its beginning and its end are written in different ways"
    return None if starts < ends else "it does not end after it begins"


def _fault_of_rule(rule: Any, entry: Any) -> str | None:
    """A rule that would be counted for minutes, or for ever, is none of a lesson."""
    if [str(each).upper() for each in rule.get("FREQ", [])] not in [[often] for often in _OFTEN]:
        return "its RRULE says no frequency that a lesson can have"
    if any(each < 1 for name in ("INTERVAL", "COUNT") for each in rule.get(name, [])):
        return "its RRULE counts from less than 1"
    return f"it repeats since {entry['DTSTART'].dt.year}" if entry["DTSTART"].dt.year < _OLDEST else None


def _rules(entry: Any) -> list[Any]:
    return _all(entry, "RRULE")


def _all(entry: Any, name: str) -> list[Any]:
    there = entry.get(name, [])
    return there if isinstance(there, list) else [there]


def _kind(moment: date) -> tuple[bool, bool]:
    """A day, a time on any clock, or a moment."""
    return isinstance(moment, datetime), isinstance(moment, datetime) and moment.tzinfo is not None


def _day(moment: date) -> date:
    return moment.astimezone().date() if isinstance(moment, datetime) else moment
