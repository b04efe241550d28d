"""Were the waits found, and how far off are their lengths?

::

    truth   |---- SR 2.0 ----|        |- SI 1.2 -|     |- SR 0.8 -|
    told      |--- SR 1.9 ---|   |SR|                  |--- SR 1.0 --|
               found, -0.1 s     false  missed            found, +0.2 s

    precision = found / told    recall = found / true    F1 = 2 found / (told + true)

Which told wait is which true one is said in `waitwise/matching.py`; the tolerance is 0.1, 0.25 or 0.5 s, and all but F1
use 0.25. The error of a missed wait is infinite, so a way that only tells the easy ones cannot look good.

`Events` holds counts and errors, not ratios: two lessons are put together with `+`, and a ratio is made at the end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from waitwise.evaluate.lessons import Event
from waitwise.matching import Wait, match

_Key = TypeVar("_Key")

TOLERANCES = (0.1, 0.25, 0.5)
USUAL = 0.25
FIRST = ("SR", "SI")
"""Wait time 1."""
ANSWERED = ("answered", "choral")
MISSED, NOT_THERE = "missed", "not there"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many waits are true, were told, and are both."""

    true: int = 0
    told: int = 0
    found: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.true + other.true, self.told + other.told, self.found + other.found)

    @property
    def precision(self) -> float | None:
        """Share of the told that are true. None: nothing was told."""
        return self.found / self.told if self.told else None

    @property
    def recall(self) -> float | None:
        """Share of the true that were told. None: there was nothing to find."""
        return self.found / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two. None: nothing to find and nothing told."""
        return 2 * self.found / (self.told + self.true) if self.told + self.true else None


@dataclass(frozen=True, slots=True)
class Events:
    """Waits of one or several lessons against their truth."""

    hours: float = 0.0
    counts: dict[float, Counts] = field(default_factory=dict)
    """Wait time 1, by tolerance."""
    by_kind: dict[str, Counts] = field(default_factory=dict)
    errors: tuple[float, ...] = ()
    """Length told less true length of each found wait time 1."""
    gaps: tuple[float, ...] = ()
    """The same without sign for each true SR, infinite where missed."""
    median_errors: tuple[float, ...] = ()
    """One a lesson: median told less median true, without sign. Infinite where nothing was told."""
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(true, told): waits at the same place, whatever their kind."""
    conf: tuple[tuple[float, bool], ...] = ()
    """What was said of each told wait time 1, and whether it is there."""

    def __add__(self, other: Events) -> Events:
        return Events(
            self.hours + other.hours,
            _added(self.counts, other.counts),
            _added(self.by_kind, other.by_kind),
            self.errors + other.errors,
            self.gaps + other.gaps,
            self.median_errors + other.median_errors,
            self.outcomes + other.outcomes,
            self.conf + other.conf,
        )

    @property
    def false_per_hour(self) -> float:
        """Told waits that are none, in an hour of lesson."""
        usual = self.counts.get(USUAL, Counts())
        return (usual.told - usual.found) / self.hours if self.hours else 0.0


def score_events(truth: Sequence[Event], told: Sequence[Event], duration: float) -> Events:
    """Compare the waits of one lesson of `duration` seconds."""
    true_1, told_1 = _of(truth, FIRST), _of(told, FIRST)
    pairs = {tolerance: _pairs(true_1, told_1, tolerance) for tolerance in TOLERANCES}
    found = dict(pairs[USUAL])
    kinds = sorted({event.kind for event in (*truth, *told)})
    return Events(
        hours=duration / 3600,
        counts={at: Counts(len(true_1), len(told_1), len(both)) for at, both in pairs.items()},
        by_kind={kind: _count(_of(truth, (kind,)), _of(told, (kind,))) for kind in kinds},
        errors=tuple(told_1[at].length - true_1[t].length for t, at in found.items()),
        gaps=tuple(
            abs(told_1[found[t]].length - event.length) if t in found else math.inf
            for t, event in enumerate(true_1)
            if event.kind == "SR"
        ),
        median_errors=_median_error(true_1, told_1),
        outcomes=_outcomes(true_1, told_1),
        conf=tuple((event.conf, at in found.values()) for at, event in enumerate(told_1) if event.conf is not None),
    )


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Percentile by the next value up, so that infinite ones count and are never averaged. None: no values.

    >>> percentile([0.1, 0.2, math.inf], 50), percentile([0.1, 0.2, math.inf], 90)
    (0.2, inf)
    """
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def f1_interval(lessons: Sequence[Events], beside: Sequence[Events], seed: int = 20_261_122) -> dict[str, list[float]]:
    """95 % intervals of F1, of that `beside` and of their difference, by paired bootstrap over lessons (Efron 1979).

    Each draw takes as many lessons as there are, with replacement, and the same ones on both sides. Empty for fewer
    than two lessons: one lesson says nothing about how lessons differ.
    """
    if len(lessons) < 2:
        return {}
    draws = np.random.default_rng(seed).integers(0, len(lessons), size=(2000, len(lessons)))
    ours, theirs = _drawn_f1(lessons, draws), _drawn_f1(beside, draws)
    rows = {"f1": ours, "f1_beside": theirs, "f1_above": ours - theirs}
    return {name: [float(value) for value in np.percentile(row, [2.5, 97.5])] for name, row in rows.items()}


def _drawn_f1(lessons: Sequence[Events], draws: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    each = [lesson.counts[USUAL] for lesson in lessons]
    found = np.array([2 * counts.found for counts in each])[draws].sum(axis=1)
    both = np.array([counts.told + counts.true for counts in each])[draws].sum(axis=1)
    return np.asarray(found / np.maximum(both, 1))


def _added(one: dict[_Key, Counts], other: dict[_Key, Counts]) -> dict[_Key, Counts]:
    return {key: one.get(key, Counts()) + other.get(key, Counts()) for key in {**one, **other}}


def _of(events: Sequence[Event], kinds: Sequence[str]) -> list[Event]:
    return [event for event in events if event.kind in kinds]


def _pairs(truth: Sequence[Event], told: Sequence[Event], tolerance: float) -> list[tuple[int, int]]:
    return match(
        [Wait(event.kind, event.start, event.length) for event in truth],
        [Wait(event.kind, event.start, event.length) for event in told],
        tolerance,
    )


def _count(truth: Sequence[Event], told: Sequence[Event]) -> Counts:
    return Counts(len(truth), len(told), len(_pairs(truth, told, USUAL)))


def _median_error(truth: Sequence[Event], told: Sequence[Event]) -> tuple[float, ...]:
    if not truth:
        return ()
    if not told:
        return (math.inf,)
    true, said = (float(np.median([event.length for event in row])) for row in (truth, told))
    return (abs(said - true),)


def _outcomes(truth: Sequence[Event], told: Sequence[Event]) -> Counter[tuple[str, str]]:
    """Pair by place alone, so that an answer told as a pause of hers is seen as that and not as two mistakes."""
    pairs = match(
        [Wait("", event.start, event.length) for event in truth],
        [Wait("", event.start, event.length) for event in told],
    )
    seen, used = {t for t, _ in pairs}, {at for _, at in pairs}
    return Counter(
        [
            *((truth[t].outcome, told[at].outcome) for t, at in pairs),
            *((event.outcome, MISSED) for t, event in enumerate(truth) if t not in seen),
            *((NOT_THERE, event.outcome) for at, event in enumerate(told) if at not in used),
        ]
    )
