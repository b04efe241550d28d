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
from analytics.column import Sliced
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


def judge(cues: Sliced[Floats]) -> Judged:
    """Judge (n, cues). They are asked for a few pieces at a time, so `cues` may make them then."""
    count = len(cues)
    teacher, pupils, choral = (np.empty((count, each), dtype=np.float32) for each in (2, 2, 1))
    for first in range(0, count, _TOGETHER * _PIECE):
        starts = range(first, min(count, first + _TOGETHER * _PIECE), _PIECE)
        answers = _forward(np.stack([_with_margins(cues, start) for start in starts]))[:, _MARGIN : _MARGIN + _PIECE]
        known = answers.reshape(len(starts) * _PIECE, -1)[: count - first]
        rows = slice(first, first + len(known))
        teacher[rows], pupils[rows], choral[rows] = known[:, :2], known[:, 2:4], known[:, 4:5]
    return Judged(teacher=teacher.ravel(), pupils=pupils.ravel(), choral=choral.ravel())


def _with_margins(cues: Sliced[Floats], start: int) -> Floats:
    """One piece with what is around it; nothing before the lesson and after it."""
    first, last = start - _MARGIN, start + _PIECE + _MARGIN
    known = cues[max(0, first) : min(last, len(cues))]
    after = last - max(0, first) - len(known)
    return np.pad(known, ((max(0, -first), after), (0, 0)))


def _forward(inputs: Floats) -> Floats:
    """(pieces, steps, cues) to (pieces, steps, answers)."""
    w = weights("hindsight.npz")
    hidden = np.maximum(inputs @ w["in"] + w["in_bias"], 0)
    first = _both_ways(w, "first", hidden)
    second = _both_ways(w, "second", first)
    out = first @ w["out"][: first.shape[2]]
    out += second @ w["out"][first.shape[2] :]
    return np.asarray(out + w["out_bias"])


def _both_ways(w: Weights, name: str, inputs: Floats) -> Floats:
    """One recurrent layer forwards and one backwards, side by side."""
    nothing = start(w, name, len(inputs))
    size = nothing.shape[1]
    out = np.empty((*inputs.shape[:2], 2 * size), dtype=np.float32)
    out[..., :size] = recur(w, name, inputs, nothing)
    out[..., size:] = recur(w, f"{name}_back", inputs[:, ::-1], nothing)[:, ::-1]
    return out
