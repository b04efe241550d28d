"""How likely each of the teacher's stretches asked, once the whole lesson is known.

::

    stretches in order --rhythm--> who before, how long, who after --weights--> p_q   0.0 ... 1.0

By timing alone: no word and no melody is heard. `p_q` is beside a wait and never decides that there is one. The
weights were fitted to simulated talk (`tools/questions/`), so they are as good as the published counts behind them;
the basis therefore stays `gap_only`, and no page says "likely question" because of them. What was tried with melody is
in docs/decisions/0008-questions-by-timing.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from analytics.rhythm import Rhythm, afters
from lesson.talk import Ipu

OFFSET = -2.167
WEIGHTS = (0.270, -3.881, -0.262, -1.993, 0.022, 0.276, 3.319, 1.490, 0.686, 0.366, 1.854, 3.293, 2.334)
"""One for each of `rhythm.BEFORE` and `rhythm.AFTER`, as `python -m tools.questions` prints them."""


def likelihood(values: Sequence[float]) -> float:
    """Probability for the numbers of one stretch."""
    odds = OFFSET + sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True))
    return 1 / (1 + math.exp(-odds))


def questions(ipus: Sequence[Ipu]) -> Mapping[Ipu, float]:
    """How likely each of the teacher's stretches asked; `ipus` are a lesson's, in order of their start."""
    rhythm = Rhythm()
    found = {}
    for ipu, after in zip(ipus, afters(ipus), strict=True):
        before = rhythm.hear(ipu)
        if before is not None:
            found[ipu] = likelihood(before.values + after.values)
    return found
