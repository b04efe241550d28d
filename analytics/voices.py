"""Judge stretches of speech: noise or speech, how clearly heard, the same pupil or another.

::

    stretch + slices --> noise?  flags (low_snr, clipped, babble, gap_in_audio)  same voice as before?

Two pupils are told apart only against each other, one after the other, and only to know whether a pause lies
inside an answer; no voice is recognised again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.arrays import Bools, Floats, Frames64
from analytics.features import CEPSTRA, PITCH
from analytics.noise import is_noise
from analytics.spectrum import HOP_S
from analytics.thresholds import Thresholds
from lesson.talk import Flag

_FEW_SLICES = 3
_OTHER_PITCH = 2.5 / 12
_OTHER_COLOUR = 1.2
_LOUD_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech or noise between two silences, with what was heard in it."""

    start: float
    end: float
    slices: Floats
    """(n, features.SIZE)"""
    at: Frames64
    """(n,) frame in which each slice begins."""
    is_noise: bool
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class Sound:
    """The frames that stretches are judged by, one value each 10 ms."""

    level_db: Floats
    floor: Floats
    voicing: Floats
    is_missing: Bools
    is_clipped: Bools

    def judge(
        self,
        frames: tuple[int, int],
        edges: tuple[float, float],
        slices: tuple[Frames64, Floats],
        usual_colour: float,
        thresholds: Thresholds,
    ) -> Stretch:
        """Judge frames from the first to the one before the second; `edges` are their corrected seconds."""
        start, end = frames
        flags = set()
        loud = float(np.percentile(self.level_db[start:end], _LOUD_PERCENT)) - float(self.floor[start])
        if loud < thresholds.low_snr_db:
            flags.add(Flag.LOW_SNR)
        if self.is_clipped[start:end].mean() > thresholds.clipped_share:
            flags.add(Flag.CLIPPED)
        if self.is_missing[start:end].any():
            flags.add(Flag.GAP_IN_AUDIO)
        return Stretch(
            *edges, slices[1], slices[0], is_noise(self.voicing[start:end], slices[1], usual_colour), frozenset(flags)
        )

    def unheard(self, start: float, end: float, settle: float, thresholds: Thresholds) -> tuple[float, float] | None:
        """Find sound under the gate, in a silence, that may be a pupil the unit hardly hears.

        `settle`: seconds after `start` in which the room still sounds.
        """
        first, last = round((start + settle) / HOP_S), round((end - 0.1) / HOP_S)
        needed = round(thresholds.unheard_for / HOP_S)
        if last - first < needed:
            return None
        over = self.level_db[first:last] >= self.floor[first:last] + thresholds.unheard_rise_db
        voiced = self.voicing[first:last] > 0.5
        kernel = np.ones(needed)
        long_over = np.convolve(over, kernel, mode="valid") >= 0.9 * needed
        with_voice = np.convolve(voiced, kernel, mode="valid") >= 0.4 * needed
        found = np.flatnonzero(long_over & with_voice)
        if not found.size:
            return None
        return (first + int(found[0])) * HOP_S, (first + int(found[-1]) + needed) * HOP_S


def is_same_voice(before: Floats, after: Floats, spread: Floats) -> bool | None:
    """Whether two stretches' slices are one pupil's. `spread`: standard deviation of each feature in this lesson."""
    if min(len(before), len(after)) < _FEW_SLICES:
        return None
    pitch = abs(float(np.median(before[:, PITCH]) - np.median(after[:, PITCH])))
    colour = (before[:, :CEPSTRA].mean(axis=0) - after[:, :CEPSTRA].mean(axis=0)) / spread[:CEPSTRA]
    return pitch < _OTHER_PITCH and float(np.sqrt(np.mean(colour**2))) < _OTHER_COLOUR


def spread_of(slices: Sequence[Floats]) -> Floats:
    """Standard deviation of each feature over a lesson."""
    return np.asarray(np.concatenate(slices).std(axis=0) + 1e-3)
