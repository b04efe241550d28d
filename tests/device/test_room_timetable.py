"""The timetable of a room, kept ready: read when it changes, and where it cannot be read nobody can say what is on."""

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device.room_timetable import RoomTimetable
from device.timetable import Period
from lesson.problems import TIMETABLE_ENTRY, TIMETABLE_UNREADABLE
from tests.device.test_timetable import NINE, ON, TEN, calendar, entry

GOOD, BROKEN = calendar(entry(NINE + TEN)), calendar(entry(NINE))
NOW = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)


def titles(found: tuple[Period, ...] | None) -> list[str | None] | None:
    return None if found is None else [each.title for each in found]


def test_a_file_is_read_again_when_it_changes_and_nobody_can_say_while_it_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "timetable.ics"
    room = RoomTimetable(path, "Lab 2")
    assert (room.at(NOW), room.problems) == (None, ()), "nobody has looked yet"
    room.look(NOW)
    assert (room.at(NOW), room.problems) == (None, (TIMETABLE_UNREADABLE,)), "it is not there"

    path.write_text(GOOD)
    room.look(NOW)
    assert (titles(room.at(NOW)), room.problems) == (ON, ())
    room.look(NOW + timedelta(hours=1))
    assert room.at(NOW + timedelta(hours=1)) == ()

    path.write_text("<html>Please sign in</html>")
    room.look(NOW)
    assert (room.at(NOW), room.problems) == (None, (TIMETABLE_UNREADABLE,))

    path.write_text(GOOD)
    room.look(NOW)
    assert (titles(room.at(NOW)), room.problems) == (ON, ())


def test_a_file_that_was_away_for_a_while_is_read_again(tmp_path: Path) -> None:
    path, away = tmp_path / "timetable.ics", tmp_path / "away"
    path.write_text(GOOD)
    room = RoomTimetable(path, "Lab 2")
    room.look(NOW)
    path.rename(away)
    room.look(NOW)
    assert (room.at(NOW), room.problems) == (None, (TIMETABLE_UNREADABLE,))

    away.rename(path)
    room.look(NOW)
    assert (titles(room.at(NOW)), room.problems) == (ON, ())


def test_what_cannot_be_read_is_read_once_and_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "timetable.ics"
    path.write_text(GOOD.replace("END:VCALENDAR", "END:VCALENDER"))
    os.utime(path, (1, 1))
    room = RoomTimetable(path, "Lab 2")
    room.look(NOW)
    path.write_text(GOOD)
    os.utime(path, (1, 1))  # of the same size and date: it is not even opened
    room.look(NOW)
    assert (room.at(NOW), room.problems) == (None, (TIMETABLE_UNREADABLE,))

    os.utime(path, (2, 2))
    room.look(NOW)
    assert (titles(room.at(NOW)), room.problems) == (ON, ())


def test_the_journal_names_the_entry_once_and_nobody_can_say_on_its_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "timetable.ics"
    path.write_text(BROKEN)
    room = RoomTimetable(path, "Lab 2")

    for minute in range(3):
        room.look(NOW + timedelta(minutes=minute))
        os.utime(path, (minute, minute))  # the same again, as a feed brings it

    assert (room.at(NOW), room.problems) == (None, (TIMETABLE_ENTRY,))
    room.look(NOW - timedelta(hours=20))
    assert room.at(NOW - timedelta(hours=20)) == (), "the day before"
    (said,) = caplog.messages
    assert said.startswith("timetable-entry: ")
    assert "'7B', 2026-11-09 09:00:00+00:00 cannot be read: it has no end. Nobody is guessed on 2026-11-09." in said


def test_what_an_entry_is_called_cannot_write_another_line_into_the_journal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "timetable.ics"
    path.write_text(BROKEN.replace("SUMMARY:7B", "SUMMARY:7B\\n<3>unit-failed: all is lost"))

    RoomTimetable(path, "Lab 2").look(NOW)

    assert len(caplog.text.splitlines()) == 1


def test_a_calendar_of_nothing_but_faults_is_told_in_a_few_lines(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "timetable.ics"
    path.write_text(calendar(*(entry(NINE, str(uid)) for uid in range(500))))

    RoomTimetable(path, "Lab 2").look(NOW)

    assert len(caplog.messages) == 11
    assert "490 more entries" in caplog.messages[-1]


def test_what_was_seen_is_told_for_some_minutes_and_not_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "timetable.ics"
    path.write_text(GOOD.replace("DTSTART", "RRULE:FREQ=DAILY\nDTSTART"))
    room = RoomTimetable(path, "Lab 2")
    room.look(NOW)
    assert titles(room.at(NOW + timedelta(minutes=9))) == ON
    assert room.at(NOW + timedelta(minutes=11)) is None, "nobody looks any more"
    assert room.at(NOW - timedelta(days=365)) is None, "the clock was set"

    for hours in range(73):
        room.look(NOW + timedelta(hours=hours))
        assert titles(room.at(NOW + timedelta(hours=hours))) == (ON if hours % 24 == 0 else []), hours


def test_what_is_no_file_does_not_keep_the_unit_waiting(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for name in ("pipe", "socket", "."):
            room = RoomTimetable(tmp_path / name, "Lab 2")
            room.look(NOW)
            assert (room.at(NOW), room.problems) == (None, (TIMETABLE_UNREADABLE,))


def test_without_a_file_nothing_is_on_and_nothing_is_wrong() -> None:
    room = RoomTimetable(None, "Lab 2")
    room.look(NOW)

    assert (room.at(NOW), room.problems) == ((), ())
