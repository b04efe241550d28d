r"""Find the stretches of speech: loud for this room, and a voice.

::

    level            ___/^^^^^^^\__/^^^\_
    gate  - - - - - / - - - - - - - - - - \ - - -   halfway between the room's floor and ceiling
    core            |#####|   |###|                 over the gate, and a voice
    edges         |########|  |#####|               start: back to 5 dB over the floor
    joined        |#################|               end: on to 15 dB under the voice's own level
                                                     gaps under 0.2 s filled, stretches under 0.15 s dropped

The two edges are not treated alike, because a room adds a tail to every end and nothing to a start. Judged
against the voice's own level the end moves little with the room's reverberation (see `room.py` for what remains).
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Bools, Floats, Spans
from analytics.spectrum import HOP_S

# Chosen with six labelled lessons in sight, none held out (docs/developer/analytics.md).
GATE_SHARE = 0.45
"""Where the gate lies between floor and ceiling."""
GATE_MIN_DB = 7.0
START_DB = 3.5
END_DB = 15.0
END_OVER_FLOOR_DB = 4.0
VOICED = 0.6
"""A frame with this height of its autocorrelation is a voice, whatever the detector says."""
_MAX_BACK = 15
_MAX_ON = 30
_PEAK_FRAMES = 40
_CORE_GAP = 8
_CORE_MIN = 4
REACH_FRAMES = _MAX_BACK + _MAX_ON + 25
"""Frames without a core after which nothing later can change what is before."""


def spans(mask: Bools) -> Spans:
    """(n, 2) first frame and frame after the last, of each run of True."""
    change = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return np.stack((np.flatnonzero(change == 1), np.flatnonzero(change == -1)), axis=1)


def core(level_db: Floats, floor: Floats | float, ceiling: Floats | float, voice: Floats, voicing: Floats) -> Bools:
    """Frames that are surely speech: over the gate, and a voice to the detector or to our own ear for pitch."""
    gate = floor + np.maximum(GATE_MIN_DB, GATE_SHARE * (np.asarray(ceiling) - floor))
    return np.asarray((level_db > gate) & ((voice >= 0.5) | (voicing > VOICED)))


def joined(pieces: Spans, gap: int, shortest: int) -> Spans:
    """Join pieces closer than `gap` frames, then drop what is shorter than `shortest`."""
    if not len(pieces):
        return pieces
    apart = np.flatnonzero(pieces[1:, 0] - pieces[:-1, 1] >= gap)
    starts = pieces[np.concatenate(([0], apart + 1)), 0]
    ends = np.maximum.accumulate(pieces[:, 1])[np.concatenate((apart, [len(pieces) - 1]))]
    whole = np.stack((starts, ends), axis=1)
    return np.asarray(whole[whole[:, 1] - whole[:, 0] >= shortest])


def stretches(is_core: Bools, level_db: Floats, floor: Floats, min_silence: float, min_speech: float) -> Spans:
    """(n, 2) frames of each stretch of speech."""
    pieces = joined(joined(spans(is_core), _CORE_GAP, 0), 0, _CORE_MIN)
    edged = [_edges(start, end, level_db, floor) for start, end in pieces.tolist()]
    return joined(np.array(edged, dtype=np.intp).reshape(-1, 2), round(min_silence / HOP_S), round(min_speech / HOP_S))


def _edges(start: int, end: int, level_db: Floats, floor: Floats) -> tuple[int, int]:
    before = level_db[max(0, start - _MAX_BACK) : start][::-1]
    quiet = before <= floor[start] + START_DB
    first = start - (int(np.argmax(quiet)) if quiet.any() else before.size)
    own = float(np.percentile(level_db[max(start, end - _PEAK_FRAMES) : end], 90))
    inside = np.flatnonzero(level_db[start:end] >= own - END_DB)
    last = start + int(inside[-1]) + 1
    if last == end:
        after = level_db[end : end + _MAX_ON]
        quiet = after <= max(float(floor[end - 1]) + END_OVER_FLOOR_DB, own - END_DB)
        last = end + (int(np.argmax(quiet)) if quiet.any() else after.size)
    return first, last
