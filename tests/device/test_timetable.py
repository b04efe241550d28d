"""What the timetable has in a room at a moment: repeated lessons, exceptions, zones, other rooms, nonsense."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.timetable import LARGEST_BYTES, LARGEST_BYTES_HERE, Period, Timetable, TimetableError

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


@pytest.fixture(autouse=True)
def london(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the unit hangs: a time without a zone is of this place."""
    monkeypatch.setenv("TZ", "Europe/London")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(ics: str, now: str, room: str = "Lab 2") -> tuple[Period, ...] | None:
    return Timetable(ics.encode(), room).agenda(moment(now)).at(moment(now))


def titles(ics: str, now: str) -> list[str | None] | None:
    found = at(ics, now)
    return None if found is None else [each.title for each in found]


def entry(lines: str, uid: str = "1") -> str:
    """One lesson of Ms Okafor's in Lab 2, with these lines."""
    usual = f"UID:{uid}\nSUMMARY:7B\nLOCATION:Lab 2\nORGANIZER;CN=Ms J. Okafor:mailto:okafor@school.example"
    return f"BEGIN:VEVENT\n{usual}\n{lines.strip()}\nEND:VEVENT\n"


def calendar(*entries: str, first: str = "") -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//T//EN\n{first}{''.join(entries)}END:VCALENDAR\n"


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
    now, wanted = MOMENTS[name]

    assert titles(ICS, now) == wanted


def test_who_takes_part_is_told_as_it_is_written() -> None:
    lesson, next_one = at(ICS, "2026-11-09T09:57", "lab  2") or ()

    assert lesson.people == ("Ms J. Okafor", "okafor@school.example")
    assert next_one.people == ("R. Amin", "amin@school.example", "K. Osei", "osei@school.example")
    assert (next_one.starts_at.hour, next_one.ends_at.hour) == (10, 11)


def test_a_calendar_without_places_is_the_rooms_own() -> None:
    ics = "\n".join(line for line in ICS.splitlines() if not line.startswith("LOCATION"))

    assert titles(ics, "2026-11-09T08:30") == ["Art"]


