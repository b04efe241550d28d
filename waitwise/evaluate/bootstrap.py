"""How much a figure would change with other lessons: 95 % intervals by paired bootstrap over lessons (Efron 1979).

::

    lessons   1 2 3 4 5 6          drawn   3 3 1 6 2 5     2 1 1 4 6 6     ...  2,000 times, with replacement
    figure    0.88                         0.86            0.91                 2.5 % and 97.5 % of these

Both sides of a comparison draw the same lessons. Lessons are drawn, not waits: waits of one lesson are alike. The seed
is fixed, so the same lessons give the same intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from waitwise.evaluate.agreement import Pairs
from waitwise.evaluate.events import USUAL
from waitwise.evaluate.score import Score

DRAWS = 2000
SEED = 20_261_122

Draws = npt.NDArray[np.int64]
Drawn = npt.NDArray[np.float64]


def intervals(lessons: Sequence[Score], beside: Sequence[Score] | None = None) -> dict[str, dict[str, list[float]]]:
    """95 % intervals of the main figures, and of how far they are above those `beside`.

    Empty for fewer than two lessons: one lesson says nothing about how lessons differ.
    """
    if len(lessons) < 2:
        return {}
    draws = np.random.default_rng(SEED).integers(0, len(lessons), size=(DRAWS, len(lessons)))
    found = {}
    for name, drawn in MAIN.items():
        values = drawn(lessons, draws)
        if np.isnan(values).all():
            continue
        found[name] = {"of": _middle(values)}
        if beside is not None:
            with np.errstate(invalid="ignore"):
                above = values - drawn(beside, draws)
            # Infinite on both sides, or nothing on one, is no difference that could be told.
            if not np.isnan(above).any():
                found[name]["above"] = _middle(above)
    return found


def _middle(values: Drawn) -> list[float]:
    """Of what was drawn, no value in between: an infinite one stays infinite."""
    known = values[~np.isnan(values)]
    return [float(value) for value in np.percentile(known, [2.5, 97.5], method="inverted_cdf")]


def _ratio(
    part: Callable[[Score], float], whole: Callable[[Score], float]
) -> Callable[[Sequence[Score], Draws], Drawn]:
    def drawn(lessons: Sequence[Score], draws: Draws) -> Drawn:
        above = np.array([part(one) for one in lessons], dtype=np.float64)[draws].sum(axis=1)
        below = np.array([whole(one) for one in lessons], dtype=np.float64)[draws].sum(axis=1)
        return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)

    return drawn


def _percentile(
    values: Callable[[Score], Sequence[float]], percent: float
) -> Callable[[Sequence[Score], Draws], Drawn]:
    def drawn(lessons: Sequence[Score], draws: Draws) -> Drawn:
        each = [np.array(values(one), dtype=np.float64) for one in lessons]
        return np.array([_next_up(np.concatenate([each[at] for at in draw]), percent) for draw in draws])

    return drawn


def _next_up(values: Drawn, percent: float) -> float:
    at = max(0, math.ceil(percent / 100 * values.size) - 1)
    return float(np.partition(values, at)[at]) if values.size else math.nan


def _mean_distance(pairs: Callable[[Score], Pairs]) -> Callable[[Sequence[Score], Draws], Drawn]:
    return _ratio(lambda one: sum(abs(said - true) for true, said in pairs(one)), lambda one: len(pairs(one)))


def _wrong(one: Score) -> float:
    return one.roles.missed + one.roles.false + one.roles.confused


MAIN: dict[str, Callable[[Sequence[Score], Draws], Drawn]] = {
    f"f1_{USUAL}": _ratio(
        lambda one: 2 * one.events.counts[USUAL].found,
        lambda one: one.events.counts[USUAL].told + one.events.counts[USUAL].true,
    ),
    "false_per_hour": _ratio(
        lambda one: one.events.counts[USUAL].told - one.events.counts[USUAL].found, lambda one: one.events.hours
    ),
    "gap_error_median_s": _percentile(lambda one: one.events.gaps, 50),
    "gap_error_p90_s": _percentile(lambda one: one.events.gaps, 90),
    "lesson_median_error_s": _mean_distance(lambda one: one.reading.medians),
    "teacher_share_error": _mean_distance(lambda one: one.reading.teacher_share),
    "identification_error": _ratio(_wrong, lambda one: one.roles.talk),
    "detection_error": _ratio(lambda one: one.speech.missed + one.speech.false, lambda one: one.speech.speech),
    "group_frame_error": _ratio(lambda one: one.phases.wrong, lambda one: one.phases.lesson),
    "coverage": _ratio(lambda one: one.usable, lambda one: one.all_waits),
}
"""Figures with an interval, and how each is made of drawn lessons."""
