"""When we say 80 %, is it so in 80 of 100 cases?

::

    said          .5-.6  .6-.7  .7-.8  .8-.9  .9-1       expected calibration error:
    really true    .52    .60    .77    .86    .91       mean distance of the two rows, each bin by its size
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BINS = 10


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
