"""An ask to pair at the unit: two quick presses answer it, and everything else the button does as ever."""

import pathlib
import time
from collections.abc import Iterator

import pytest

from device import program as program_module
from device.commands import AskToPair, Start, Stop
from device.presses import Gesture
from device.room import Room
from device.state import Doing
from tests.suites.pressed_unit import PressedUnit, drawn, pressed_unit

CLASS = ("T" * 20 + "." * 15 + "P" * 10 + "." * 8) * 40


@pytest.fixture
def unit(tmp_path: pathlib.Path) -> Iterator[PressedUnit]:
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0))) as made:
        yield made


def test_two_presses_answer_the_ask_that_the_lamp_shows(unit: PressedUnit) -> None:
    unit.press(Gesture.DOUBLE)
    unit.program.ask(AskToPair("first"))
    unit.until_it_is(Doing.PAIRING)
    assert unit.program.state.let_in is None, "presses before it do not count"
    unit.press(Gesture.DOUBLE)
    assert unit.until(lambda state: state.let_in == "first").doing is Doing.READY
    unit.program.ask(AskToPair("second"))
    assert unit.until_it_is(Doing.PAIRING).let_in == "first"
    unit.press(Gesture.DOUBLE)
    unit.until(lambda state: state.let_in == "second")

    assert unit.lessons == []


def test_edges_of_a_contact_are_two_presses(unit: PressedUnit) -> None:
    unit.program.ask(AskToPair("first"))
    unit.until_it_is(Doing.PAIRING)
    for is_down in (True, False, True, False):
        unit.program.edge(is_down=is_down)
        time.sleep(0.1)

    assert unit.until(lambda state: state.let_in == "first").doing is Doing.READY


def test_one_press_records_and_lets_nobody_in(unit: PressedUnit) -> None:
    unit.program.ask(AskToPair("first"))
    unit.until_it_is(Doing.PAIRING)
    unit.press()
    unit.until_it_is(Doing.RECORDING)
    unit.press(Gesture.DOUBLE)
    unit.until(lambda state: bool(state.lesson and state.lesson.bookmarks))
    unit.press()
    unit.until_it_is(Doing.READY)

    assert len(unit.lessons) == 1
    assert unit.program.state.let_in is None


def test_an_ask_that_nobody_answers_is_over_and_answers_later_do_not_count(
    unit: PressedUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_module, "SHOWN_FOR", 0.2)
    unit.program.ask(AskToPair("first"))
    unit.until_it_is(Doing.PAIRING)
    unit.until_it_is(Doing.READY)
    unit.press(Gesture.DOUBLE)
    unit.program.ask(Start(is_dummy=True))
    unit.until_it_is(Doing.RECORDING)

    assert unit.program.state.let_in is None


def test_nobody_asks_while_a_lesson_is_recorded(unit: PressedUnit) -> None:
    unit.program.ask(Start(is_dummy=True))
    unit.until_it_is(Doing.RECORDING)
    unit.program.ask(AskToPair("first"))
    unit.press(Gesture.DOUBLE)
    unit.until(lambda state: bool(state.lesson and state.lesson.bookmarks))
    unit.program.ask(Stop())
    unit.until_it_is(Doing.READY)

    assert unit.program.state.let_in is None
    assert Doing.PAIRING not in {state.doing for state in unit.states}
