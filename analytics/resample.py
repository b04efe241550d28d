"""How far a figure may be off, by drawing the lesson again from itself (the bootstrap, Efron 1979).

::

    waits of a lesson     1.2 0.8 3.1 2.0 ...      drawn again, a thousand times   -> 95 % of the medians
    rounds of it          |TTT.PP..|T.P.P.|TT..    drawn again, a thousand times   -> 95 % of the shares

The seed is fixed: a lesson always gives the same interval. A round is from where she takes over to where she takes
over again, so that an answer stays with what it answers. In simulated lessons with turns as long as in transcripts, 94
of 100 such intervals held the true share; by half minutes 87 did, because long turns reach over many of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats
from analytics.turns import PUPILS
from lesson.evidence import Range
from lesson.talk import Role, State

FEWEST_ROUNDS = 10
_DRAWS, _AT_ONCE = 1000, 50
_SEED = 20_261_117


def median_range(values: Floats) -> tuple[float, float]:
    """95 % interval of a median."""
    medians = [np.median(values[drawn], axis=1) for drawn in _draws(values.size)]
    low, high = np.percentile(np.concatenate(medians), [2.5, 97.5])
    return float(low), float(high)


def rounds(states: Sequence[State], sides: Mapping[str, frozenset[Role]]) -> dict[str, Floats]:
    """Seconds of each named side in each round; `"lesson"` has the length of each."""
    found: dict[str, list[float]] = {name: [0.0] for name in [*sides, "lesson"]}
    was_pupil = False
    for state in states:
        if state.role is Role.TEACHER and was_pupil:
            for row in found.values():
                row.append(0.0)
            was_pupil = False
        was_pupil |= state.role in PUPILS
        length = state.end - state.start
        found["lesson"][-1] += length
        for name, own in sides.items():
            if state.role in own:
                found[name][-1] += length
    return {name: np.array(row) for name, row in found.items()}


def share_range(part: Floats, whole: Floats) -> Range | None:
    """95 % interval of the sum of `part` as a share of the sum of `whole`. None: too few rounds."""
    is_heard = whole > 0
    part, whole = part[is_heard], whole[is_heard]
    if part.size < FEWEST_ROUNDS:
        return None
    shares = [part[drawn].sum(axis=1) / whole[drawn].sum(axis=1) for drawn in _draws(part.size)]
    low, high = np.percentile(np.concatenate(shares), [2.5, 97.5])
    return Range(float(low), float(high))


def _draws(count: int) -> Iterator[NDArray[np.int64]]:
    """Numbers of what is drawn, (draws, count), a few draws at a time: all of a long day's would be 32 MB."""
    random = np.random.default_rng(_SEED)
    return (random.integers(0, count, (_AT_ONCE, count)) for _ in range(0, _DRAWS, _AT_ONCE))
