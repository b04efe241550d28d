"""What the timetable has in a room at a moment: repeated lessons, exceptions, zones, other rooms, nonsense."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device.timetable import LARGEST_BYTES, RoomTimetable, Timetable, TimetableError
from lesson.problems import TIMETABLE_UNREADABLE

ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//School//Timetable//EN
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:19961027T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:7b
DTSTAMP:20260901T000000Z
DTSTART;TZID=Europe/London:20260907T090000
DTEND;TZID=Europe/London:20260907T100000
RRULE:FREQ=WEEKLY;UNTIL=20261218T000000Z
EXDATE;TZID=Europe/London:20261026T090000
SUMMARY:7B Science
LOCATION:Lab 2
ORGANIZER;CN=Ms J. Okafor:mailto:okafor@school.example
END:VEVENT
BEGIN:VEVENT
UID:7b
DTSTAMP:20260901T000000Z
RECURRENCE-ID;TZID=Europe/London:20261116T090000
DTSTART;TZID=Europe/London:20261116T110000
DTEND;TZID=Europe/London:20261116T120000
SUMMARY:7B Science (moved)
LOCATION:LAB  2
ORGANIZER;CN=R. Amin:mailto:amin@school.example
END:VEVENT
BEGIN:VEVENT
UID:8a
DTSTAMP:20260901T000000Z
DTSTART;TZID=Europe/London:20260907T100000
DURATION:PT1H
RRULE:FREQ=WEEKLY
SUMMARY:8A Science
LOCATION:Lab 1, Lab 2
ATTENDEE;CN=R. Amin:mailto:amin@school.example
ATTENDEE;CN=K. Osei:mailto:osei@school.example
END:VEVENT
BEGIN:VEVENT
UID:art
DTSTAMP:20260901T000000Z
DTSTART:20260907T080000Z
DTEND:20260907T090000Z
RRULE:FREQ=DAILY
SUMMARY:Art
LOCATION:Lab 21
END:VEVENT
BEGIN:VEVENT
UID:9c
DTSTAMP:20260901T000000Z
DTSTART:20261109T090000Z
DTEND:20261109T120000Z
SUMMARY:9C Science
LOCATION:Lab 2
STATUS:CANCELLED
ORGANIZER;CN=K. Osei:mailto:osei@school.example
END:VEVENT
BEGIN:VEVENT
UID:inset
DTSTAMP:20260901T000000Z
DTSTART;VALUE=DATE:20260907
SUMMARY:Inset day
LOCATION:Lab 2
END:VEVENT
END:VCALENDAR
"""

MOMENTS = {
    "in the first week, in summer time": ("2026-09-07T08:30", ["7B Science"]),
    "the same lesson in winter time": ("2026-11-09T09:30", ["7B Science"]),
    "an hour earlier there is none": ("2026-11-09T08:30", []),
    "five minutes before its beginning": ("2026-11-09T08:56", ["7B Science"]),
    "six minutes before its beginning": ("2026-11-09T08:54", []),
    "at the change, early for the next": ("2026-11-09T09:57", ["7B Science", "8A Science"]),
    "at the end of a lesson it is over": ("2026-11-09T10:00", ["8A Science"]),
    "a week in which it is left out": ("2026-10-26T09:30", []),
    "the week in which it moved: not here": ("2026-11-16T09:30", []),
    "the week in which it moved: but here": ("2026-11-16T11:30", ["7B Science (moved)"]),
    "after the last one": ("2026-12-21T09:30", []),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_what_is_on(name: str) -> None:
    moment, titles = MOMENTS[name]

    found = Timetable(ICS.encode(), "lab 2").at(datetime.fromisoformat(moment).replace(tzinfo=UTC))

    assert [each.title for each in found] == titles


def test_who_takes_part_is_told_as_it_is_written() -> None:
    lesson, next_one = Timetable(ICS.encode(), "Lab 2").at(datetime(2026, 11, 9, 9, 57, tzinfo=UTC))

    assert lesson.people == ("Ms J. Okafor", "okafor@school.example")
    assert next_one.people == ("R. Amin", "amin@school.example", "K. Osei", "osei@school.example")
    assert (next_one.starts_at.hour, next_one.ends_at.hour) == (10, 11)


def test_a_calendar_without_places_is_the_rooms_own() -> None:
    ics = "\n".join(line for line in ICS.splitlines() if not line.startswith("LOCATION"))

    titles = [each.title for each in Timetable(ics.encode(), "Lab 2").at(datetime(2026, 11, 9, 8, 30, tzinfo=UTC))]

    assert titles == ["Art"]


NONSENSE = {
    "nothing": b"",
    "a page": b"<html>Please sign in</html>",
    "half a calendar": ICS.encode()[:700],
    "no text": bytes(range(256)),
    "far too much": b" " * (LARGEST_BYTES + 1),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_is_no_timetable_is_said(name: str) -> None:
    with pytest.raises(TimetableError):
        Timetable(NONSENSE[name], "Lab 2")


def test_a_file_is_read_again_when_it_changes_and_said_when_it_cannot_be_read(tmp_path: Path) -> None:
    path, now = tmp_path / "timetable.ics", datetime(2026, 11, 9, 9, 30, tzinfo=UTC)
    room = RoomTimetable(path, "Lab 2")
    assert (room.at(now), room.problem) == ((), TIMETABLE_UNREADABLE), "it is not there"

    path.write_text(ICS)
    assert room.at(now) == (), "a file is looked at once a minute"
    assert [each.title for each in room.at(now + timedelta(minutes=1))] == ["7B Science"]
    assert room.problem is None

    path.write_text("<html>Please sign in</html>")
    os.utime(path, (1, 1))
    assert (room.at(now + timedelta(minutes=2)), room.problem) == ((), TIMETABLE_UNREADABLE)

    path.write_text(ICS)
    os.utime(path, (1, 1))  # of the very same date as the file that could not be read
    assert [each.title for each in room.at(now + timedelta(minutes=3))] == ["7B Science"]


def test_without_a_file_nothing_is_on_and_nothing_is_wrong() -> None:
    room = RoomTimetable(None, "Lab 2")

    assert (room.at(datetime(2026, 11, 9, 9, 30, tzinfo=UTC)), room.problem) == ((), None)
