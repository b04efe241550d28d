"""Where a block of sound belongs in a lesson, when the count of its samples was broken.

::

    sound captured at   100.00 100.02 100.04    (the device is away)    103.10 103.12      CLOCK_MONOTONIC
    samples so far           0    320    640                            49,600             due(103.10)
                      origin = 100.00: the moment of sample 0, the middle of what the last blocks say

One block's date is as wrong as the computer is busy; the middle of many is not, and follows a device whose crystal is
fast or slow. After a break the one date of the first block has to do, because the lesson goes on; what the blocks after
it say of the origin shows how wrong that was, and is owed until the next break. So breaks do not add up.

Sound can also be lost without a word, between the device and PortAudio: then the origin slips. A crystal moves it by
0.2 ms a second at most.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from lesson.sound import RATE_HZ

REMEMBERED = 50
"""Blocks that say where the origin is: one second."""

SLIP = 0.1
"""Seconds by which the origin moves within three seconds when sound was lost. Less is a busy computer."""

SETTLED = 150
"""Blocks after a break that show how wrong it was placed. PulseAudio takes over a second to date sound well."""


class Timeline:
    """Moments to samples of one lesson.

    >>> timeline = Timeline(100.0)
    >>> timeline.due(103.1)
    49600
    """

    def __init__(self, origin: float) -> None:
        """`origin`: the moment of sample 0, as far as is known before any sound."""
        self._before = origin
        self._said: deque[float] = deque(maxlen=4 * REMEMBERED)
        self._blocks = SETTLED
        self._owed = 0.0

    def due(self, moment: float) -> int:
        """How many samples the lesson should have at a moment."""
        return round((moment - self._origin + self._owed) * RATE_HZ)

    def place(self, first_sample: int, captured_at: float) -> None:
        """Learn that the lesson's `first_sample` was captured then."""
        self._said.append(captured_at - first_sample / RATE_HZ)
        self._blocks += 1
        if self._blocks == SETTLED:
            self._owed += self._origin - self._before

    def slipped(self) -> float:
        """Seconds of sound that were lost without a word in the last seconds. Looks once a second."""
        if self._blocks % REMEMBERED or len(self._said) < 4 * REMEMBERED:
            return 0.0
        slip = self._origin - median(list(self._said)[:REMEMBERED])
        return slip if slip >= SLIP else 0.0

    def break_off(self, slipped: float = 0.0) -> None:
        """The count is broken: what is said from now on belongs to another stretch."""
        if self._blocks < SETTLED:
            self._owed += self._origin - self._before
        self._before = self._origin - slipped
        self._said.clear()
        self._blocks = 0

    @property
    def _origin(self) -> float:
        """The moment of sample 0, if the last break was placed right."""
        return median(list(self._said)[-REMEMBERED:]) if self._said else self._before
