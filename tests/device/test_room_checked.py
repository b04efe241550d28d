"""A check of the room on a whole unit: step by step as somebody says, with the light on, and nothing written."""

import pathlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics.room_measured import SECONDS, Measured, Outcome, Place
from device import dry_runs
from device.commands import CheckRoom, Mode, Resume, Start, Stop
from device.page.checking import check_words
from device.room import Room
from device.state import Doing, RoomCheckInHand, UnitState
from lesson.problems import BACK_UNHEARD, FRONT_UNHEARD
from tests.suites.pressed_unit import PressedUnit, pressed_unit
from tests.suites.spoken_room import SpokenRoom


@pytest.fixture
def room() -> SpokenRoom:
    return SpokenRoom(4.0)


@pytest.fixture
def unit(tmp_path: pathlib.Path, room: SpokenRoom) -> Iterator[PressedUnit]:
    with pressed_unit(tmp_path, Room(room.microphone)) as made:
        yield made


def waits_for(unit: PressedUnit, place: Place) -> RoomCheckInHand:
    check = unit.until(lambda state: state.room_check is not None and state.room_check.next is place).room_check
    assert check is not None
    return check


def checked(unit: PressedUnit, room: SpokenRoom, front: str, back: str) -> RoomCheckInHand:
    unit.program.ask(CheckRoom())
    for place, voice in ((Place.FRONT, front), (Place.BACK, back)):
        waits_for(unit, place)
        room.says = voice
        unit.program.ask(Resume())
        unit.until(lambda state: state.room_check is None or state.room_check.place is not None)
        unit.until(lambda state: state.room_check is None or state.room_check.place is None)
        room.says = "."
    check = unit.until_it_is(Doing.READY).room_check
    assert check is not None
    return check


@pytest.mark.parametrize(
    ("front", "back", "outcome"),
    [("T", "P", Outcome.GOOD), ("T", ".", Outcome.BACK_UNHEARD), (".", "P", Outcome.FRONT_UNHEARD)],
)
def test_a_room_is_checked_step_by_step(
    unit: PressedUnit, room: SpokenRoom, front: str, back: str, outcome: Outcome
) -> None:
    before = {path for path in unit.made.folder.rglob("*") if path.is_file() and "sqlite" not in path.name}
    check = checked(unit, room, front, back)

    assert check.outcome is outcome
    assert check.measured.floor_dbfs == pytest.approx(-71, abs=2)
    assert (check.measured.front_db is not None) is (front == "T")
    assert {path for path in unit.made.folder.rglob("*") if path.is_file() and "sqlite" not in path.name} == before
    unit.until(lambda _: not unit.lamp.is_room_lit)
    assert [is_lit for _, is_lit in unit.lamp.room_light] == [True, False]
    assert any(state.level_db is not None for state in unit.states)
    lefts = [state.room_check.left for state in unit.states if state.room_check and state.room_check.place]
    assert max(lefts) <= max(SECONDS.values())


def test_a_press_ends_a_check_without_a_verdict(unit: PressedUnit, room: SpokenRoom) -> None:
    unit.program.ask(CheckRoom())
    waits_for(unit, Place.FRONT)
    unit.press()
    state = unit.until_it_is(Doing.READY)

    assert state.room_check is not None
    assert (state.room_check.outcome, state.room_check.next) == (None, None)


def test_a_check_that_nobody_goes_on_with_is_over_after_a_time(
    unit: PressedUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_runs, "CHECK_WITHIN", 4.0)
    unit.program.ask(CheckRoom())
    waits_for(unit, Place.FRONT)
    state = unit.until_it_is(Doing.READY)

    assert state.room_check is not None
    assert state.room_check.outcome is None


def test_nobody_checks_while_a_lesson_is_recorded(unit: PressedUnit) -> None:
    unit.program.ask(Start(Mode.NUMBERS))
    unit.until_it_is(Doing.RECORDING)
    unit.program.ask(CheckRoom())
    unit.program.ask(Stop())
    unit.until_it_is(Doing.READY)

    assert Doing.CHECKING not in {state.doing for state in unit.states}


NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
CHECKING = UnitState(doing=Doing.CHECKING, since_at=NOW, room="Lab 2")


@pytest.mark.parametrize(
    ("check", "step", "says", "go_on", "heard"),
    [
        (RoomCheckInHand(), 0, "The microphone is opening.", "", ("", "", "")),
        (RoomCheckInHand(Place.QUIET, left=2.0), 1, "Be quiet: 2 s.", "", ("", "", "")),
        (
            RoomCheckInHand(next=Place.FRONT, measured=Measured(-71.0)),
            2,
            "Go to where you teach from. Press, then speak as you do in class.",
            "I am at the front",
            ("-71 dB", "", ""),
        ),
        (RoomCheckInHand(Place.FRONT, left=4.0, measured=Measured(-71.0)), 2, "Speak: 4 s.", "", ("-71 dB", "", "")),
        (
            RoomCheckInHand(next=Place.BACK, measured=Measured(-71.0)),
            3,
            "Now the back row: you, or somebody who helps. Press, then speak as a pupil would.",
            "We are at the back",
            ("-71 dB", "nobody heard", ""),
        ),
        (
            RoomCheckInHand(Place.BACK, left=1.0, measured=Measured(-71.0, 41.2)),
            3,
            "Speak: 1 s.",
            "",
            ("-71 dB", "41 dB over it", ""),
        ),
    ],
)
def test_it_is_said_what_to_do(
    check: RoomCheckInHand, step: int, says: str, go_on: str, heard: tuple[str, str, str]
) -> None:
    words = check_words(replace(CHECKING, room_check=check))

    assert (words.step, words.says, words.go_on, words.heard, words.verdict) == (step, says, go_on, heard, "")


@pytest.mark.parametrize(
    ("outcome", "verdict", "remedy"),
    [
        (Outcome.GOOD, "Front and back are heard well", "Nothing needs to be done."),
        (Outcome.BACK_UNHEARD, BACK_UNHEARD.title, BACK_UNHEARD.teacher),
        (Outcome.FRONT_UNHEARD, FRONT_UNHEARD.title, FRONT_UNHEARD.teacher),
    ],
)
def test_what_follows_is_said_with_its_remedy(outcome: Outcome, verdict: str, remedy: str) -> None:
    check = RoomCheckInHand(measured=Measured(-71.0, 41.0), outcome=outcome)
    words = check_words(replace(CHECKING, doing=Doing.READY, room_check=check))

    assert (words.verdict, words.remedy, words.is_on, words.says) == (verdict, remedy, False, "")
    assert words.heard == ("-71 dB", "41 dB over it", "nobody heard")
    assert check_words(None).verdict == ""
