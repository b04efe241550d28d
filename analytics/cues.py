"""Put together what `hindsight` sees of a lesson: nineteen numbers each 20 ms.

::

    0-1    voice, for either 10 ms         7-9   mixtures of this lesson's voices: mean and spread
    2-3    the teacher, pupils                   of the tries, and for the whole stretch in its order
    4-6    together, group, babble         10-11 hers by her print: against the others', and by itself
                                           12-13 level over the quiet, under the loud
                                           14    one voice 0.4 s before and after?
                                           15-16 in a stretch of voice; teacher less pupils
                                           17-18 voiced? a print of a voice? (a cough, a chair: neither)

Log odds are divided so that most lie within -1 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics import prints as voice_prints
from analytics.arrays import Bools, Floats, Frames64, Spans
from analytics.ear import FRAMES_A_STEP
from analytics.features import Slices
from analytics.odds import probability
from analytics.talkers import slice_odds, teacher_of
from analytics.track import STEPS_A_PRINT, Track

COUNT = 19
SHARE_PRINTS = 30
"""Prints in the three seconds over which group work and babble are judged."""
GROUP_SHARE = 0.5
"""Over it the class works in groups. Set on the six labelled lessons."""
_SLICE_TRUST = 5.0
_IPU_TRUST = 6.0
_DIRECT_TRUST, _FIRST_TRUST = 4.0, 3.0
_SURE_VOICE = 0.405
"""Log odds of 0.6."""
_BESIDE_PRINTS = 4
_VOICE_SHARE = 0.3
"""Of a print's steps, over which it is of a voice."""
_QUIET_PERCENT, _LOUD_PERCENT = 10, 92


def cues(track: Track, slices: Slices, stretches: Spans, teacher: Floats | None = None) -> Floats:
    """(n, COUNT) for the n steps of a lesson.

    Args:
        track: the lesson.
        slices: its voiced slices.
        stretches: (m, 2) frames of speech outside group work.
        teacher: her voice print, if she gave one.
    """
    prints = track.prints
    count = len(prints) * STEPS_A_PRINT
    voice = track.voice[: count * FRAMES_A_STEP].reshape(count, FRAMES_A_STEP)
    sides = track.sides[:count]
    many = np.repeat(track.many, STEPS_A_PRINT, axis=0)
    direct = sides[:, 0] - sides[:, 1]
    is_voice = _inside(stretches, count) & (voice[:, 0] > _SURE_VOICE)
    mixed = _mixtures(slices, stretches, count)
    first = np.clip(direct, -_FIRST_TRUST, _FIRST_TRUST) * 0.5 + mixed[:, 2]
    near = _near(prints, _of_prints(first), _of_prints(is_voice) > _VOICE_SHARE, teacher)
    level = track.level_db[: count * FRAMES_A_STEP].reshape(count, FRAMES_A_STEP).mean(axis=1)
    quiet, loud = np.percentile(level, [_QUIET_PERCENT, _LOUD_PERCENT]) if count else (0.0, 1.0)
    return np.column_stack(
        (
            voice / 4,
            sides / 4,
            many / 4,
            mixed / np.array([3, 2, 4]),
            np.repeat(near, STEPS_A_PRINT, axis=0) / 4,
            (level - quiet) / 20,
            (level - loud) / 20,
            np.repeat(_alike(prints), STEPS_A_PRINT),
            is_voice,
            np.clip(direct, -_DIRECT_TRUST, _DIRECT_TRUST) / 4,
            track.voicing[: count * FRAMES_A_STEP].reshape(count, FRAMES_A_STEP).mean(axis=1),
            np.repeat(np.linalg.norm(prints, axis=1), STEPS_A_PRINT),
        )
    ).astype(np.float32)


def share_of(track: Track, column: int) -> Floats:
    """(n,) share of group work (`GROUP`) or babble (`BABBLE`) around each print, 0 to 1, over three seconds."""
    sure = probability(track.many[:, column])
    if not sure.size:
        return sure
    kernel = np.ones(SHARE_PRINTS) / SHARE_PRINTS
    return np.asarray(np.convolve(sure, kernel, mode="same")[: sure.size])


def _inside(stretches: Spans, count: int) -> Bools:
    mask = np.zeros(count * FRAMES_A_STEP, dtype=np.bool_)
    for start, end in stretches.tolist():
        mask[start:end] = True
    return mask[::FRAMES_A_STEP]


def _mixtures(slices: Slices, stretches: Spans, count: int) -> Floats:
    """(n, 3) what the mixtures say of each step: mean, spread over the tries, and of the whole stretch."""
    out = np.zeros((count, 3), dtype=np.float32)
    own: list[tuple[Frames64, Floats]] = [slices.between(start, end) for start, end in stretches.tolist()]
    odds: Sequence[Floats] | None = slice_odds([values for _, values in own])
    if odds is None:
        return out
    for (start, end), (at, _), each, sure in zip(stretches.tolist(), own, odds, teacher_of(odds).tolist(), strict=True):
        first = start // FRAMES_A_STEP
        steps = np.arange(first, min(count, max(first + 1, end // FRAMES_A_STEP)))
        out[steps, 2] = np.clip(np.log((sure + 1e-4) / (1 - sure + 1e-4)), -_IPU_TRUST, _IPU_TRUST)
        if at.size:
            middle, trusted = at / FRAMES_A_STEP + 1, np.clip(each, -_SLICE_TRUST, _SLICE_TRUST)
            out[steps, 0] = np.interp(steps, middle, trusted.mean(axis=1))
            out[steps, 1] = np.interp(steps, middle, trusted.std(axis=1))
    return out


def _near(prints: Floats, first: Floats, is_voice: Bools, teacher: Floats | None) -> Floats:
    """(prints, 2) log odds that each is hers: against the others', and by how near it is to her mean alone."""
    own = voice_prints.smoothed(prints, is_voice)
    plane = voice_prints.hers(own, first, is_voice, teacher)
    if plane is None:
        return np.zeros((len(prints), 2), dtype=np.float32)
    against = plane.odds(own)
    mean = voice_prints.mean_print(own, against, is_voice)
    alone = against if mean is None else voice_prints.near(mean).odds(own)
    return np.asarray(np.column_stack((against, alone)) * is_voice[:, None])


def _of_prints(steps: Floats | Bools) -> Floats:
    """Mean over the steps of each print."""
    return np.asarray(steps.reshape(-1, STEPS_A_PRINT).mean(axis=1))


def _alike(prints: Floats) -> Floats:
    """(n,) how alike the prints of 0.4 s before and after each one are, -1 to 1."""
    if not len(prints):
        return np.zeros(0, dtype=np.float32)
    padded = np.pad(prints, ((_BESIDE_PRINTS, _BESIDE_PRINTS), (0, 0)))
    sums = np.pad(np.cumsum(padded, axis=0), ((1, 0), (0, 0)))
    beside = sums[_BESIDE_PRINTS:] - sums[:-_BESIDE_PRINTS]
    before, after = beside[: len(prints)], beside[_BESIDE_PRINTS + 1 :][: len(prints)]
    return np.asarray((voice_prints.unit(before) * voice_prints.unit(after)).sum(axis=1))
