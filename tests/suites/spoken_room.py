"""A room in which a test says who speaks, while it goes on.

::

    room = SpokenRoom();  Room(room.microphone)        room.says = "T"  ...  room.says = "."
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from capture.drawn_microphone import DrawnMicrophone
from capture.microphone import Microphone
from capture.pace import SteadyPace
from device.room import TellProblem


class SpokenRoom:
    """Characters as in a drawing, one at a time."""

    def __init__(self, speed: float = 1.0) -> None:
        self.says = "."
        self._speed = speed

    def microphone(self, _: TellProblem) -> Microphone:
        return _Heard(self, SteadyPace(self._speed, time.monotonic, time.sleep))

    def for_ever(self) -> Iterator[str]:
        while True:
            yield self.says


class _Heard(DrawnMicrophone):
    def __init__(self, room: SpokenRoom, pace: SteadyPace) -> None:
        super().__init__(".", pace)
        self._drawing = room.for_ever()  # type: ignore[assignment]
