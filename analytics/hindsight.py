r"""Judge a whole lesson again when it is over: a small recurrent network that looks both ways.

::

    voice, sides, many     (the ear)            --.
    two mixtures of this lesson's voices          +--> 32 --> <- GRU -> --> <- GRU -> --> the teacher speaks, each 10 ms
      and how sure they are (talkers)             |                                       pupils speak, each 10 ms
    how near to her voice print (prints)          |                                       the class together, each 20 ms
    level over this room's quiet, under its loud  |
    voiced? a print at all?                     --'

She and a pupil are judged apart, so both may speak at once, and an answer that follows her last word without a pause is
cut where it begins. The network learnt from simulated lessons how far each cue is to be trusted and how talk goes on;
it has never heard a sound. `hindsight.npz` holds its weights, `docs/developer/ear.md` says how it is taught.

A lesson is judged in pieces of 40 s side by side, each with 8 s before and after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats
from analytics.recurrent import Weights, recur, start, weights

_PIECE, _MARGIN = 2000, 400
"""Steps of 20 ms."""
_TOGETHER = 4
"""Pieces judged at once: of ten minutes 12 need 47 MB more, and an eighth less time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Log odds for a lesson of n steps."""

    teacher: Floats
    """(2 n,) the teacher speaks; one each 10 ms."""
    pupils: Floats
    """(2 n,) a pupil or the class speaks."""
    choral: Floats
    """(n,) the class speaks together."""


def judge(cues: Floats) -> Judged:
    """Judge (n, cues)."""
    count = len(cues)
    pieces = max(1, -(-count // _PIECE))
    padded = np.zeros((pieces * _PIECE + 2 * _MARGIN, cues.shape[1]), dtype=np.float32)
    padded[_MARGIN : _MARGIN + count] = cues
    found = []
    for first in range(0, pieces, _TOGETHER):
        starts = [at * _PIECE for at in range(first, min(pieces, first + _TOGETHER))]
        side_by_side = np.stack([padded[start : start + _PIECE + 2 * _MARGIN] for start in starts])
        answers = _forward(side_by_side)[:, _MARGIN : _MARGIN + _PIECE]
        found.append(answers.reshape(len(starts) * _PIECE, -1))
    out = np.concatenate(found)[:count]
    return Judged(teacher=out[:, :2].ravel(), pupils=out[:, 2:4].ravel(), choral=out[:, 4])


def _forward(inputs: Floats) -> Floats:
    """(pieces, steps, cues) to (pieces, steps, answers)."""
    w = weights("hindsight.npz")
    hidden = np.maximum(inputs @ w["in"] + w["in_bias"], 0)
    first = _both_ways(w, "first", hidden)
    second = _both_ways(w, "second", first)
    return np.asarray(np.concatenate((first, second), axis=2) @ w["out"] + w["out_bias"])


def _both_ways(w: Weights, name: str, inputs: Floats) -> Floats:
    """One recurrent layer forwards and one backwards, side by side."""
    nothing = start(w, name, len(inputs))
    late = recur(w, f"{name}_back", inputs[:, ::-1], nothing)[:, ::-1]
    return np.concatenate((recur(w, name, inputs, nothing), late), axis=2)
