"""What a class agreed to counts while it is on, and what cannot be told counts as the strictest.

::

    timetable: 7B Science       7B: audio, numbers        -> audio, numbers
               nobody can say   7B, 9A, and the room      -> what all of them agreed to
"""

import pathlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from capture.masks import Mask
from device.classes import Agreed, Classes, read_classes
from device.commands import Mode, Start
from device.room import Room, camera_of
from device.settings import CameraSettings, PictureSettings, TimetableSettings
from device.state import Doing
from device.timetable import Period
from lesson.footage.header import Header
from lesson.problems import MASK_UNREADABLE, NOT_AGREED
from lesson.settings import SettingsError
from tests.suites.masked import SEATS
from tests.suites.one_unit import OneUnit
from tests.suites.pressed_unit import PressedUnit, drawn, pressed_unit

VIDEO, AUDIO, NUMBERS = Mode.VIDEO, Mode.AUDIO, Mode.NUMBERS
NINE = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
ROOM = (VIDEO, AUDIO, NUMBERS)
OWN = {
    "7B": Agreed((AUDIO, NUMBERS), None, ("7B",)),
    "9A": Agreed((VIDEO, AUDIO), "9a", ("9A",)),
    "9A Drama": Agreed((NUMBERS, AUDIO), None, ("9A Drama",)),
    "8C": Agreed((VIDEO, NUMBERS), "", ("8C",)),
}


def on(*titles: str | None) -> list[Period]:
    return [Period(NINE, NINE + timedelta(hours=1), title, ()) for title in titles]


AGREED = {
    # what is on, then modes, mask and classes
    "a class": (on("7B Science (Lab 2)"), (AUDIO, NUMBERS), None, ("7B",)),
    "in other letters": (on("Science, 7b"), (AUDIO, NUMBERS), None, ("7B",)),
    "a class with a mask": (on("9A"), (VIDEO, AUDIO), "9a", ("9A",)),
    "a class of which everybody may be filmed": (on("8C Art"), (VIDEO, NUMBERS), "", ("8C",)),
    "part of a word": (on("17B Science"), ROOM, None, ()),
    "a class of which nothing is said": (on("10D"), ROOM, None, ()),
    "a lesson without a title": (on(None), ROOM, None, ()),
    "nothing is on": ([], ROOM, None, ()),
    "two classes at once": (on("7B", "9A"), (AUDIO,), None, ("7B", "9A")),
    "two names in one title": (on("9A Drama"), (AUDIO,), None, ("9A", "9A Drama")),
    "two masks": (on("9A", "8C"), (), None, ("9A", "8C")),
    "a class, and one of which nothing is said": (on("10D", "9A"), (AUDIO,), None, ("9A",)),
    "nobody can say": (None, (), None, ("7B", "9A", "9A Drama", "8C")),
}


@pytest.mark.parametrize("name", AGREED)
def test_what_may_be_recorded(name: str) -> None:
    periods, modes, mask, classes = AGREED[name]

    assert Classes(ROOM, OWN).agreed(periods) == Agreed(modes, mask, classes)


def test_without_classes_of_its_own_the_room_counts_also_where_nobody_can_say() -> None:
    assert Classes(ROOM, {}).agreed(None) == Agreed(ROOM)


def test_what_is_not_said_of_a_class_is_as_in_the_room(tmp_path: pathlib.Path) -> None:
    (tmp_path / "classes.toml").write_text('["7B"]\nmask = "7b"\n["9A"]\nmodes = "numbers, audio"\n')
    classes = read_classes(tmp_path / "classes.toml", (AUDIO, NUMBERS))

    assert classes.agreed(on("7B")) == Agreed((AUDIO, NUMBERS), None, ("7B",)), "and nobody is filmed here"
    assert classes.agreed(on("9A")) == Agreed((NUMBERS, AUDIO), None, ("9A",))


