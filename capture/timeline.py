"""Where a block of sound belongs in a lesson, when the count of its samples was broken.

::

    sound captured at   100.00 100.02 100.04    (the device is away)    103.10 103.12      CLOCK_MONOTONIC
    samples so far           0    320    640                            49,600             due(103.10)
                      origin = 100.00: the moment of sample 0, the middle of what the last blocks say

One block's date is as late as the computer was busy; the middle of many is not. It also follows a device whose
crystal is fast or slow, so that a hole late in a lesson is no longer or shorter than it was. What a break adds too
much or too little the next one takes back: both are measured from the same origin.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from lesson.sound import RATE_HZ

REMEMBERED = 50
"""Blocks that say where the origin is: one second."""


class Timeline:
    """Moments to samples of one lesson.

    >>> timeline = Timeline(100.0)
    >>> timeline.due(103.1)
    49600
    """

    def __init__(self, origin: float) -> None:
        """`origin`: the moment of sample 0, as far as is known before any sound."""
        self._origin = origin
        self._said: deque[float] = deque(maxlen=REMEMBERED)

    @property
    def origin(self) -> float:
        """The moment of sample 0."""
        return median(self._said) if self._said else self._origin

    def due(self, moment: float) -> int:
        """How many samples the lesson should have at a moment."""
        return round((moment - self.origin) * RATE_HZ)

    def place(self, first_sample: int, captured_at: float) -> None:
        """Learn that the lesson's `first_sample` was captured then."""
        self._said.append(captured_at - first_sample / RATE_HZ)

    def break_off(self) -> None:
        """The count is broken: what is said from now on belongs to another stretch."""
        self._origin = self.origin
        self._said.clear()