ZONED = """
DTSTART;TZID=Europe/London:{0}T090000
DTEND;TZID=Europe/London:{0}T100000
"""
SCHOOL_TIME = """\
BEGIN:VTIMEZONE
TZID:School Time
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
END:STANDARD
END:VTIMEZONE
"""
BY_SCHOOL_TIME = "DTSTART;TZID=School Time:20261109T120000\nDTEND;TZID=School Time:20261109T130000"
WEEKLY = ZONED.format("20260907")
FLOATING = "DTSTART:20260907T090000\nDTEND:20260907T100000\n"
ON, OFF = ["7B"], []
TIMES = {
    "a zone that the file does not define": (entry(WEEKLY), "2026-09-07T08:30", ON),
    "the same, an hour too late": (entry(WEEKLY), "2026-09-07T09:30", OFF),
    "a zone as Windows calls it": (
        entry("DTSTART;TZID=GMT Standard Time:20260907T090000\nDURATION:PT1H"),
        "2026-09-07T08:30",
        ON,
    ),
    "a zone that the file defines": (SCHOOL_TIME + entry(BY_SCHOOL_TIME), "2026-11-09T09:30", ON),
    "a zone that the file defines at its end": (entry(BY_SCHOOL_TIME) + SCHOOL_TIME, "2026-11-09T09:30", ON),
    "the same zone, which this file defines otherwise": (
        SCHOOL_TIME.replace("+0300", "+0500") + entry(BY_SCHOOL_TIME),
        "2026-11-09T07:30",
        ON,
    ),
    "a time of no zone, in summer": (entry(FLOATING), "2026-09-07T08:30", ON),
    "a time of no zone, in summer, an hour too late": (entry(FLOATING), "2026-09-07T09:30", OFF),
    "a time of no zone, weekly, in winter": (entry(FLOATING + "RRULE:FREQ=WEEKLY"), "2026-11-09T09:30", ON),
    "a time of no zone, where the calendar has one": (
        "X-WR-TIMEZONE:Europe/Berlin\n" + entry(FLOATING),
        "2026-09-07T07:30",
        ON,
    ),
    "weekly in UTC, where the calendar has a zone: on the clock of that": (
        "X-WR-TIMEZONE:Europe/London\n" + entry("DTSTART:20260907T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"),
        "2026-11-09T09:30",
        ON,
    ),
    "weekly in UTC, where it has none": (
        entry("DTSTART:20260907T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"),
        "2026-11-09T08:30",
        ON,
    ),
    "the day on which the clock goes forward": (
        entry(ZONED.format("20260322") + "RRULE:FREQ=WEEKLY"),
        "2026-03-29T08:30",
        ON,
    ),
    "that day, by last week's hour": (
        entry(ZONED.format("20260322") + "RRULE:FREQ=WEEKLY"),
        "2026-03-29T09:30",
        OFF,
    ),
    "the day on which the clock goes back": (
        entry(ZONED.format("20261018") + "RRULE:FREQ=WEEKLY"),
        "2026-10-25T09:30",
        ON,
    ),
    "the last one, on the very moment of UNTIL": (
        entry(WEEKLY + "RRULE:FREQ=WEEKLY;UNTIL=20261109T090000Z"),
        "2026-11-09T09:30",
        ON,
    ),
    "after it": (entry(WEEKLY + "RRULE:FREQ=WEEKLY;UNTIL=20261109T085959Z"), "2026-11-09T09:30", OFF),
    "the last day of an UNTIL that is a day": (
        entry(WEEKLY + "RRULE:FREQ=WEEKLY;UNTIL=20261109"),
        "2026-11-09T09:30",
        ON,
    ),
    "the week after it": (entry(WEEKLY + "RRULE:FREQ=WEEKLY;UNTIL=20261109"), "2026-11-16T09:30", OFF),
    "an UNTIL without a zone, in New York": (
        entry("DTSTART;TZID=America/New_York:20260907T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20261109T090000"),
        "2026-11-09T14:30",
        ON,
    ),
    "an UNTIL in UTC of a time of no zone, in summer": (
        entry(FLOATING + "RRULE:FREQ=WEEKLY;UNTIL=20260914T080000Z"),
        "2026-09-14T08:30",
        ON,
    ),
    "after so many": (entry(WEEKLY + "RRULE:FREQ=WEEKLY;COUNT=2"), "2026-09-21T08:30", OFF),
    "every second week": (entry(WEEKLY + "RRULE:FREQ=WEEKLY;INTERVAL=2"), "2026-09-14T08:30", OFF),
    "two days a week": (entry(WEEKLY + "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"), "2026-09-09T08:30", ON),
    "left out, said in UTC": (
        entry(WEEKLY + "RRULE:FREQ=WEEKLY\nEXDATE:20261109T090000Z"),
        "2026-11-09T09:30",
        OFF,
    ),
    "left out, said as a day": (
        entry(WEEKLY + "RRULE:FREQ=WEEKLY\nEXDATE;VALUE=DATE:20261109"),
        "2026-11-09T09:30",
        OFF,
    ),
    "one more": (entry(WEEKLY + "RDATE;TZID=Europe/London:20261110T110000"), "2026-11-10T11:30", ON),
    "one that was called off": (
        entry(WEEKLY + "RRULE:FREQ=WEEKLY")
        + entry(ZONED.format("20261109") + "RECURRENCE-ID:20261109T090000Z\nSTATUS:CANCELLED"),
        "2026-11-09T09:30",
        OFF,
    ),
    "one that moved into another room": (
        entry(WEEKLY + "RRULE:FREQ=WEEKLY")
        + entry(ZONED.format("20261109") + "RECURRENCE-ID;TZID=Europe/London:20261109T090000").replace("Lab 2", "Gym"),
        "2026-11-09T09:30",
        OFF,
    ),
    "one that moved into this room": (
        entry(WEEKLY + "RRULE:FREQ=WEEKLY").replace("Lab 2", "Gym")
        + entry(ZONED.format("20261109") + "RECURRENCE-ID;TZID=Europe/London:20261109T090000"),
        "2026-11-09T09:30",
        ON,
    ),
    "all that come after a change": (
        entry(WEEKLY + "RRULE:FREQ=WEEKLY")
        + entry(
            "DTSTART;TZID=Europe/London:20260914T130000\nDTEND;TZID=Europe/London:20260914T140000\n"
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20260914T090000"
        ),
        "2026-09-21T12:30",
        ON,
    ),
    "a newer word for the same lesson": (
        entry(ZONED.format("20261109") + "SEQUENCE:1") + entry(ZONED.format("20261110") + "SEQUENCE:2"),
        "2026-11-09T09:30",
        OFF,
    ),
    "two lessons that some calendars call by one id": (
        entry(ZONED.format("20261109")) + entry(ZONED.format("20261110")),
        "2026-11-09T09:30",
        ON,
    ),
    "the other one": (entry(ZONED.format("20261109")) + entry(ZONED.format("20261110")), "2026-11-10T09:30", ON),
    "lines that are folded": (entry(ZONED.format("20261109")).replace("Lab 2", "La\n b 2"), "2026-11-09T09:30", ON),
    "a room among others": (
        entry(ZONED.format("20261109")).replace("Lab 2", "Lab 1\\, LAB 2"),
        "2026-11-09T09:30",
        ON,
    ),
    "no room at all": (entry(ZONED.format("20261109")).replace("Lab 2", ""), "2026-11-09T09:30", ON),
    "a room that only begins like it": (
        entry(ZONED.format("20261109")).replace("Lab 2", "Lab 21"),
        "2026-11-09T09:30",
        OFF,
    ),
}


