"""Log odds and probabilities.

::

    log odds     -4    -2     0     2     4
    probability  .02   .12   .50   .88   .98
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Floats

_FARTHEST = 40.0
"""Beyond it the exponential overflows and nothing changes any more."""


def probability(odds: Floats | float) -> Floats:
    """Probabilities, 0 to 1, of any shape.

    >>> probability(np.array([-2.0, 0.0, 2.0])).round(2).tolist()
    [0.12, 0.5, 0.88]
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -_FARTHEST, _FARTHEST))))
