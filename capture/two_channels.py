"""Two channels of one device to the one that is recorded and measured: the first, and the second when that is dead.

::

    first    ~~~~~~~~~~~~~~~~______________________~~~~~~~~~~~~~~~~~~~~~      ~ hears, _ hears nothing at all
    second   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    given    1111111111111111112222222222222222222222222222222222222221111
    told                           one is dead ...
                             |1s| 3 s|             |------ 10 s ------|

They are never mixed. Two microphones that are plugged the other way round are silence together, two that stand apart
hear every voice twice, and of a near and a far one the sum has the noise of both. Nor is the louder or the clearer one
taken: a cable that crackles looks clear, and whatever is measured is measured against the noise of one microphone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from capture.crystal import SECOND
from capture.hearing import Sound
from capture.signal_watch import MUTED_PEAK

DEAD_AFTER = 1 * SECOND
"""Sounds of nothing at all, after which the other channel is given, if that hears. No room is as quiet as that."""

TOLD_AFTER = 3 * SECOND
"""Sounds of nothing at all, after which somebody is told."""

BACK_AFTER = 10 * SECOND
"""Sounds without a gap that the first channel hears again until it is given again: a loose plug is in and out."""


class TwoChannels:
    """Fed with sounds of two channels, gives sounds of one."""

    def __init__(self) -> None:
        # At the beginning whichever hears is given at once: a lesson that hears nothing is refused within a second.
        self._nothing_for = np.full(2, DEAD_AFTER)
        self._hears_for = np.zeros(2, int)
        self._was_heard = np.zeros(2, bool)
        self._given = 0

    @property
    def is_one_dead(self) -> bool:
        """A channel that was heard before hears nothing now, and the other one does."""
        is_dead = self._was_heard & (self._nothing_for >= TOLD_AFTER)
        return bool(is_dead.any() and (self._nothing_for < DEAD_AFTER).any())

    def choose(self, sound: Sound) -> Sound:
        """The channel of a sound that counts now. Where that changes, one fades into the other."""
        both = np.frombuffer(sound.pcm, "<i2").reshape(-1, 2).astype(np.int32)
        self._look(both)
        was, self._given = self._given, self._wanted()
        one = both[:, self._given]
        if self._given != was:
            one = both[:, was] + (one - both[:, was]) * np.arange(1, len(both) + 1) // len(both)
        return replace(sound, pcm=one.astype("<i2").tobytes())

    def _look(self, both: npt.NDArray[np.int32]) -> None:
        hears = np.abs(both).max(axis=0) >= MUTED_PEAK
        self._nothing_for = np.where(hears, 0, self._nothing_for + 1)
        self._hears_for = np.where(hears, self._hears_for + 1, 0)
        self._was_heard |= self._hears_for >= DEAD_AFTER

    def _wanted(self) -> int:
        first, second = self._nothing_for < DEAD_AFTER
        if self._given == 1 and second:
            return 0 if self._hears_for[0] >= BACK_AFTER else 1
        return 0 if first or not second else 1
