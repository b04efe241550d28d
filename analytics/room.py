r"""Learn the room from the ends of speech in it, and say what it does to our edges.

::

    level   ^^^^\                  the voice stops here
                 \                 and the room goes on: RT60 is the time for 60 dB of this slope
                  \
                   \_ _ _ floor

A slope is taken at every end that is followed by a long enough silence. Voices themselves fade, which only makes
a slope flatter, so the lower middle of all slopes is the room's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats, Spans
from analytics.column import Sliced
from analytics.spectrum import HOP_S

_SILENCE_FRAMES = 30
_MIN_FRAMES = 8
_VOICE_FRAMES = 40
_FALLEN_DB = 8.0
"""The slope is taken from where the voice has surely stopped."""
_MIN_FALL_DB = 8.0
_OVER_FLOOR_DB = 6.0
_FEW_ENDS = 4
_USUAL_RT60 = 0.5
"""Occupied classrooms: 0.3 to 0.6 s (Sato and Bradley)."""
_PERCENT = 25.0

_SPREAD_MS = 45.0
"""Scatter of one edge. Silences of the six labelled lessons scatter by 56 ms (limits of agreement / 1.96); in a room
like theirs 63 ms are said."""


@dataclass(frozen=True, slots=True)
class Room:
    """What this room does to what is measured in it."""

    rt60: float = _USUAL_RT60
    range_db: float = 20.0
    """From the floor to the ceiling of levels: how far voices stand out."""
    sd_ms: float = _SPREAD_MS * 1.4
    """Uncertainty of a silence: two edges."""

    @classmethod
    def of(cls, level_db: Sliced[Floats], floor: Floats, ceiling: Floats, stretches: Spans) -> Room:
        """Learn from a whole lesson."""
        range_db = float(np.median(ceiling - floor)) if len(level_db) else 20.0
        return cls.like(_rt60(level_db, floor, stretches), range_db)

    @classmethod
    def like(cls, rt60: float, range_db: float) -> Room:
        """A room with this reverberation, in which voices stand out by `range_db`."""
        return cls(
            rt60=rt60,
            range_db=range_db,
            sd_ms=_SPREAD_MS * 1.4 * max(1.0, 20.0 / max(range_db, 5.0)),
        )


def _rt60(level_db: Sliced[Floats], floor: Floats, stretches: Spans) -> float:
    slopes = []
    for (_, end), (start, _) in zip(stretches[:-1].tolist(), stretches[1:].tolist(), strict=True):
        if start - end < _SILENCE_FRAMES:
            continue
        voice = level_db[max(0, end - _VOICE_FRAMES) : end]
        loud = np.flatnonzero(voice >= np.percentile(voice, 90) - _FALLEN_DB)
        first = end - voice.size + int(loud[-1])
        tail = level_db[first:start]
        over = tail > floor[first] + _OVER_FLOOR_DB
        length = tail.size if over.all() else int(np.argmin(over))
        if length >= _MIN_FRAMES and tail[0] - tail[length - 1] >= _MIN_FALL_DB:
            slope = float(np.polyfit(np.arange(length) * HOP_S, tail[:length], 1)[0])
            slopes.append(-60.0 / slope)
    sane = [slope for slope in slopes if 0.1 < slope < 3.0]
    return float(np.percentile(sane, _PERCENT)) if len(sane) >= _FEW_ENDS else _USUAL_RT60
