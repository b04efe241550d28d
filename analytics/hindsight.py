r"""Judge a whole lesson again when it is over: a small recurrent network that looks both ways.

::

    voice, sides, many     (the ear)            --.
    two mixtures of this lesson's voices          +--> 32 --> <- GRU -> --> <- GRU -> --> the teacher speaks, each 10 ms
      and how sure they are (talkers)             |                                       pupils speak, each 10 ms
    how near to her voice print (prints)          |                                       the class together, each 20 ms
    level over this room's quiet, under its loud--'

She and a pupil are judged apart, so both may speak at once, and an answer that follows her last word without a pause is
cut where it begins. The network learnt from simulated lessons how far each cue is to be trusted and how talk goes on;
it has never heard a sound. `hindsight.npz` holds its weights, `docs/developer/ear.md` says how it is taught.

A lesson is judged in pieces of 40 s side by side, each with 8 s before and after it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np

from analytics.arrays import Floats

_PIECE, _MARGIN = 2000, 400
"""Steps of 20 ms."""
_TOGETHER = 12
"""Pieces judged at once: more need more memory and hardly less time."""


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
    w = _weights()
    hidden = np.maximum(inputs @ w["in"] + w["in_bias"], 0)
    first = np.concatenate((_recur("first", hidden), _recur("first_back", hidden[:, ::-1])[:, ::-1]), axis=2)
    second = np.concatenate((_recur("second", first), _recur("second_back", first[:, ::-1])[:, ::-1]), axis=2)
    return np.asarray(np.concatenate((first, second), axis=2) @ w["out"] + w["out_bias"])


def _recur(name: str, inputs: Floats) -> Floats:
    """One recurrent layer over (pieces, steps, inputs), all pieces at once."""
    w = _weights()
    matrix, bias = w[f"{name}_h"], w[f"{name}_h_bias"]
    size = matrix.shape[0]
    given = inputs @ w[f"{name}_x"] + w[f"{name}_x_bias"]
    state: Floats = np.zeros((len(inputs), size), dtype=np.float32)
    out = np.empty((*inputs.shape[:2], size), dtype=np.float32)
    for at in range(inputs.shape[1]):
        now, before = given[:, at], state @ matrix + bias
        gates = 1 / (1 + np.exp(-(now[:, : 2 * size] + before[:, : 2 * size])))
        new = np.tanh(now[:, 2 * size :] + gates[:, :size] * before[:, 2 * size :])
        state = new + gates[:, size:] * (state - new)
        out[:, at] = state
    return out


@functools.cache
def _weights() -> dict[str, Floats]:
    with resources.files("analytics").joinpath("hindsight.npz").open("rb") as file, np.load(file) as kept:
        return {name: np.ascontiguousarray(kept[name], dtype=np.float32) for name in kept.files}
