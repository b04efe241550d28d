"""When we say 80 %, is it so in 80 of 100 cases?

::

    said          .5-.6  .6-.7  .7-.8  .8-.9  .9-1       expected calibration error:
    really true    .52    .60    .77    .86    .91       mean distance of the two rows, each bin by its size
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np

BINS = 10


def reliability(said: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """Return (mean said, share really so, how many) of each bin that is not empty.

    >>> reliability([(0.72, True), (0.78, False), (0.95, True)])
    [(0.75, 0.5, 2), (0.95, 1.0, 1)]
    """
    found = []
    for one in range(BINS):
        own = [(p, is_so) for p, is_so in said if min(int(p * BINS), BINS - 1) == one]
        if own:
            found.append((fmean(p for p, _ in own), fmean(is_so for _, is_so in own), len(own)))
    return found


def calibration_error(said: Sequence[tuple[float, bool]]) -> float | None:
    """Return the expected calibration error, 0 to 1, of (probability, was it so). None: nothing was said.

    >>> calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)])
    0.0
    """
    if not said:
        return None
    probability, truth = np.array([p for p, _ in said]), np.array([is_so for _, is_so in said], dtype=float)
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    off = [abs(float(np.sum(probability[bins == one] - truth[bins == one]))) for one in range(BINS)]
    return sum(off) / len(said)
