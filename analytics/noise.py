"""Tell a chair, a cough, a tap or a page from a short word.

::

    word    -~~~~~~-     the vocal cords hold a pitch for 80 ms or more
    cough   ~ - ~ -      a few voiced frames, never in a row
    page    - - - - -    none

Sounds that are not speech do not end a silence (Rowe's wait goes on while a chair is moved). Only short stretches
are judged: nobody moves a chair for longer without a pause, and a long whisper is still speech.
"""

from __future__ import annotations

import numpy as np

from analytics.gate import spans
from analytics.level import Floats
from analytics.spectrum import HOP_S

MAX_NOISE_S = 0.55
"""Longer stretches are never called noise."""
_VOICED = 0.7
_NO_PITCH = 0.58
_WEAK_PITCH = 0.80


def is_noise(voicing: Floats) -> bool:
    """Judge a stretch by `voicing`, one value each 10 ms.

    Tuned on 23 noises and 300 short stretches of speech in three labelled lessons, checked on three others.
    """
    if voicing.size * HOP_S > MAX_NOISE_S:
        return False
    best = float(np.percentile(voicing, 90))
    if best < _NO_PITCH:
        return True
    held = spans(voicing > _VOICED)
    longest = float(np.max(held[:, 1] - held[:, 0], initial=0)) * HOP_S
    return best < _WEAK_PITCH and longest <= 0.065 and float(np.median(voicing)) < 0.55
