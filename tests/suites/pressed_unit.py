"""A unit that waits for its button, pressed by a test, with lamps that remember and a room that is drawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from capture.drawn_microphone import DrawnMicrophone
from capture.microphone import Microphone
from capture.pace import SteadyPace
from device.clock import SystemClock
from device.lamp import Colour, Tone
from device.notify import Notifier
from device.presses import Gesture
from device.program import UnitProgram
from device.room import Room, TellProblem
from device.state import Doing, UnitState
from device.unit import Unit
from lesson.footage.opening import OpenLesson
from lesson.footage.segments import Track
from lesson.talk import Heard
from lesson.wire import from_wire, loads
from tests.suites.one_unit import OneUnit

PATIENCE = 60.0
"""Seconds that anything may take on a busy computer."""


@dataclass
class RememberingLamp:
    """Lights and tones, and when."""

    shown: list[tuple[float, Colour | None]] = field(default_factory=list)
    room_light: list[tuple[float, bool]] = field(default_factory=list)
    tones: list[Tone] = field(default_factory=list)
    room_takes: float = 0.0
    """Seconds until the light that pupils see has changed."""

    def listen(self, tell: Callable[[bool], None]) -> None:
        """Tests press the program itself."""

    def show(self, colour: Colour | None) -> None:
        self.shown.append((time.monotonic(), colour))

    def room(self, *, is_lit: bool) -> None:
        time.sleep(self.room_takes)
        self.room_light.append((time.monotonic(), is_lit))

    def buzz(self, tone: Tone) -> None:
        self.tones.append(tone)

    def close(self) -> None:
        """Nothing is lit."""

    @property
    def is_room_lit(self) -> bool:
        return bool(self.room_light) and self.room_light[-1][1]


def drawn(drawing: str, speed: float) -> Callable[[TellProblem], Microphone]:
    return lambda _: DrawnMicrophone(drawing, SteadyPace(speed, time.monotonic, time.sleep))


@dataclass
class PressedUnit:
    """What a test presses and looks at."""

    made: OneUnit
    unit: Unit
    program: UnitProgram
    lamp: RememberingLamp
    states: list[UnitState]

    def press(self, gesture: Gesture = Gesture.SHORT) -> None:
        self.program.gesture(gesture)

    def until(self, is_so: Callable[[UnitState], bool]) -> UnitState:
        """The next state in which something is so."""
        give_up_at = time.monotonic() + PATIENCE
        while not is_so(state := self.program.state):
            assert time.monotonic() < give_up_at, state
            time.sleep(0.005)
        return state

    def until_it_is(self, doing: Doing) -> UnitState:
        return self.until(lambda state: state.doing is doing)

    @property
    def lessons(self) -> list[Path]:
        return sorted(self.made.lessons.iterdir(), key=lambda folder: folder.stat().st_mtime)

    def log(self, folder: Path) -> list[Heard]:
        lesson: OpenLesson = self.made.opened(folder)
        names = [name for name in lesson.segments if name.track is Track.LOG]
        plain = b"".join(lesson.open_segment(name, (folder / name.file_name).read_bytes()) for name in names)
        return [from_wire(Heard, loads(line)) for line in plain.splitlines()]


class HurriedClock(SystemClock):
    """A clock whose seconds are so many times shorter: for what happens after long waiting."""

    def __init__(self, synced_mark: Path, times: float) -> None:
        super().__init__(synced_mark)
        self._times = times

    def monotonic(self) -> float:
        return super().monotonic() * self._times


@contextmanager
def pressed_unit(
    place: Path | OneUnit, room: Room, *, is_synced: bool = True, hurry: float = 1.0, **settings: object
) -> Iterator[PressedUnit]:
    """A unit whose program runs until the end of the test."""
    made = place if isinstance(place, OneUnit) else OneUnit(place)
    made.settings = replace(made.settings, **settings)  # type: ignore[arg-type]
    clock = HurriedClock(made.folder if is_synced else made.folder / "no-server-was-asked", hurry)
    unit = made.unit(clock)
    lamp, states = RememberingLamp(), []
    program = UnitProgram(unit, room, clock, panel=lamp, notifier=Notifier({}))
    running = threading.Thread(target=program.run, args=(states.append,))
    running.start()
    try:
        yield PressedUnit(made, unit, program, lamp, states)
    finally:
        program.leave()
        running.join(PATIENCE)
        unit.close()
        assert not running.is_alive()
