"""Say whether the waits of one set of lessons differ from those of another, or whether that may be chance.

::

    before   three lessons   1.1 0.8 2.0 ...   median 1.3 s
    after    three lessons   2.2 1.4 4.1 ...   median 2.2 s     x1.7, surely between x1.2 and x2.3

Waits are log-normal, so medians are compared as a factor. How large a factor must be before it means anything depends
on how many waits there are (`detectable`): a lesson of 40 says little against another, three lessons each say more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.arrays import Floats

SPREAD = 0.8
"""Standard deviation of the logarithm of a teacher's waits; published ones are 0.45 to 0.98."""
FEWEST = 10
"""As for a median: under it nothing is compared."""
LESSONS_EACH = 3
"""Fewer lessons say more about the lessons than about the teacher."""
_NORMAL_95 = 1.959964
_DRAWS = 1000
_SEED = 20_261_117


class Verdict(StrEnum):
    """What two sets of waits say."""

    LONGER = "longer"
    SHORTER = "shorter"
    MAY_BE_CHANCE = "may_be_chance"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Change:
    """How the median wait changed, as a factor: 1.5 is half as long again."""

    verdict: Verdict
    n_before: int
    n_after: int
    lessons_before: int
    lessons_after: int
    detectable: float | None
    """The factor from which on a change of so many waits would mean something. None: too few."""
    factor: float | None = None
    low: float | None = None
    high: float | None = None
    """95 % interval of the factor."""

    @property
    def are_lessons_enough(self) -> bool:
        """Whether there are three lessons on each side; with fewer the change may be the lessons' own."""
        return min(self.lessons_before, self.lessons_after) >= LESSONS_EACH


def known_within(n: int, spread: float = SPREAD) -> float:
    """Return the factor within which the median of `n` waits is known, 95 times of 100.

    >>> round(known_within(40), 2)
    1.36
    """
    return math.exp(_NORMAL_95 * _error(n, spread))


def detectable(n_before: int, n_after: int, spread: float = SPREAD) -> float:
    """Return the factor by which two medians must differ before the difference means anything.

    >>> round(detectable(40, 40), 2), round(detectable(20, 20), 2), round(detectable(120, 120), 2)
    (1.55, 1.86, 1.29)
    """
    return math.exp(_NORMAL_95 * math.hypot(_error(n_before, spread), _error(n_after, spread)))


def change_between(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]]) -> Change:
    """Compare the usable waits of lessons, one row a lesson, with those of later lessons.

    Waits are drawn again within their lessons, so that no lesson drops out: the answer is about these lessons.
    """
    n_before, n_after = (sum(len(lesson) for lesson in side) for side in (before, after))
    lessons = len(before), len(after)
    if min(n_before, n_after) < FEWEST:
        return Change(Verdict.TOO_FEW, n_before, n_after, *lessons, None)
    random = np.random.default_rng(_SEED)
    draws = _medians(after, random) / _medians(before, random)
    low, high = (float(value) for value in np.percentile(draws, [2.5, 97.5]))
    factor = float(np.median(_pooled(after)) / np.median(_pooled(before)))
    verdict = Verdict.LONGER if low > 1 else Verdict.SHORTER if high < 1 else Verdict.MAY_BE_CHANCE
    return Change(verdict, n_before, n_after, *lessons, detectable(n_before, n_after), factor, low, high)


def _error(n: int, spread: float) -> float:
    """Standard error of the logarithm of a median: pi / 2 times the variance of a mean."""
    return math.sqrt(math.pi / 2) * spread / math.sqrt(n)


def _pooled(lessons: Sequence[Sequence[float]]) -> Floats:
    return np.concatenate([np.asarray(lesson, dtype=np.float64) for lesson in lessons])


def _medians(lessons: Sequence[Sequence[float]], random: np.random.Generator) -> Floats:
    rows = [random.choice(np.asarray(lesson, dtype=np.float64), (_DRAWS, len(lesson))) for lesson in lessons if lesson]
    return np.asarray(np.median(np.concatenate(rows, axis=1), axis=1))
