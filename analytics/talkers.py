"""Tell the teacher from her pupils, by this lesson's sound alone.

Nothing is known before the lesson and nothing is kept after it. What helps is that one voice speaks most::

    all IPUs --pitch and level heard most--> first guess: teacher | pupils
                  ^                            |
                  |                  a mixture for her, a mixture for all of them
                  +--- better guess <----------+--- each IPU: whom does it fit? who spoke before and after?

The loop ends when hardly an IPU changes sides. It is run a few times from other random starts, and the probabilities
that come out are averaged: near one half where the sound cannot tell.

The order of talk helps a little: a teacher mostly follows herself, a pupil is mostly followed by the teacher
(78.5 % of pupil turns in the TalkMoves transcripts).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.arrays import Bools, Floats
from analytics.features import LEVEL, PITCH, SIZE
from analytics.mixture import Mixture
from analytics.odds import probability

REMEMBERED = 240
"""Stretches of speech that what is learnt live is learnt from."""
_LEARN_EVERY, _EARLY_EVERY, _EARLY = 25, 5, 100
"""Stretches; among the first hundred it learns more often."""
_SIZES = (2, 3, 4, 6)
"""Gaussians a side."""
_LIVE_SIZE = 3
_PASSES = 10
_SETTLED = 0.003
"""A share of IPUs that may still change sides when we stop."""
_MANY_IPUS = 400
"""With so many IPUs another start leads to the same end."""
_SLICE_WEIGHT = 0.6
"""Slices of one IPU are not independent: each counts this much of a full one when we choose a side ..."""
_SURE_WEIGHT = 0.15
"""... and this much when we say how sure we are: one vowel fills three or four slices, and what sets this IPU apart
from its speaker's others is in all of them. Sides are told as well with either."""
_TRUST = 12.0
"""The largest log odds one IPU's sound may give."""
_STAY = np.log(np.array([[0.72, 0.28], [0.70, 0.30]]))
"""From (row) teacher or pupil to (column) teacher or pupil, per IPU."""
_MOSTLY_TEACHER = float(_STAY[0, 0] - _STAY[0, 1])
"""Log odds before anything of an IPU is known: live, nobody has spoken after it yet."""
_FIRST = np.log(np.array([0.75, 0.25]))
_SLICE_TRUST = 8.0
_MOST_SLICES = 6000
_NO_PITCH = -1000.0
_PITCH_SPREAD = 1.2
"""Semitones that one voice wanders from IPU to IPU."""
_LEVEL_SPREAD_DB = 3.0
"""Decibels that one voice wanders as she walks and turns."""
_ENOUGH_SLICES = 120
"""Six seconds of voice: below it we do not guess."""


def is_time_to_learn(heard: int) -> bool:
    """Whether to learn anew from what is remembered, after so many stretches of speech."""
    return heard % (_EARLY_EVERY if heard < _EARLY else _LEARN_EVERY) == 0


class Talkers:
    """Two mixtures, learnt again and again while the lesson goes on. Memory: the last `remember` IPUs."""

    def __init__(self, remember: int = REMEMBERED) -> None:
        self._remember = remember
        self._recent: list[Floats] = []
        self._heard = 0
        self._teacher: Mixture | None = None
        self._pupils: Mixture | None = None

    def hear(self, slices: Floats) -> float | None:
        """Take in one IPU's slices; return the log odds of the teacher. None: too early, or no voiced slice."""
        self._recent.append(slices)
        del self._recent[: -self._remember]
        self._heard += 1
        if is_time_to_learn(self._heard):
            self._learn()
        if self._teacher is None or self._pupils is None or not len(slices):
            return None
        return _odds(slices, self._teacher, self._pupils) + _MOSTLY_TEACHER

    def _learn(self) -> None:
        if sum(len(slices) for slices in self._recent) < _ENOUGH_SLICES:
            return
        run = _Run(self._recent, seed=self._heard)
        run.settle()
        self._teacher, self._pupils = run.teacher, run.pupils


def slice_odds(ipus: Sequence[Floats], runs: int = 2) -> list[Floats] | None:
    """For each of a lesson's IPUs (n, tries) the log odds of the teacher, slice by slice. None: too little was heard.

    `teacher_of` makes probabilities of them.
    """
    if sum(len(slices) for slices in ipus) < _ENOUGH_SLICES:
        return None
    sizes = np.cumsum([len(slices) for slices in ipus])
    found = []
    # How many Gaussians suit a lesson differs; the mean over several sizes is never the worst.
    runs = 1 if len(ipus) > _MANY_IPUS else runs
    tries = [(size, seed) for size in _SIZES for seed in range(runs)]
    for size, seed in tries:
        run = _Run(ipus, seed, size)
        run.settle()
        found.append(run.odds())
    return np.split(np.column_stack(found), sizes[:-1])


