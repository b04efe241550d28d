"""Tell a chair, a cough, a tap or a page from a short word.

::

    word    -~~~~~~-     the vocal cords hold a pitch for 100 ms or more
    cough   ~ - ~ -      voiced for a moment here and there, and hissing more than this lesson's voices
    page    - - - - -    not voiced

Sounds that are not speech do not end a silence (Rowe's wait goes on while a chair is moved). Only short sounds
are judged: nobody moves a chair for longer without a pause, and a long whisper is still speech.
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Bools, Floats, Spans
from analytics.features import SLICE_FRAMES
from analytics.gate import joined, spans
from analytics.spectrum import HOP_S

MAX_NOISE_S = 0.55
"""Longer stretches are never called noise."""

# Of 43 noises in six labelled lessons and the demo lesson this finds 39, and takes none of 138 short stretches of
# speech for noise. The numbers were set on three of the lessons, the form of the rule with all in sight.
_VOICED = 0.7
_NO_PITCH = 0.58
_FEW_SLICES = 0.40
_WEAK_PITCH = 0.86
_HELD_S = 0.105
_HISS = 1.5

_PIECE_GAP = 8
_APART = 10
_PIECE_MIN = 10
_PIECE_NO_PITCH = 0.50


def is_noise(voicing: Floats, slices: Floats, usual_colour: float) -> bool:
    """Judge a stretch.

    Args:
        voicing: (n,) one value each 10 ms.
        slices: (m, features.SIZE) its voiced slices.
        usual_colour: median of the first feature, low against high bands, over the lesson's voices.
    """
    if voicing.size * HOP_S > MAX_NOISE_S:
        return False
    best = float(np.percentile(voicing, 90))
    if best < _NO_PITCH and len(slices) * SLICE_FRAMES < _FEW_SLICES * voicing.size:
        return True
    held = spans(voicing > _VOICED)
    longest = float(np.max(held[:, 1] - held[:, 0], initial=0)) * HOP_S
    hisses = not len(slices) or float(slices[:, 0].mean()) < usual_colour - _HISS
    return best < _WEAK_PITCH and longest <= _HELD_S and hisses


def noise_beside_speech(is_core: Bools, voicing: Floats) -> Spans:
    """(n, 2) frames of noises so near to speech that they would be taken for its beginning or end.

    A piece is one when it lies 0.1 s or more from its neighbours and is hardly voiced: an "s" at the end of a word
    follows it sooner.
    """
    pieces = joined(spans(is_core), _PIECE_GAP, 0)
    found = []
    for at, (start, end) in enumerate(pieces.tolist()):
        alone = (at == 0 or start - pieces[at - 1, 1] >= _APART) and (
            at + 1 == len(pieces) or pieces[at + 1, 0] - end >= _APART
        )
        is_short = _PIECE_MIN <= end - start <= MAX_NOISE_S / HOP_S
        if alone and is_short and float(np.percentile(voicing[start:end], 90)) < _PIECE_NO_PITCH:
            found.append((start, end))
    return np.array(found, dtype=np.intp).reshape(-1, 2)
