"""Say of a stretch how clearly it was heard, and find what was hardly heard at all.

::

    stretch --> flags: low_snr, clipped, babble, gap_in_audio
    silence --> something voiced just over the floor, for 0.3 s? then it is no silence: we could not hear
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Bools, Floats
from analytics.column import Sliced
from analytics.spectrum import HOP_S
from analytics.thresholds import Thresholds
from lesson.talk import Flag

_LOUD_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Sound:
    """The frames that stretches are judged by, one value each 10 ms."""

    level_db: Sliced[Floats]
    floor: Floats
    voicing: Sliced[Floats]
    is_missing: Sliced[Bools]
    is_clipped: Sliced[Bools]
    is_babble: Bools

    def flags(self, start: int, end: int, thresholds: Thresholds) -> frozenset[Flag]:
        """Flags of the frames from the first to the one before the second."""
        end = max(end, start + 1)
        found = set()
        if self.over_floor(start, end) < thresholds.low_snr_db:
            found.add(Flag.LOW_SNR)
        if self.is_clipped[start:end].mean() > thresholds.clipped_share:
            found.add(Flag.CLIPPED)
        if self.is_missing[start:end].any():
            found.add(Flag.GAP_IN_AUDIO)
        if self.is_babble[start:end].mean() > 0.5:
            found.add(Flag.BABBLE)
        return frozenset(found)

    def over_floor(self, start: int, end: int) -> float:
        """How far a voice stands out of the room, in dB: its loud frames over the quiet that it began in."""
        return float(np.percentile(self.level_db[start:end], _LOUD_PERCENT)) - float(self.floor[start])

    def unheard(self, start: float, end: float, settle: float, thresholds: Thresholds) -> tuple[float, float] | None:
        """Find sound under the ear's limit, in a silence, that may be a pupil the unit hardly hears.

        `settle`: seconds after `start` in which the room still sounds.
        """
        first, last = round((start + settle) / HOP_S), round((end - 0.1) / HOP_S)
        needed = round(thresholds.unheard_for / HOP_S)
        if last - first < needed:
            return None
        over = self.level_db[first:last] >= self.floor[first:last] + thresholds.unheard_rise_db
        voiced = self.voicing[first:last] > 0.5
        kernel = np.ones(needed)
        long_over = np.convolve(over, kernel, mode="valid") >= 0.9 * needed
        with_voice = np.convolve(voiced, kernel, mode="valid") >= 0.4 * needed
        found = np.flatnonzero(long_over & with_voice)
        if not found.size:
            return None
        return (first + int(found[0])) * HOP_S, (first + int(found[-1]) + needed) * HOP_S
