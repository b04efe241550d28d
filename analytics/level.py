"""How quiet and how loud this room is, so that "loud" means loud *here*.

::

    dBFS  -35 ........................ ceiling: the level that speech reaches (92 % of the time below it)
              the gate lies between
          -58 ........................ floor: ventilation, projector, corridor (10 % below it)

A voice is judged between the two. Both drift as a projector starts or the teacher walks, so they are followed
over half a minute: by `RoomLevel` while the lesson goes on, by `room_levels` over the finished lesson, looking
both ways.
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Floats
from analytics.column import Sliced

FLOOR_PERCENT = 10.0
CEILING_PERCENT = 92.0
_LOWEST_DB = -115.0
_BINS = 240
_BIN_DB = 0.5
_SPAN_S = 30.0
_STEP_S = 0.1
_HALF_SPAN_FRAMES = 3000
_STRIDE_FRAMES = 100


class RoomLevel:
    """Floor and ceiling of the last half minute, from a histogram that forgets. Constant memory."""

    def __init__(self, span: float = _SPAN_S) -> None:
        self._counts = np.zeros(_BINS)
        self._keep = float(np.exp(-_STEP_S / span))
        self.floor_dbfs = -60.0
        self.ceiling_dbfs = -35.0

    def feed(self, level_db: Floats) -> None:
        """Take in 100 ms of levels."""
        self._counts *= self._keep
        bins = np.clip((level_db - _LOWEST_DB) / _BIN_DB, 0, _BINS - 1).astype(np.intp)
        np.add.at(self._counts, bins, 1.0)
        below = np.cumsum(self._counts)
        floor, ceiling = np.searchsorted(below, below[-1] * np.array([FLOOR_PERCENT, CEILING_PERCENT]) / 100)
        self.floor_dbfs = _LOWEST_DB + _BIN_DB * float(floor)
        self.ceiling_dbfs = _LOWEST_DB + _BIN_DB * float(ceiling)


def room_levels(level_db: Sliced[Floats]) -> tuple[Floats, Floats]:
    """Floor and ceiling at every frame of a finished lesson, from half a minute on either side."""
    count = len(level_db)
    floor, ceiling = np.empty(count, dtype=np.float32), np.empty(count, dtype=np.float32)
    for first in range(0, count, _STRIDE_FRAMES):
        near = level_db[max(0, first - _HALF_SPAN_FRAMES) : first + _HALF_SPAN_FRAMES]
        low, high = np.percentile(near, [FLOOR_PERCENT, CEILING_PERCENT])
        floor[first : first + _STRIDE_FRAMES] = low
        ceiling[first : first + _STRIDE_FRAMES] = high
    return floor, ceiling
