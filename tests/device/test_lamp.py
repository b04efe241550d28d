"""What the lamp says: the most urgent thing, in rhythms that are told apart without colours; and on mock pins.

::

    state -> sign -> rhythm      two signs never share one: how many flashes, long or short, lit or dark in between
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device import lamp
from device.controller import LISTENING
from device.gpio import GpioPanel, PanelError
from device.lamp import SIGNS, Colour, Shown, Sign, Tone, sign_of
from device.settings import PanelSettings
from device.state import Doing, UnitState
from lesson.problems import MICROPHONE_LOST, PANEL_MISSING, SCHOOL_UNREACHABLE
from tests.suites.pressed_unit import RememberingLamp

READY = UnitState(Doing.READY, datetime(2026, 11, 17, tzinfo=UTC), "Lab 2")
RECORDING = replace(READY, doing=Doing.RECORDING)

SAYS = {
    "it waits": (READY, Sign.READY),
    "it waits, and the school cannot be reached": (replace(READY, problems=(SCHOOL_UNREACHABLE.code,)), Sign.NOT_WELL),
    "it records": (RECORDING, Sign.RECORDING),
    "it records, and the school cannot be reached": (
        replace(RECORDING, problems=(SCHOOL_UNREACHABLE.code,)),
        Sign.RECORDING,
    ),
    "it records, and the microphone is gone": (replace(RECORDING, problems=(MICROPHONE_LOST.code,)), Sign.PROBLEM),
    "the silence is as long as she wants": (replace(RECORDING, is_goal_reached=True), Sign.GOAL),
    "it is paused": (replace(READY, doing=Doing.PAUSED, problems=(MICROPHONE_LOST.code,)), Sign.PAUSED),
    "it refused": (replace(READY, doing=Doing.REFUSED), Sign.PROBLEM),
}


@pytest.mark.parametrize("name", SAYS)
def test_what_it_says(name: str) -> None:
    state, sign = SAYS[name]

    assert sign_of(state) is sign


def shape(sign: Sign) -> tuple[int, bool, bool]:
    """What is seen without colours and without a watch: flashes in a row, is one long, is it ever long dark."""
    beats = SIGNS[sign].beats
    if len(beats) == 1:
        return (0, True, False)
    return len(beats) // 2, max(beats[::2]) >= 0.7, max(beats[1::2]) >= 0.7


def test_every_sign_has_a_rhythm_of_its_own() -> None:
    assert set(SIGNS) == set(Sign)
    assert len({shape(sign) for sign in Sign}) == len(Sign)


def test_no_flash_can_start_a_seizure() -> None:
    """Three flashes a second is what WCAG 2.2 allows."""
    for sign, pattern in SIGNS.items():
        lit = [pattern.is_lit((at + 0.5) / 100) for at in range(1000)]
        starts = [at for at in range(1, 1000) if lit[at] and not lit[at - 1]]
        assert max((sum(at <= other < at + 100 for other in starts) for at in starts), default=0) <= 3, sign


@pytest.mark.parametrize("doing", Doing)
def test_every_state_is_shown(doing: Doing) -> None:
    panel = RememberingLamp()
    Shown(panel).feed(replace(READY, doing=doing), 5.0, is_down=False, is_room_lit=doing in LISTENING)

    assert panel.shown[-1][1] is not None
    assert panel.is_room_lit == (doing in LISTENING)


@pytest.mark.parametrize("doing", Doing)
@pytest.mark.parametrize("at", [0.0, 0.12, 0.5, 1.3, 3.0])
def test_a_finger_is_answered_whatever_the_lamp_does(doing: Doing, at: float) -> None:
    panel, state = RememberingLamp(), replace(READY, doing=doing)
    shown = Shown(panel)
    shown.feed(state, 100.0, is_down=False, is_room_lit=False)
    shown.feed(state, 100.0 + at, is_down=False, is_room_lit=False)
    before = panel.shown[-1][1] is not None
    shown.feed(state, 100.0 + at, is_down=True, is_room_lit=False)

    assert (panel.shown[-1][1] is not None) is not before


def test_a_bookmark_is_shown_and_then_the_recording_again() -> None:
    panel = RememberingLamp()
    shown = Shown(panel)
    shown.bookmarked(10.0)
    for tick in range(30):
        shown.feed(RECORDING, 10.0 + tick * 0.05, is_down=False, is_room_lit=True)

    colours = [colour for _, colour in panel.shown]
    assert colours == [Colour.BLUE, None, Colour.BLUE, None, Colour.BLUE, None, Colour.RED]
    assert sum(SIGNS[Sign.BOOKMARKED].beats) > lamp.BOOKMARKED_FOR, "it is played once"


# On pins

PINS = PanelSettings(button=17, red=22, green=23, blue=24, room_light=25, buzzer=18)


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before, Device.pin_factory = Device.pin_factory, MockFactory(pin_class=MockPWMPin)
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


def test_a_button_on_a_pin_tells_its_edges(pins: MockFactory) -> None:
    panel, told = GpioPanel(PINS), []
    panel.listen(told.append)
    for _ in range(2):
        pins.pin(17).drive_low()
        pins.pin(17).drive_high()
    panel.close()

    assert told == [True, False, True, False]


def test_lights_on_pins(pins: MockFactory) -> None:
    panel = GpioPanel(PINS)
    panel.show(Colour.AMBER)
    panel.room(is_lit=True)
    lit = [pins.pin(number).state for number in (22, 23, 24, 25)]
    panel.show(None)
    panel.room(is_lit=False)
    dark = [pins.pin(number).state for number in (22, 23, 24, 25)]
    panel.close()

    assert lit == [1.0, 0.35, 0.0, True]
    assert not any(dark)


@pytest.mark.parametrize("tone", Tone)
def test_a_buzzer_on_a_pin_sounds_and_is_still_again(pins: MockFactory, tone: Tone) -> None:
    panel = GpioPanel(PINS)
    panel.buzz(tone)
    panel.close()

    states = [state.state for state in pins.pin(18).states]
    assert max(states) > 0
    assert states[-1] == 0


def test_what_has_no_pin_is_not_there(pins: MockFactory) -> None:
    panel = GpioPanel(PanelSettings(room_light=25))
    panel.listen(lambda _: None)
    panel.show(Colour.RED)
    panel.buzz(Tone.STARTED)
    panel.room(is_lit=True)
    assert pins.pin(25).state
    panel.close()


def test_a_computer_without_pins_says_so() -> None:
    before, Device.pin_factory = Device.pin_factory, None
    try:
        with pytest.raises(PanelError) as refused, warnings.catch_warnings(action="ignore"):
            GpioPanel(PINS)
    finally:
        Device.pin_factory = before
    assert refused.value.problem is PANEL_MISSING
