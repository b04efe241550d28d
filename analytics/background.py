"""Hear whether what lies between the turns is itself made of voices: a class that murmurs while one speaks.

::

    turns         ####....####...##.....####...##....###        what is left: pauses, less the room's tail
    in the pauses ____    ____   __~~~~~    ~~~  ~~~~           ~ holds a pitch, and rises and falls
    babble        ......................xxxxxxxxxxxxxxx         a silence there is not surely a silence

Ventilation holds no pitch. A hum and a projector's fan hold one, but do not rise and fall. Murmur far below the talk
does no harm. Nothing is compared with the rest of the lesson, so a class that murmurs all along is heard, too. Group
work is another matter (`babble.py`): there nobody speaks to the class.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analytics.arrays import Bools, Floats
from analytics.gate import END_DB
from analytics.spectrum import HOP_S

# Six labelled lessons and the demo lesson, by quarter minutes: 0.61 to 0.66 of the pauses in babble 10 dB below the
# talk hold a pitch and 0.13 at most elsewhere. The line lies in the middle; the form was chosen with all in sight.
VOICED_SHARE = 0.35
_VOICED = 0.5
_MOVES_DB = 4.0
"""From the 10th to the 90th percentile of voiced frames: steady noise moves by 1.5 to 2.5 dB, voices by more."""
_TALK_PERCENT = 70
_REACH_S = 5
_ENOUGH_FRAMES = 50
"""Half a second of pauses in ten seconds: with less, the nearest time that has as much decides."""
_BEFORE_S = 0.15
_AFTER_NOISE_S = 0.3
_FRAMES_A_SECOND = round(1 / HOP_S)


def babbling(
    level_db: Floats,
    voicing: Floats,
    speech: Iterable[tuple[float, float]],
    noises: Iterable[tuple[float, float]],
    settle: float,
) -> Bools:
    """(seconds,) whether voices are heard behind the talk around each second.

    Args:
        level_db: (n,) dBFS, one each 10 ms.
        voicing: (n,) 0 to 1.
        speech: start and end of stretches, in seconds.
        noises: the same, of chairs and coughs.
        settle: seconds after speech in which the room still sounds.
    """
    pause = np.ones(level_db.size, dtype=np.bool_)
    for spans, tail in ((speech, settle), (noises, _AFTER_NOISE_S)):
        for start, end in spans:
            pause[max(0, round((start - _BEFORE_S) / HOP_S)) : round((end + tail) / HOP_S)] = False
    seconds = -(-level_db.size // _FRAMES_A_SECOND)
    # An end of speech is where it falls by `END_DB`: what is softer than that is not taken for its tail.
    harmful = float(np.percentile(level_db[~pause], _TALK_PERCENT)) - END_DB if not pause.all() else np.inf
    found, known = np.zeros(seconds, dtype=np.bool_), []
    for second in range(seconds):
        around = slice(max(0, second - _REACH_S) * _FRAMES_A_SECOND, (second + 1 + _REACH_S) * _FRAMES_A_SECOND)
        here = pause[around]
        if np.count_nonzero(here) >= _ENOUGH_FRAMES:
            known.append(second)
            found[second] = _is_murmur(level_db[around][here], voicing[around][here], harmful)
    if not known:
        return found
    at = np.array(known)
    right = np.clip(np.searchsorted(at, np.arange(seconds)), 0, at.size - 1)
    left = np.maximum(right - 1, 0)
    is_left_nearer = np.abs(at[left] - np.arange(seconds)) < np.abs(at[right] - np.arange(seconds))
    return np.asarray(found[np.where(is_left_nearer, at[left], at[right])])


def _is_murmur(level_db: Floats, voicing: Floats, harmful: float) -> bool:
    voiced = voicing > _VOICED
    if voiced.mean() < VOICED_SHARE:
        return False
    low, median, high = np.percentile(level_db[voiced], [10, 50, 90])
    return bool(high - low >= _MOVES_DB and median >= harmful)
