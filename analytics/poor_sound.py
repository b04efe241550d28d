"""Collect the stretches of a lesson that could not be heard well, and why.

::

    IPUs      TTTTT?....PPPP....TTTTT        PPPP: babble behind it
    missing                   xx             sound the microphone did not give us
    poor                ####  ##             babble, gap_in_audio
"""

from __future__ import annotations

from collections.abc import Iterable

from analytics.arrays import Bools
from analytics.gate import spans
from analytics.spectrum import HOP_S
from lesson.talk import Flag, Ipu, PoorSound

_OF_A_VOICE = frozenset({Flag.LOW_SNR, Flag.BABBLE, Flag.CLIPPED})
"""Faults of a stretch of speech. Missing sound is known to the frame, so it is not taken from them."""


def poor_sound(ipus: Iterable[Ipu], is_missing: Bools) -> tuple[PoorSound, ...]:
    """Stretches in order of their start; stretches of different faults may overlap."""
    found = [PoorSound(ipu.start, ipu.end, ipu.flags & _OF_A_VOICE) for ipu in ipus if ipu.flags & _OF_A_VOICE]
    found += [
        PoorSound(start * HOP_S, end * HOP_S, frozenset({Flag.GAP_IN_AUDIO}))
        for start, end in spans(is_missing).tolist()
    ]
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))
