"""Collect the stretches of a lesson that could not be heard well, and why.

::

    IPUs      TTTTT?....PPPP....TTTTT        PPPP: babble behind it
    holes                     xx             sound the microphone did not give us
    poor                ####  ##             babble, gap_in_audio
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from analytics.arrays import Bools
from analytics.gate import spans
from analytics.remembered import Hole
from analytics.spectrum import HOP_S
from lesson.talk import Flag, Ipu, PoorSound

_OF_A_VOICE = frozenset({Flag.LOW_SNR, Flag.BABBLE, Flag.CLIPPED})
"""Faults of a stretch of speech. Missing sound is known to the frame, so it is not taken from them."""


def holes_of(is_missing: Bools) -> list[Hole]:
    """Seconds of what is missing, from what is known of each 10 ms."""
    return [(start * HOP_S, end * HOP_S) for start, end in spans(is_missing).tolist()]


def with_holes(ipus: Iterable[Ipu], holes: Sequence[Hole]) -> list[Ipu]:
    """Flag each IPU before which sound is missing: somebody may have spoken there."""
    out: list[Ipu] = []
    ends = [end for _, end in holes]
    for ipu in ipus:
        first = bisect_right(ends, out[-1].end if out else 0.0)
        is_after = first < len(holes) and holes[first][0] < ipu.start
        out.append(dataclasses.replace(ipu, flags=ipu.flags | {Flag.GAP_IN_AUDIO}) if is_after else ipu)
    return out


def poor_sound(ipus: Iterable[Ipu], holes: Iterable[Hole]) -> tuple[PoorSound, ...]:
    """Stretches in order of their start; stretches of different faults may overlap."""
    found = [PoorSound(ipu.start, ipu.end, ipu.flags & _OF_A_VOICE) for ipu in ipus if ipu.flags & _OF_A_VOICE]
    found += [PoorSound(start, end, frozenset({Flag.GAP_IN_AUDIO})) for start, end in holes]
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))
