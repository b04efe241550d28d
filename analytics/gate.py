r"""Find stretches of speech in the ear's odds, and put pieces of anything together.

::

    voice    ___/^^^^^^^^^\__/^^^^\____/\_____
    on   - - - - - - - - - - - - - - - - - - -       must be reached once
    off  - - - - - - - - - - - - - - - - - - -       and is then enough
             |###########| |#####|                   gaps under 0.2 s filled, stretches under 0.15 s dropped
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Bools, Floats, Spans

ON, OFF = 0.7, 0.4
"""Log odds. Set on the six labelled lessons, so that stretches are on the mean neither too long nor too short."""


def spans(mask: Bools) -> Spans:
    """(n, 2) first frame and frame after the last, of each run of True."""
    edged = np.pad(mask, 1)
    return np.flatnonzero(edged[1:] != edged[:-1]).reshape(-1, 2)


def joined(pieces: Spans, gap: int, shortest: int) -> Spans:
    """Join pieces closer than `gap` frames, then drop what is shorter than `shortest`."""
    if not len(pieces):
        return pieces
    apart = np.flatnonzero(pieces[1:, 0] - pieces[:-1, 1] >= gap)
    starts = pieces[np.concatenate(([0], apart + 1)), 0]
    ends = np.maximum.accumulate(pieces[:, 1])[np.concatenate((apart, [len(pieces) - 1]))]
    whole = np.stack((starts, ends), axis=1)
    return np.asarray(whole[whole[:, 1] - whole[:, 0] >= shortest])


def held(odds: Floats, on: float = ON, off: float = OFF) -> Bools:
    """Frames over `off` in runs that reach `on` somewhere."""
    pieces = spans(odds > off)
    out = np.zeros(odds.size, dtype=np.bool_)
    for start, end in pieces.tolist():
        out[start:end] = odds[start:end].max() > on
    return out


def stretches(odds: Floats, gap: int, shortest: int) -> Spans:
    """(n, 2) frames of each stretch of speech; gaps under `gap` frames filled, shorter than `shortest` dropped."""
    return joined(joined(spans(held(odds)), gap, 0), 0, shortest)
