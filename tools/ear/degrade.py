"""Make cues as poor as they are for voices that the ear never learnt from.

::

    the teacher, pupils   .9 .1  -->  .9 .9   not told apart  (45 %)
                                      .1 .9   changed over    (13 %)
                                      .6 .4   nearer          (42 %)
    near to her print, mixtures  -->  nothing, less, or not steady   (a little: the prints never learnt these voices)

Without it stage two trusts the ear too much, which knows the voices it was taught with.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_SIDES = slice(2, 4)
_MIXED, _NEAR, _DIRECT = 7, slice(10, 12), 16
"""Columns as in `analytics/cues.py`."""


def degrade(cues: Any, rng: np.random.Generator) -> None:
    """Change one stretch of a lesson, (steps, cues), in place."""
    kind = rng.random()
    if kind < 0.45:
        cues[:, _SIDES] = cues[:, _SIDES].max(1, keepdims=True)
        cues[:, _DIRECT] = 0
    elif kind < 0.58:
        cues[:, _SIDES] = cues[:, _SIDES][:, ::-1].copy()
        cues[:, _DIRECT] *= -1
    else:
        share = rng.uniform(0.2, 1)
        mean = cues[:, _SIDES].mean(1, keepdims=True)
        cues[:, _SIDES] = mean + (cues[:, _SIDES] - mean) * share
        cues[:, _DIRECT] *= share
    count = len(cues)
    if rng.random() < 0.1:
        cues[:, _NEAR] = 0
    else:
        cues[:, _NEAR] = cues[:, _NEAR] * rng.uniform(0.5, 1) + _unsteady(rng, 0.15, 25, count)[:, None]
    cues[:, _MIXED] += _unsteady(rng, 0.15, 10, count) * (cues[:, _MIXED] != 0)


def leave_out(cues: Any, rng: np.random.Generator) -> None:
    """Now and then there is too little voice for mixtures, or for a print."""
    kind = rng.random()
    if kind < 0.05:
        cues[:, _MIXED : _MIXED + 3] = 0
    elif kind < 0.1:
        cues[:, _NEAR] = 0


def _unsteady(rng: np.random.Generator, spread: float, steps: int, count: int) -> Any:
    return np.repeat(rng.normal(0, spread, count // steps + 1), steps)[:count]
