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

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from analytics import prints as voice_prints
from analytics.arrays import Bools, Floats, Frames64, Spans
from analytics.column import Sliced
from analytics.ear import FRAMES_A_STEP
from analytics.features import Slices
from analytics.odds import probability
from analytics.print_network import PRINT
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
_BLOCK = 10_000
"""Steps, a multiple of those of a print, that are looked at at once where all of a lesson is."""
_Made = TypeVar("_Made", Floats, Bools)


class Cues:
    """All cues of a lesson: what has to be learnt of the whole is, the rest is made where it is asked for.

    Memory: 7 bytes a step and the prints of its voices, where the cues themselves would be 76 bytes.
    """

    def __init__(self, track: Track, slices: Slices, stretches: Spans, teacher: Floats | None = None) -> None:
        """Learn what is needed of the whole lesson.

        Args:
            track: the lesson.
            slices: its voiced slices.
            stretches: (m, 2) frames of speech outside group work.
            teacher: her voice print, if she gave one.
        """
        self._track = track
        self._count = len(track.prints) * STEPS_A_PRINT
        self._is_inside = _inside(stretches, self._count)
        self._mixed = _mixtures(slices, stretches, self._count)
        self._near = self._nearness(teacher)
        level = self._by_blocks(self._levels)
        found = np.percentile(level, [_QUIET_PERCENT, _LOUD_PERCENT]) if level.size else np.array([0.0, 1.0])
        self._quiet, self._loud = float(found[0]), float(found[1])

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, rows: slice, /) -> Floats:
        """Return the (n, COUNT) of n steps in a row."""
        first, last, _ = rows.indices(self._count)
        steps = slice(first, max(first, last))
        frames = slice(first * FRAMES_A_STEP, steps.stop * FRAMES_A_STEP)
        prints = slice(first // STEPS_A_PRINT, -(-steps.stop // STEPS_A_PRINT))
        own = slice(first - prints.start * STEPS_A_PRINT, steps.stop - prints.start * STEPS_A_PRINT)

        def each_step(of_prints: Floats) -> Floats:
            return np.repeat(of_prints, STEPS_A_PRINT, axis=0)[own]

        track, direct, level = self._track, self._direct(steps), self._levels(steps)
        return np.column_stack(
            (
                track.voice[frames].reshape(-1, FRAMES_A_STEP) / 4,
                track.sides[steps] / 4,
                each_step(track.many[prints]) / 4,
                self._mixed[steps] / np.array([3, 2, 4]),
                each_step(self._near[prints]) / 4,
                (level - self._quiet) / 20,
                (level - self._loud) / 20,
                each_step(_alike(track.prints, prints)),
                self._is_voice(steps),
                np.clip(direct, -_DIRECT_TRUST, _DIRECT_TRUST) / 4,
                track.voicing[frames].reshape(-1, FRAMES_A_STEP).mean(axis=1),
                each_step(np.linalg.norm(track.prints[prints], axis=1)),
            )
        ).astype(np.float32)

    def _direct(self, steps: slice) -> Floats:
        """The ear's own opinion: teacher less pupils."""
        sides = self._track.sides[steps]
        return np.asarray(sides[:, 0] - sides[:, 1])

    def _levels(self, steps: slice) -> Floats:
        frames = self._track.level_db[steps.start * FRAMES_A_STEP : steps.stop * FRAMES_A_STEP]
        return np.asarray(frames.reshape(-1, FRAMES_A_STEP).mean(axis=1))

    def _is_voice(self, steps: slice) -> Bools:
        voice = self._track.voice[steps.start * FRAMES_A_STEP : steps.stop * FRAMES_A_STEP]
        return np.asarray(self._is_inside[steps] & (voice[::FRAMES_A_STEP] > _SURE_VOICE))

    def _nearness(self, teacher: Floats | None) -> Floats:
        """(prints, 2) log odds that each is hers: against the others', and by how near it is to her mean alone."""
        is_voice = self._by_blocks(lambda steps: _of_prints(self._is_voice(steps)) > _VOICE_SHARE)
        own = _voiced_prints(self._track.prints, is_voice)
        first = self._by_blocks(self._first_guess)[is_voice]
        found = np.zeros((is_voice.size, 2), dtype=np.float32)
        plane = voice_prints.hers(own, first, np.ones(len(own), dtype=np.bool_), teacher)
        if plane is not None:
            against = plane.odds(own)
            mean = voice_prints.mean_print(own, against, np.ones(len(own), dtype=np.bool_))
            alone = against if mean is None else voice_prints.near(mean).odds(own)
            found[is_voice] = np.column_stack((against, alone))
        return found

    def _first_guess(self, steps: slice) -> Floats:
        """Who it is at each print, by the ear and the mixtures."""
        direct = np.clip(self._direct(steps), -_FIRST_TRUST, _FIRST_TRUST)
        return _of_prints(direct * 0.5 + self._mixed[steps, 2])

    def _by_blocks(self, made: Callable[[slice], _Made]) -> _Made:
        """What is made of all steps, a block at a time."""
        starts = range(0, max(1, self._count), _BLOCK)
        return np.concatenate([made(slice(at, min(at + _BLOCK, self._count))) for at in starts])


def share_of(track: Track, column: int) -> Floats:
    """(n,) share of group work (`GROUP`) or babble (`BABBLE`) around each print, 0 to 1, over three seconds."""
    sure = probability(track.many[:][:, column])
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


def _voiced_prints(prints: Sliced[Floats], is_voice: Bools) -> Floats:
    """(m, PRINT) of length 1: those of voice, each smoothed with the voice beside it."""
    found = [np.empty((0, PRINT), dtype=np.float32)]
    for start in range(0, is_voice.size, _BLOCK):
        end = min(start + _BLOCK, is_voice.size)
        first, last = max(0, start - 1), min(end + 1, is_voice.size)
        smooth = voice_prints.smoothed(prints[first:last], is_voice[first:last])
        found.append(smooth[start - first : end - first][is_voice[start:end]])
    return np.concatenate(found)


def _of_prints(steps: Floats | Bools) -> Floats:
    """Mean over the steps of each print."""
    return np.asarray(steps.reshape(-1, STEPS_A_PRINT).mean(axis=1))


def _alike(prints: Sliced[Floats], rows: slice) -> Floats:
    """(n,) how alike the prints of 0.4 s before and after each of some rows are, -1 to 1."""
    count = rows.stop - rows.start
    first, last = rows.start - _BESIDE_PRINTS, rows.stop + _BESIDE_PRINTS
    known = prints[max(0, first) : last]
    padded = np.pad(known, ((max(0, -first), last - max(0, first) - len(known)), (0, 0)))
    sums = np.zeros((2, count, PRINT), dtype=np.float32)
    for at in range(_BESIDE_PRINTS):
        sums[0] += padded[at : at + count]
        sums[1] += padded[at + _BESIDE_PRINTS + 1 :][:count]
    before, after = sums
    return np.asarray((voice_prints.unit(before) * voice_prints.unit(after)).sum(axis=1))
