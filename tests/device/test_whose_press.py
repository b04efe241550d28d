"""A press records for whom the timetable names, and for nobody where it names somebody the unit does not know."""

import pathlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from device.commands import Start
from device.recipients import ListedRecipient, RecipientList, meet
from device.room import Room
from device.settings import TimetableSettings
from device.state import Doing
from lesson.footage.identity import Identity
from lesson.footage.recipients import RecipientRole
from lesson.problems import TIMETABLE_ENTRY, TIMETABLE_UNREADABLE, WHOSE_UNCLEAR, Problem
from lesson.wire import dumps
from tests.suites.one_unit import OneUnit
from tests.suites.pressed_unit import drawn, pressed_unit

ROOM = Room(drawn(("TTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 40, 4.0))


def timetabled(place: pathlib.Path, name: str) -> OneUnit:
    """A unit that knows two teachers, and a timetable in which somebody teaches all the while."""
    made = OneUnit(place)
    keys = Identity.generate().recipient
    amin = ListedRecipient("R. Amin", keys.kid.hex(), keys.encryption_key, keys.signing_key, RecipientRole.TEACHER)
    known = meet(made.folder, None, by_cards=False).pinned
    (made.folder / "recipients.json").write_bytes(dumps(RecipientList((*known, amin))))
    begins, ends = (f"{datetime.now(tz=UTC) + timedelta(hours=by):%Y%m%dT%H%M%SZ}" for by in (-1, 1))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//EN", "BEGIN:VEVENT", "UID:1", f"DTSTAMP:{begins}"]
    lines += [f"DTSTART:{begins}", f"DTEND:{ends}", "SUMMARY:7B Science", "LOCATION:Lab 2"]
    lines += [f"ORGANIZER;CN={name}:mailto:x@school.example", "END:VEVENT", "END:VCALENDAR"]
    (made.folder / "timetable.ics").write_text("\r\n".join(lines))
    made.settings = replace(made.settings, timetable=TimetableSettings(made.folder / "timetable.ics"))
    return made


def test_a_press_records_for_whom_the_timetable_names_and_it_is_shown_before(tmp_path: pathlib.Path) -> None:
    with pressed_unit(timetabled(tmp_path, "R. Amin"), ROOM) as made:
        before = made.until(lambda state: state.teacher is not None)
        made.press()
        lesson = made.until_it_is(Doing.RECORDING).lesson
        made.press()
        made.until_it_is(Doing.READY)

    assert (before.teacher, before.title) == ("R. Amin", "7B Science")
    assert lesson is not None
    assert (lesson.teacher, lesson.title) == ("R. Amin", "7B Science")
    (stanza,) = (made.lessons[-1] / "stanzas").iterdir()
    assert stanza.stem == meet(made.made.folder, None, by_cards=False).pinned[1].kid


def test_the_settings_say_what_the_timetable_calls_her(tmp_path: pathlib.Path) -> None:
    unit = timetabled(tmp_path, "AMI")
    (unit.folder / "names.toml").write_text('"R. Amin" = ["AMI", "Amin, R."]\n')
    unit.settings = replace(unit.settings, timetable=replace(unit.settings.timetable, names=unit.folder / "names.toml"))
    with pressed_unit(unit, ROOM) as made:
        assert made.until(lambda state: state.teacher is not None).teacher == "R. Amin"


def test_somebody_elses_lesson_is_recorded_for_nobody_until_she_is_named(tmp_path: pathlib.Path) -> None:
    with pressed_unit(timetabled(tmp_path, "K. Osei"), ROOM, unclaimed_days=0) as made:
        made.press()
        refused = made.until_it_is(Doing.REFUSED)
        assert refused.teacher is None
        assert made.until(lambda state: bool(state.problems)).problems[0] == WHOSE_UNCLEAR.code
        assert made.lessons == []

        made.program.ask(Start(teacher="R. Amin"))
        lesson = made.until_it_is(Doing.RECORDING).lesson

    assert lesson is not None
    assert (lesson.teacher, lesson.title) == ("R. Amin", None)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (TIMETABLE_UNREADABLE, lambda _: "<html>Please sign in</html>"),
        (TIMETABLE_ENTRY, lambda text: "\n".join(line for line in text.splitlines() if not line.startswith("DTEND"))),
    ],
)
def test_what_cannot_be_read_in_the_timetable_is_told_and_nobody_is_guessed(
    problem: Problem, text: Callable[[str], str], tmp_path: pathlib.Path
) -> None:
    unit = timetabled(tmp_path, "K. Osei")
    path = unit.folder / "timetable.ics"
    path.write_text(text(path.read_text()))
    with pressed_unit(unit, ROOM, teacher="R. Amin", unclaimed_days=0) as made:
        made.until(lambda state: problem.code in state.problems)
        assert problem.code in made.unit.school.status().problems, "the technician sees it from his office"
        made.press()
        refused = made.until_it_is(Doing.REFUSED)

        assert refused.teacher is None
        assert made.until(lambda state: bool(state.problems)).problems[0] == WHOSE_UNCLEAR.code
        assert made.lessons == []

        path.unlink()
        path.write_text("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n")  # nothing is on, and that can be read
        assert made.until(lambda state: state.teacher is not None).teacher == "R. Amin"
        made.until(lambda state: problem.code not in state.problems)
        assert problem.code not in made.unit.school.status().problems


def test_with_a_clock_that_may_be_wrong_the_timetable_is_not_believed_and_nobody_is_guessed(
    tmp_path: pathlib.Path,
) -> None:
    unit = timetabled(tmp_path, "R. Amin")
    with pressed_unit(unit, ROOM, is_synced=False, teacher="R. Amin", unclaimed_days=0) as made:
        made.press()
        refused = made.until_it_is(Doing.REFUSED)

        assert refused.teacher is None
        assert made.until(lambda state: bool(state.problems)).problems[0] == WHOSE_UNCLEAR.code
        assert made.lessons == []