WRONG = {
    "a misspelt entry": ('["7B"]\nmode = "audio"', "can be said: modes and mask"),
    "a mode that is none": ('["7B"]\nmodes = "film"', "can name video, audio, numbers; not 'film'"),
    "a list": ('["7B"]\nmodes = ["audio"]', "each a text"),
    "no table": ('"7B" = "audio"', "can be said"),
    "a class without letters": ('["-"]\nmodes = "audio"', "with letters or digits"),
    "no TOML": ("[7B", "classes.toml"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_the_file_is_named(name: str, tmp_path: pathlib.Path) -> None:
    text, sentence = WRONG[name]
    (tmp_path / "classes.toml").write_text(text)
    with pytest.raises(SettingsError, match=sentence):
        read_classes(tmp_path / "classes.toml", ROOM)


def test_classes_need_a_timetable() -> None:
    with pytest.raises(SettingsError, match=r"needs timetable\.file"):
        TimetableSettings(classes=pathlib.Path("classes.toml"))


# At the press

CLASSES = """
["7B"]
modes = "audio, numbers"
["9A"]
modes = "video, audio"
mask = "9a"
"""


@pytest.fixture
def unit(tmp_path: pathlib.Path) -> OneUnit:
    """A room whose press films with one mask, and of which two classes have agreed to something else."""
    made = OneUnit(tmp_path)
    (made.folder / "classes.toml").write_text(CLASSES)
    (made.folder / "masks").mkdir()
    (made.folder / "masks" / "room.json").write_bytes(SEATS.encode())
    (made.folder / "masks" / "9a.json").write_bytes(Mask(SEATS.areas[:1]).encode())
    made.settings = replace(
        made.settings,
        timetable=TimetableSettings(made.folder / "timetable.ics", classes=made.folder / "classes.toml"),
        camera=CameraSettings("chart", mask="room"),
        picture=PictureSettings(320, 180, 12.5),
    )
    return made


def timetable(made: OneUnit, title: str) -> None:
    begins, ends = (f"{datetime.now(tz=UTC) + timedelta(hours=by):%Y%m%dT%H%M%SZ}" for by in (-1, 1))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//EN", "BEGIN:VEVENT", "UID:1", f"DTSTAMP:{begins}"]
    lines += [f"DTSTART:{begins}", f"DTEND:{ends}", f"SUMMARY:{title}", "LOCATION:Lab 2", "END:VEVENT", "END:VCALENDAR"]
    (made.folder / "timetable.ics").write_text("\r\n".join(lines))


def pressed(unit: OneUnit, *, is_synced: bool = True) -> Iterator[PressedUnit]:
    room = Room(drawn("T" * 2000, 4.0), camera_of(unit.settings))
    with pressed_unit(unit, room, is_synced=is_synced, teacher="Ms") as made:
        yield made


def header(made: PressedUnit) -> Header:
    return Header.decode((made.lessons[-1] / "header.json").read_bytes())


PRESSED = {
    "a class that agreed to no picture": ("7B Science", (AUDIO, NUMBERS), None, None, ("7B",)),
    "a class with a mask of its own": ("9A Art", (VIDEO, AUDIO), "9a", Mask(SEATS.areas[:1]).id, ("9A",)),
    "any other class": ("10D Maths", (VIDEO, AUDIO, NUMBERS), "room", SEATS.id, ()),
}


@pytest.mark.parametrize("name", PRESSED)
def test_a_press_records_what_the_class_agreed_to_and_it_is_shown_before(unit: OneUnit, name: str) -> None:
    title, modes, mask, mask_id, classes = PRESSED[name]
    timetable(unit, title)
    for made in pressed(unit):
        before = made.until(lambda state: (state.modes, state.mask, state.classes) == (modes, mask, classes))
        assert before.is_mask_clear
        made.press()
        lesson = made.until_it_is(Doing.RECORDING).lesson
        assert lesson is not None
        assert (lesson.mode, lesson.mask) == (modes[0], mask)
        assert header(made).mask == mask_id
        assert (header(made).media.video is not None) is (VIDEO in modes)


def test_what_the_class_did_not_agree_to_is_refused_whoever_asks(unit: OneUnit) -> None:
    timetable(unit, "7B Science")
    for made in pressed(unit):
        made.until(lambda state: state.classes == ("7B",))
        made.program.ask(Start(VIDEO))
        assert made.until_it_is(Doing.REFUSED).problems[0] == NOT_AGREED.code
        assert made.lessons == []


def test_with_a_clock_that_may_be_wrong_only_what_all_agreed_to_is_recorded(unit: OneUnit) -> None:
    timetable(unit, "9A Art")
    for made in pressed(unit, is_synced=False):
        state = made.until(lambda state: state.modes == (AUDIO,))
        assert state.classes == ("7B", "9A")
        made.program.ask(Start(teacher="Ms"))
        made.until_it_is(Doing.RECORDING)
        assert header(made).media.video is None


def test_a_class_whose_mask_is_gone_is_not_filmed(unit: OneUnit) -> None:
    timetable(unit, "9A Art")
    (unit.folder / "masks" / "9a.json").unlink()
    for made in pressed(unit):
        made.until(lambda state: not state.is_mask_clear and MASK_UNREADABLE.code in state.problems)
        made.press()
        assert made.until_it_is(Doing.REFUSED).problems[0] == MASK_UNREADABLE.code
        assert made.lessons == []
