r"""Where a dry voice starts and ends: the one place that decides what counts as speech in the truth.

::

    level   ____/~~~~\__/~~~~~\_________/~~~\____
    peak - 28 dB  - - - - - - - - - - - - - - -
    spans       [--------------]        [---]        a dip under 0.2 s is inside; a longer one ends a span

Only a voice alone, before any room or noise, is looked at. What lies outside the spans is faded away (10 ms before,
30 ms after), so that no unlabelled speech is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesson.sound import RATE_HZ
from tools.classroom.errors import ClassroomError

Sound = NDArray[np.floating[Any]]
"""Mono samples at `RATE_HZ`; full scale is 1."""

GATE_DB = 28.0
"""Speech is what is less than this below the voice's own peak."""
DIP_SAMPLES = round(0.2 * RATE_HZ)
"""A shorter dip is inside a word or a stop; a longer one is a pause (the floor of inter-pausal units)."""
BLIP_SAMPLES = round(0.06 * RATE_HZ)
FADE_IN = round(0.010 * RATE_HZ)
FADE_OUT = round(0.030 * RATE_HZ)
_WINDOW = round(0.010 * RATE_HZ)


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one voice: the first span starts at sample 0 of the words, `FADE_IN` samples into `sound`."""

    sound: Sound
    spans: tuple[tuple[int, int], ...]
    """Stretches of speech, in samples from the first onset."""

    @property
    def length(self) -> int:
        """Samples from the first onset to the last offset."""
        return self.spans[-1][1]


def cut(voice: Sound) -> Utterance:
    """Cut a synthesised voice to its speech, and fade what is left over.

    Raises:
        ClassroomError: there is no speech in it.

    >>> tone = np.sin(np.arange(8000) * 0.3)
    >>> voice = np.concatenate([np.zeros(4000), tone, np.zeros(4800), tone, np.zeros(3000)])
    >>> [(start // 320, end // 320) for start, end in cut(voice).spans]
    [(0, 25), (40, 65)]
    """
    spans = _spans(voice)
    if not spans:
        raise ClassroomError("The synthesiser returned silence. Remedy: reword the sentence.")
    gain = np.zeros(len(voice) + FADE_IN + FADE_OUT)
    for start, end in spans:
        gain[start : start + FADE_IN] = np.maximum(gain[start : start + FADE_IN], _ramp(FADE_IN))
        gain[start + FADE_IN : end + FADE_IN] = 1
        gain[end + FADE_IN : end + FADE_IN + FADE_OUT] = _ramp(FADE_OUT)[::-1]
    padded = np.pad(voice, (FADE_IN, FADE_OUT)) * gain
    first, last = spans[0][0], spans[-1][1]
    return Utterance(
        sound=padded[first : last + FADE_IN + FADE_OUT],
        spans=tuple((start - first, end - first) for start, end in spans),
    )


def _ramp(samples: int) -> Sound:
    ramp: Sound = np.sin(np.linspace(0, np.pi / 2, samples, endpoint=False)) ** 2
    return ramp


def _spans(voice: Sound) -> list[tuple[int, int]]:
    power = np.convolve(voice**2, np.full(_WINDOW, 1 / _WINDOW), mode="same")
    loud = np.flatnonzero(power > power.max() * 10 ** (-GATE_DB / 10))
    if not loud.size:
        return []
    breaks = np.flatnonzero(np.diff(loud) > DIP_SAMPLES)
    starts = [loud[0], *loud[breaks + 1]]
    ends = [*loud[breaks], loud[-1]]
    spans = [(int(start), int(end) + 1) for start, end in zip(starts, ends, strict=True)]
    # A lone click beside the words would become an IPU nobody spoke.
    return [(start, end) for start, end in spans if end - start >= BLIP_SAMPLES]
