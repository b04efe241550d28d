"""Were the waits found, and how far off are their lengths?

::

    truth   |---- SR 2.0 ----|        |- SI 1.2 -|     |- SR 0.8 -|
    told      |--- SR 1.9 ---|   |SR|                  |--- SR 1.0 --|
               found, -0.1 s     false  missed            found, +0.2 s

    precision = found / told    recall = found / true    F1 = 2 found / (told + true)

Which told wait is which true one is said in `waitwise/matching.py`; the tolerance is 0.05 to 1 s, and all but F1 use
0.25. The error of a missed wait is infinite, so a way that only tells the easy ones cannot look good.

`Events` holds counts and errors, not ratios: two lessons are put together with `+`, and a ratio is made at the end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from waitwise.evaluate.agreement import Pairs
from waitwise.evaluate.lessons import FIRST, Event
from waitwise.matching import Wait, match

_Key = TypeVar("_Key")

TOLERANCES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0)
USUAL = 0.25
SECOND = ("TR",)
"""Wait time 2 of the teacher's."""
SURE = 0.8
"""From here a teacher takes a wait as certain."""
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
    lengths: Pairs = ()
    """(true, told) length of each found wait time 1."""
    gaps: tuple[float, ...] = ()
    """Length told less true, without sign, for each true SR; infinite where missed."""
    lengths_2: Pairs = ()
    """(true, told) length of each found wait time 2 of the teacher's (TR) ..."""
    gaps_2: tuple[float, ...] = ()
    """... and as `gaps`, for each true one."""
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(true, told): waits at the same place, whatever their kind."""
    conf: tuple[tuple[float, bool], ...] = ()
    """What was said of each told wait time 1, and whether it is there."""
    babble: float = 0.0
    """Seconds with other voices behind the lesson."""
    in_babble: int = 0
    """Wait times 1 told there ..."""
    sure_and_wrong: int = 0
    """... and of those the ones that are not there, with `SURE` or more."""

    def __add__(self, other: Events) -> Events:
        return Events(
            self.hours + other.hours,
            _added(self.counts, other.counts),
            _added(self.by_kind, other.by_kind),
            self.lengths + other.lengths,
            self.gaps + other.gaps,
            self.lengths_2 + other.lengths_2,
            self.gaps_2 + other.gaps_2,
            self.outcomes + other.outcomes,
            self.conf + other.conf,
            self.babble + other.babble,
            self.in_babble + other.in_babble,
            self.sure_and_wrong + other.sure_and_wrong,
        )

    @property
    def errors(self) -> tuple[float, ...]:
        """Length told less true length of each found wait time 1."""
        return tuple(told - true for true, told in self.lengths)

    @property
    def false_per_hour(self) -> float:
        """Told waits that are none, in an hour of lesson."""
        usual = self.counts.get(USUAL, Counts())
        return (usual.told - usual.found) / self.hours if self.hours else 0.0


def score_events(
    truth: Sequence[Event], told: Sequence[Event], duration: float, babble: Sequence[tuple[float, float]] = ()
) -> Events:
    """Compare the waits of one lesson of `duration` seconds; `babble`: where other voices were behind it."""
    true_1, told_1 = _of(truth, FIRST), _of(told, FIRST)
    pairs = {tolerance: _pairs(true_1, told_1, tolerance) for tolerance in TOLERANCES}
    found = dict(pairs[USUAL])
    true_2, told_2 = _of(truth, SECOND), _of(told, SECOND)
    replied = dict(_pairs(true_2, told_2, USUAL))
    behind = [at for at, event in enumerate(told_1) if _lies_in(event, babble)]
    kinds = sorted({event.kind for event in (*truth, *told)})
    return Events(
        hours=duration / 3600,
        counts={at: Counts(len(true_1), len(told_1), len(both)) for at, both in pairs.items()},
        by_kind={kind: _count(_of(truth, (kind,)), _of(told, (kind,))) for kind in kinds},
        lengths=_lengths(true_1, told_1, found),
        gaps=tuple(gap for event, gap in zip(true_1, _gaps(true_1, told_1, found), strict=True) if event.kind == "SR"),
        lengths_2=_lengths(true_2, told_2, replied),
        gaps_2=_gaps(true_2, told_2, replied),
        outcomes=_outcomes(true_1, told_1),
        conf=tuple((event.conf, at in found.values()) for at, event in enumerate(told_1) if event.conf is not None),
        babble=sum(end - start for start, end in babble),
        in_babble=len(behind),
        sure_and_wrong=sum((told_1[at].conf or 0.0) >= SURE for at in behind if at not in found.values()),
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


def _lengths(truth: Sequence[Event], told: Sequence[Event], found: Mapping[int, int]) -> Pairs:
    return tuple((truth[t].length, told[at].length) for t, at in found.items())


def _gaps(truth: Sequence[Event], told: Sequence[Event], found: Mapping[int, int]) -> tuple[float, ...]:
    return tuple(abs(told[found[t]].length - event.length) if t in found else math.inf for t, event in enumerate(truth))


def _lies_in(event: Event, spans: Sequence[tuple[float, float]]) -> bool:
    return any(start < event.start + event.length and event.start < end for start, end in spans)


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
