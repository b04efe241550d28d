"""How fast a sound card counts, learnt from when it said that it heard what.

::

    counted by the card    0.00   0.02   0.04   0.06 ...        its samples at its nominal rate, in seconds
    captured at (said)   100.05 100.05 100.06 100.06 ...        CLOCK_MONOTONIC, and late as often as not
    offset, of a second           |-------- the third lowest of fifty --------|
    offset, of half a minute      |-- the median of thirty --|-- ... --|-- ... --|
    drift                            the median slope of all pairs that are a minute apart or more

A computer that is busy dates sound late, in bursts of 0.2 s, and hardly ever early: so the lowest dates of a second are
true. They say where a stretch begins (`origin`); for how fast the card is, the first three seconds are not used, as
PulseAudio does not know at first how old its sound is (portaudio.py). A median does not notice the second in which
something went wrong.

A crystal never jumps. An offset that moves by more than a crystal can is sound that was lost, and no drift: much of it
within seconds is said at once (`slipped`), a little of it begins another stretch. What was learnt is kept from one
stretch to the next: the device that was away is the same.
"""

from __future__ import annotations

from collections import deque
from itertools import combinations
from statistics import median, median_low

SECOND = 50
"""Sounds of 20 ms in a second."""

EARLY = 25
"""Of so many sounds one may be dated early; the next lowest date counts."""

DOUBTED = 3 * SECOND
"""Sounds of a stretch that are not believed."""

SLIP = 0.1
"""Seconds by which the offset moves within three seconds when sound was lost. Less is a busy computer."""

RECENT = 10
"""Seconds that say where the offset is now."""

HALF_MINUTE = 30

APART = 60.0
"""Seconds between two points whose slope counts: dates wrong by 1 ms make 17 ppm of it."""

STEP = 0.03
"""Seconds that no crystal moves in half a minute: it would be 1,000 ppm."""

REMEMBERED = 60
"""Points: half an hour. A crystal follows the warmth of the room."""


class Crystal:
    """The clock inside a sound card. Fed with every sound.

    >>> crystal = Crystal()
    >>> for number in range(50 * 300):
    ...     crystal.hear(number * 0.02, 100.0 + number * 0.02 * 1.0002)
    >>> f"{crystal.drift * 1e6:.0f} ppm"
    '-200 ppm'
    """

    def __init__(self) -> None:
        self.drift = 0.0
        """How much too fast it is, of 1: 200e-6 is 0.2 ms a second."""
        self.knows_drift = False
        """Whether there was time enough to learn it."""
        self._said: deque[float] = deque(maxlen=4 * SECOND)
        self._sounds = 0
        self._recent: deque[tuple[float, float]] = deque(maxlen=RECENT)
        self._half_minute: list[tuple[float, float]] = []
        self._points: deque[tuple[int, float, float]] = deque(maxlen=REMEMBERED)
        self._stretch = 0

    def hear(self, counted: float, captured_at: float) -> None:
        """A sound that begins `counted` seconds into the stretch was captured then."""
        self._said.append(captured_at - counted)
        self._sounds += 1
        if self._sounds > DOUBTED and self._sounds % SECOND == 0:
            second = (counted - 0.5, _lowest(list(self._said)[-SECOND:]))
            self._recent.append(second)
            self._half_minute.append(second)
            if len(self._half_minute) == HALF_MINUTE:
                self._learn()
                self._half_minute.clear()

    def break_off(self) -> None:
        """The count is broken: what comes is another stretch."""
        self._said.clear()
        self._recent.clear()
        self._half_minute.clear()
        self._sounds = 0
        self._stretch += 1

    def slipped(self) -> float:
        """Seconds of sound that were lost without a word in the last seconds. Looks once a second."""
        if self._sounds % SECOND or len(self._said) < 4 * SECOND:
            return 0.0
        said = list(self._said)
        slip = median(said[-SECOND:]) - median(said[:SECOND])
        return slip if slip >= SLIP else 0.0

    @property
    def is_settled(self) -> bool:
        """A second of the stretch has been heard: `origin` will not be known better for a while."""
        return self._sounds >= SECOND

    @property
    def origin(self) -> float:
        """When the stretch began, by the dates of its first second."""
        return _lowest(list(self._said)[:SECOND])

    @property
    def has_learnt(self) -> bool:
        """A second has just ended, and `moment` is known."""
        return bool(self._recent) and self._sounds % SECOND == 0

    def moment(self, counted: float) -> float:
        """When the sound there was captured, by all that the last seconds say."""
        slope = -self.drift / (1 + self.drift)
        return counted + median(said + slope * (counted - at) for at, said in self._recent)

    def _learn(self) -> None:
        # The lower one: in a half minute that lost sound in its middle, the mean of two would hide half of the step.
        at, said = (median_low(each) for each in zip(*self._half_minute, strict=True))
        if self._points and self._points[-1][0] == self._stretch and abs(said - self._points[-1][2]) > STEP:
            self._stretch += 1
        self._points.append((self._stretch, at, said))
        slopes = [
            (said_2 - said_1) / (at_2 - at_1)
            for (stretch_1, at_1, said_1), (stretch_2, at_2, said_2) in combinations(self._points, 2)
            if stretch_1 == stretch_2 and at_2 - at_1 >= APART - 1
        ]
        if slopes:
            self.knows_drift = True
            self.drift = 1 / (1 + median(slopes)) - 1


def _lowest(dates: list[float]) -> float:
    return sorted(dates)[len(dates) // EARLY]
