"""Hear that the class answers together.

::

    one pupil     ~~~~~~~~~~~~     a clean pitch that goes up and down a little
    the class     ≈~≈≈~≈≈~≈≈~≈     no clean pitch: thirty of them, and the strongest changes from moment to moment

Only stretches that are pupils' already, of half a second to three seconds, are asked: a man far from the unit has
no clean pitch either.
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Floats
from analytics.features import PITCH

SHORTEST_S = 0.5

# Set on six labelled lessons and the demo lesson, none held out: 9 of 9 choral answers, and 1 of 102 single pupils.
_CLEAN = 0.85
_MOSTLY_CLEAN = 0.19
_USUAL = 0.72
_WANDERS = 2.7 / 12
_SOFT_PERCENT = 30


def is_choral(voicing: Floats, level_db: Floats, slices: Floats) -> bool:
    """Judge a pupils' stretch by its frames' voicing and level and its voiced slices."""
    if not voicing.size or not len(slices):
        return False
    loud = voicing[level_db > np.percentile(level_db, _SOFT_PERCENT)]
    if not loud.size:
        return False
    is_clean = float(np.mean(loud > _CLEAN)) >= _MOSTLY_CLEAN or float(np.median(voicing)) >= _USUAL
    return not is_clean and float(np.std(slices[:, PITCH])) > _WANDERS