def teacher_of(odds: Sequence[Floats]) -> Floats:
    """(n,) probability of the teacher for each IPU in order, from the log odds (slices, tries) of its slices.

    Tries that end differently make us unsure, where a mean of their odds would follow the loudest.
    """
    sums = np.clip(np.array([own.sum(axis=0) for own in odds]) * _SURE_WEIGHT, -_TRUST, _TRUST)
    return np.asarray(np.mean([in_order(one) for one in sums.T], axis=0))


class _Run:
    """One way from the first guess to a stable one."""

    def __init__(self, ipus: Sequence[Floats], seed: int, size: int = _LIVE_SIZE) -> None:
        self._size = size
        self._random = np.random.default_rng(seed)
        self._sizes = np.array([len(slices) for slices in ipus])
        self._slices = np.concatenate(ipus) if len(ipus) else np.empty((0, SIZE), dtype=np.float32)
        self._owner = np.repeat(np.arange(len(ipus)), self._sizes)
        self._spread = self._slices.var(axis=0) + 1e-3
        self.teacher: Mixture | None = None
        self.pupils: Mixture | None = None
        self._is_teacher = self._first_guess()

    def _first_guess(self) -> Bools:
        """IPUs near the pitch and level that are heard most: she speaks most, and varies less than thirty children."""
        each = np.split(self._slices, np.cumsum(self._sizes)[:-1])
        pitch = np.array([np.median(own[:, PITCH]) * 12 if len(own) else _NO_PITCH for own in each])
        level = np.array([np.percentile(own[:, LEVEL], 70) if len(own) else _NO_PITCH for own in each])
        heard = np.zeros(len(each))
        for at in np.flatnonzero(self._sizes):
            near = ((pitch - pitch[at]) / _PITCH_SPREAD) ** 2 + ((level - level[at]) / _LEVEL_SPREAD_DB) ** 2
            heard[at] = np.exp(-0.5 * near) @ self._sizes
        most = int(np.argmax(heard))
        near_pitch = np.abs(pitch - pitch[most]) < 2 * _PITCH_SPREAD
        return np.asarray(near_pitch & (np.abs(level - level[most]) < 2 * _LEVEL_SPREAD_DB))

    def settle(self) -> None:
        for _ in range(_PASSES):
            if not self._fit():
                return
            before, self._is_teacher = self._is_teacher, self.posterior() >= 0.5
            if np.mean(before != self._is_teacher) <= _SETTLED:
                return

    def _fit(self) -> bool:
        mine = self._is_teacher[self._owner]
        sides = self._slices[mine], self._slices[~mine]
        if min(len(side) for side in sides) < _ENOUGH_SLICES // 8:
            return False
        self.teacher, self.pupils = (
            Mixture.of(self._some(side), self._size, self._random, self._spread) for side in sides
        )
        return True

    def _some(self, slices: Floats) -> Floats:
        if len(slices) <= _MOST_SLICES:
            return slices
        return slices[self._random.choice(len(slices), _MOST_SLICES, replace=False)]

    def odds(self) -> Floats:
        """(slices,) log odds of the teacher."""
        if self.teacher is None or self.pupils is None:
            return np.where(self._is_teacher[self._owner], np.float32(1), np.float32(-1))
        fit = self.teacher.log_likelihood(self._slices) - self.pupils.log_likelihood(self._slices)
        # One slice that fits neither side must not decide.
        return np.asarray(np.clip(fit, -_SLICE_TRUST, _SLICE_TRUST))

    def posterior(self) -> Floats:
        """(n,) probability of the teacher for each IPU."""
        sums = np.bincount(self._owner, self.odds(), self._sizes.size) * _SLICE_WEIGHT
        return in_order(np.asarray(np.clip(sums, -_TRUST, _TRUST)))


def in_order(odds: Floats) -> Floats:
    """(n,) probability of the teacher, from each IPU's own log odds and from who speaks before and after."""
    count = odds.size
    sound = np.column_stack((odds / 2, -odds / 2))
    forward, backward = np.empty((count, 2)), np.zeros((count, 2))
    for at in range(count):
        prior = _FIRST if at == 0 else _log_sum(forward[at - 1][:, None] + _STAY)
        forward[at] = prior + sound[at]
        forward[at] -= forward[at].max()
    for at in range(count - 2, -1, -1):
        backward[at] = _log_sum(_STAY.T + (backward[at + 1] + sound[at + 1])[:, None])
        backward[at] -= backward[at].max()
    both = forward + backward
    return probability(both[:, 0] - both[:, 1])


def _log_sum(table: Floats) -> Floats:
    """Log of the sum of exponentials over the first axis."""
    top = table.max(axis=0)
    return np.asarray(top + np.log(np.exp(table - top).sum(axis=0)))


def _odds(slices: Floats, teacher: Mixture, pupils: Mixture) -> float:
    fit = float((teacher.log_likelihood(slices) - pupils.log_likelihood(slices)).sum()) * _SLICE_WEIGHT
    return float(np.clip(fit, -_TRUST, _TRUST))