@pytest.mark.parametrize("name", TIMES)
def test_when_it_is_on(name: str) -> None:
    entries, now, wanted = TIMES[name]

    assert titles(calendar(entries), now) == wanted


NINE = "DTSTART:20261109T090000Z\n"
TEN = "DTEND:20261109T100000Z\n"
NINTH = {date(2026, 11, 9)}
FAULTS = {
    "it ends before it begins": (NINE + "DTEND:20261109T080000Z", NINTH, "does not end after"),
    "it ends a year before it begins": (NINE + "DTEND:20251109T100000Z", {*NINTH, date(2025, 11, 9)}, "does not end"),
    "it ends as it begins": (NINE + "DTEND:20261109T090000Z", NINTH, "does not end after"),
    "it lasts less than nothing": (NINE + "DURATION:-PT1H", NINTH, "does not end after"),
    "nobody knows how long it is": (NINE, NINTH, "no end"),
    "it begins at no time": ("DTSTART:nine\n" + TEN, NINTH, "DTSTART cannot be read"),
    "it ends at no time": (NINE + "DTEND:ten", NINTH, "DTEND cannot be read"),
    "it only ends": (TEN, NINTH, "no DTSTART"),
    "it begins twice": (NINE + TEN + "DTSTART:20261110T090000Z", {*NINTH, date(2026, 11, 10)}, "several DTSTART"),
    "it begins on a day and ends at a time": ("DTSTART;VALUE=DATE:20261109\n" + TEN, NINTH, "different ways"),
    "it begins in no zone and ends in one": ("DTSTART:20261109T090000\n" + TEN, NINTH, "different ways"),
    "nobody knows its zone": (
        "DTSTART;TZID=Staff Room:20261109T090000\nDTEND;TZID=Staff Room:20261109T100000",
        NINTH,
        "time zone of its DTSTART",
    ),
    "a line is broken": (NINE + TEN + "ATTENDEE", None, "lines cannot be read"),
    "it repeats in no way": (NINE + TEN + "RRULE:FREQ=FORTNIGHTLY", None, "RRULE cannot be read"),
    "it repeats until no time": (NINE + TEN + "RRULE:FREQ=WEEKLY;UNTIL=easter", None, "RRULE cannot be read"),
    "it repeats on no day": (NINE + TEN + "RRULE:FREQ=WEEKLY;BYDAY=XX", None, "RRULE cannot be read"),
    "it repeats by a part that is not meant": (NINE + TEN + "RRULE:FREQ=YEARLY;BYWEEKNO=99;BYSETPOS=0", None, ""),
    "it repeats in no words": (NINE + TEN + "RRULE:", None, "no frequency"),
    "it repeats every second": (NINE + TEN + "RRULE:FREQ=SECONDLY", None, "no frequency"),
    "it repeats every 0 weeks": (NINE + TEN + "RRULE:FREQ=WEEKLY;INTERVAL=0", None, "less than 1"),
    "it repeats since for ever": (
        "DTSTART:00010101T090000Z\nDTEND:00010101T100000Z\nRRULE:FREQ=DAILY",
        None,
        "since 1",
    ),
    "it leaves out what nobody understands": (NINE + TEN + "RRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY", None, "EXRULE"),
    "it leaves out no time": (NINE + TEN + "RRULE:FREQ=DAILY\nEXDATE:easter", None, "EXDATE cannot be read"),
    "it leaves out a time of a zone that nobody knows": (
        NINE + TEN + "RRULE:FREQ=DAILY\nEXDATE;TZID=Staff Room:20261110T090000",
        None,
        "time zone of its EXDATE",
    ),
    "it moved from no time": (NINE + TEN + "RECURRENCE-ID:easter", None, "RECURRENCE-ID cannot be read"),
    "its number is none": (NINE + TEN + "SEQUENCE:second", NINTH, "SEQUENCE cannot be read"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_of_what_cannot_be_read_nobody_can_say(name: str) -> None:
    lines, days, fault = FAULTS[name]
    agenda = Timetable(calendar(entry(lines)).encode(), "Lab 2").agenda(moment("2026-11-09T09:30"))

    assert agenda.at(moment("2026-11-09T09:30")) is None
    (unclear,) = agenda.unclear
    assert unclear.days == days
    assert fault in unclear.fault
    assert "7B" in unclear.entry
    assert (agenda.at(moment("2026-11-10T08:30")) is None) is (days is None or date(2026, 11, 10) in days)


def test_a_fault_that_can_concern_nobody_here_is_none() -> None:
    broken = entry(NINE)
    elsewhere, cancelled = broken.replace("Lab 2", "Gym"), broken.replace("SUMMARY", "STATUS:CANCELLED\nSUMMARY")
    whole_days = entry("DTSTART;VALUE=DATE:20261109\nRRULE:FREQ=FORTNIGHTLY")
    alarm = entry(NINE + TEN + "CREATED:long ago\nBEGIN:VALARM\nTRIGGER:soon\nEND:VALARM", "2")

    assert titles(calendar(elsewhere, cancelled.replace("UID:1", "UID:3"), whole_days, alarm), "2026-11-09T09:30") == ON


def test_of_a_row_with_one_that_cannot_be_read_nobody_can_say_anything() -> None:
    row = entry(WEEKLY + "RRULE:FREQ=WEEKLY") + entry("DTSTART:nine\nRECURRENCE-ID:20261109T090000Z")

    assert titles(calendar(row), "2026-11-16T09:30") is None


def test_two_rows_of_one_id_of_which_one_moved_are_not_told_apart() -> None:
    moved = entry(NINE + TEN + "RECURRENCE-ID:20261110T090000Z")

    assert titles(calendar(entry(WEEKLY), entry(NINE + TEN), moved), "2026-11-09T09:30") is None


LINES = calendar(entry(ZONED.format("20261109") + "STATUS:CONFIRMED\nDTSTAMP:20260901T000000Z")).splitlines()


@settings(deadline=None)
@given(number=st.integers(0, len(LINES) - 1), rubbish=st.text(st.characters(codec="utf-8"), max_size=12))
def test_a_line_that_rubbish_took_the_place_of_makes_no_lesson_vanish(number: int, rubbish: str) -> None:
    name = LINES[number].split(":")[0]
    spoilt = [*LINES[:number], f"{name}:{rubbish}", *LINES[number + 1 :]]
    try:
        found = at("\n".join(spoilt), "2026-11-09T09:30")
    except TimetableError:
        return
    # What can be read and means something else, no program can know: another room, and "cancelled".
    assert found != () or name == "LOCATION"


def test_rules_that_take_for_ever_are_given_up() -> None:
    rule = "DTSTART:20200101T090000Z\nDTEND:20200101T100000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2"
    timetable = Timetable(calendar(*(entry(rule, str(uid)) for uid in range(50))).encode(), "Lab 2")

    with pytest.raises(TimetableError, match="too long"):
        timetable.agenda(moment("2026-11-09T09:30"), longest=0.1)


NONSENSE = {
    "nothing": b"",
    "a page": b"<html>Please sign in</html>",
    "half a calendar": ICS.encode()[:700],
    "a beginning is lost": ICS.replace("BEGIN:VEVENT\n", "", 1).encode(),
    "an end is lost": ICS.replace("END:VEVENT\n", "", 1).encode(),
    "no text": bytes(range(256)),
    "far too much": b" " * (LARGEST_BYTES + 1),
    "far too much for one room": calendar(*[entry(NINE + TEN)] * (LARGEST_BYTES_HERE // 100)).encode(),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_is_no_timetable_is_said_and_not_repeated(name: str) -> None:
    with pytest.raises(TimetableError) as caught:
        Timetable(NONSENSE[name], "Lab 2")

    assert "sign in" not in str(caught.value)


def test_a_school_of_a_hundred_rooms_is_read_for_one_of_them_only() -> None:
    rooms = [
        entry(WEEKLY + "RRULE:FREQ=WEEKLY", f"{room}-{lesson}").replace("Lab 2", f"Lab {room}")
        for room in range(100)
        for lesson in range(60)
    ]
    assert len(calendar(*rooms)) > LARGEST_BYTES_HERE  # more than is ever read for one

    assert len(at(calendar(*rooms), "2026-11-09T09:30") or ()) == 60
