"""What a coach reads of a whole lesson, beside what she should have read: one pair a lesson and number.

::

    lesson 1   median wait   true 1.4 s   said 1.5 s        a mean distance, the worst, and over lessons r and ICC
               waits >= 3 s       12 %         9 %

Waits less than 15 s apart are one chain: she asks, waits, asks again. A chain that ends without a pupil's answer is
censored: how long an answer would have taken is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from analytics.summary import talk_ratio
from analytics.thresholds import Thresholds
from waitwise.evaluate.agreement import Pairs, icc_agreement, mean_error, pearson, worst_error
from waitwise.evaluate.lessons import FIRST, Event, Truth
from waitwise.evaluate.told import Told


@dataclass(frozen=True, slots=True)
class Reading:
    """Pairs (true, said), one a lesson in which there is something to read."""

    medians: Pairs = ()
    """Of wait time 1. Said is infinite where no wait was told."""
    medians_2: Pairs = ()
    """Of wait time 2, the teacher's."""
    at_criterion: Pairs = ()
    """Share of waits of 3 s and more."""
    at_goal: Pairs = ()
    """Share of waits of the goal, 5 s, and more."""
    censored: Pairs = ()
    """Share of questions that no pupil answered."""
    teacher_share: Pairs = ()
    """Of all talk."""

    def __add__(self, other: Reading) -> Reading:
        return Reading(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def figures(self) -> dict[str, Any]:
        """By name, for the report."""
        return {
            "lesson_median_error_s": mean_error(self.medians),
            "lesson_median_error_worst_s": worst_error(self.medians),
            "lesson_median_r": pearson(self.medians),
            "lesson_median_icc": icc_agreement(self.medians),
            "wait2_median_error_s": mean_error(self.medians_2),
            "criterion_share_error": mean_error(self.at_criterion),
            "criterion_share_error_worst": worst_error(self.at_criterion),
            "goal_share_error": mean_error(self.at_goal),
            "censored_share_error": mean_error(self.censored),
            "censored_true": _mean_of(self.censored, 0),
            "censored_said": _mean_of(self.censored, 1),
            "teacher_share_r": pearson(self.teacher_share),
            "teacher_share_icc": icc_agreement(self.teacher_share),
        }


def read(truth: Truth, told: Told) -> Reading:
    """Read one lesson on both sides."""
    limits = Thresholds()
    first = tuple([one for one in waits if one.kind in FIRST] for waits in (truth.waits, told.waits))
    second = tuple([one for one in waits if one.kind == "TR"] for waits in (truth.waits, told.waits))
    ratios = [talk_ratio(one.states, one.phases).teacher_share_of_talk for one in (truth, told)]
    return Reading(
        medians=_pair(*(_median(waits) for waits in first)),
        medians_2=_pair(*(_median(waits) for waits in second)),
        at_criterion=_pair(*(_share(waits, limits.criterion_wait) for waits in first)),
        at_goal=_pair(*(_share(waits, limits.goal_wait) for waits in first)),
        censored=_pair(*(censored_share(waits, limits.chain_gap) for waits in first)),
        # Somebody talked and nobody was heard: a share of nothing is 0.
        teacher_share=() if ratios[0] is None else ((ratios[0], ratios[1] or 0.0),),
    )


def censored_share(waits: Sequence[Event], chain_gap: float) -> float | None:
    """Share of chains of wait time 1 that end without a pupil's answer. None: there is no chain.

    >>> asked, answered = Event("SI", 10, 1, "continued"), Event("SR", 14, 2, "answered")
    >>> censored_share([asked, answered, Event("SI", 60, 1, "continued")], 15.0)
    0.5
    """
    ordered = sorted(waits, key=lambda wait: wait.start)
    ends: list[Event] = []
    for wait in ordered:
        goes_on = ends and ends[-1].kind == "SI" and wait.start - (ends[-1].start + ends[-1].length) < chain_gap
        if goes_on:
            ends[-1] = wait
        else:
            ends.append(wait)
    return sum(wait.kind == "SI" for wait in ends) / len(ends) if ends else None


def _pair(true: float | None, said: float | None) -> Pairs:
    """Nothing to read in truth: no pair. Nothing said where there was something: as wrong as can be."""
    return () if true is None else ((true, math.inf if said is None else said),)


def _median(waits: Sequence[Event]) -> float | None:
    return float(np.median([wait.length for wait in waits])) if waits else None


def _share(waits: Sequence[Event], line: float) -> float | None:
    return sum(wait.length >= line for wait in waits) / len(waits) if waits else None


def _mean_of(pairs: Pairs, side: int) -> float | None:
    values = [pair[side] for pair in pairs]
    return sum(values) / len(values) if values else None
