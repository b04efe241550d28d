"""Follow one voice through a lesson by the ear's voice prints.

::

    prints    o o  x o o x x o o o     o hers, x others'; 24 numbers of length 1 each 0.1 s
    first guess of hers --mean--> her print --near it?--> better guess --mean--> ...

Prints are good within a lesson: the network learnt from thousands of simulated ones that two pieces of one voice in one
room lie near to each other. They are kept in memory for the lesson only, unless she has given a sample of her own voice
to be known by (`teacher_voice.py`).
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Bools, Floats
from analytics.ear import print_scale
from analytics.odds import probability

_ROUNDS = 4
_SURELY_HERS = 0.6
_ENOUGH = 10
"""Prints, a second of voice: with less there is no voice to follow."""


def nearness(prints: Floats, print_: Floats) -> Floats:
    """(n,) log odds that (n, PRINT) are of one voice with `print_`."""
    scale, offset = print_scale()
    return np.asarray(scale * (prints @ print_) + offset)


def hers(prints: Floats, first_guess: Floats, is_voice: Bools) -> Floats:
    """(n,) log odds of the teacher for each print, starting from `first_guess` (log odds as well).

    Where nobody can be followed, all zeros.
    """
    odds = first_guess
    for _ in range(_ROUNDS):
        mean = mean_print(prints, odds, is_voice)
        if mean is None:
            return np.zeros(len(prints), dtype=np.float32)
        odds = nearness(prints, mean)
    return odds


def mean_print(prints: Floats, odds: Floats, is_voice: Bools) -> Floats | None:
    """Mean of what is surely hers, of length 1. None: too little of it."""
    sure = probability(odds)
    weight = np.where(is_voice & (sure > _SURELY_HERS), sure, 0)
    if np.count_nonzero(weight) < _ENOUGH:
        return None
    mean = prints.T @ weight
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6))
