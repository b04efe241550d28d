"""Full speed, or the speed of the room.

A file can be read faster than a lesson happened. `Pace` is where the owner of the loop decides::

    lesson seconds   0.00   0.02   0.04
    NoPace           xxx                      as fast as the computer can
    SteadyPace(1)    x      x      x          as in the room
    SteadyPace(10)   x x x                    ten times as fast

Nothing here reads a clock of its own: `SteadyPace` is given `now` and `sleep`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Pace(Protocol):
    """Decides when a moment of the lesson has come."""

    def wait_until(self, lesson_seconds: float) -> None:
        """Return when the lesson is `lesson_seconds` old."""


class NoPace:
    """Full speed."""

    def wait_until(self, lesson_seconds: float) -> None:
        """Return at once."""


class SteadyPace:
    """The room's own time, `speed` times as fast.

    The lesson starts with the first call, so that what it took to open a file is not hurried after.
    A reader that fell behind is not slowed down until it has caught up.
    """

    def __init__(self, speed: float, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """`now` gives monotonic seconds, `sleep` waits for so many; `speed` 1.0 is real time."""
        if speed <= 0:
            raise ValueError(f"A pace of {speed} never gets there.")
        self._speed = speed
        self._now = now
        self._sleep = sleep
        self._started_at: float | None = None

    def wait_until(self, lesson_seconds: float) -> None:
        """Sleep until the lesson is `lesson_seconds` old."""
        if self._started_at is None:
            self._started_at = self._now()
        left = self._started_at + lesson_seconds / self._speed - self._now()
        if left > 0:
            self._sleep(left)
