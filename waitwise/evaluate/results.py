"""Everything that was found as one object: for programs, for the tables, and kept beside the page of figures.

::

    Evaluation --results--> {"analytics", "config_hash", "lessons", "pooled", "slices", "targets", "drawn", "clips"}

A number that is infinite (a missed answer) is the text "infinite". The object names no folder and has no time of day,
so that the same sound and truth give the same bytes wherever they lie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from analytics.account import VERSION as ANALYTICS
from analytics.thresholds import Thresholds
from lesson.version import VERSION
from waitwise.evaluate.bootstrap import intervals
from waitwise.evaluate.calibration import reliability
from waitwise.evaluate.clips import ClipScore, ScoredClip
from waitwise.evaluate.run import Evaluation, Scored
from waitwise.evaluate.score import Score, figures, pooled
from waitwise.evaluate.slices import slices_of
from waitwise.evaluate.targets import targets
from waitwise.evaluate.told import OURS


def results(evaluation: Evaluation) -> dict[str, Any]:
    """Return the object."""
    found: dict[str, Any] = {
        "version": VERSION,
        "analytics": ANALYTICS,
        "config_hash": Thresholds().config_hash,
        "ways": list(evaluation.ways),
        "left_out": evaluation.left_out,
    }
    if evaluation.lessons:
        found |= _lessons(evaluation)
    if evaluation.clips:
        found |= _clips(evaluation.clips)
    finite: dict[str, Any] = _finite(found)
    if evaluation.lessons:
        finite["targets"] = targets(finite)
    return finite


def by_slice(scored: Sequence[Scored]) -> dict[str, list[Scored]]:
    """Lessons of each kind, kinds sorted by name."""
    found: dict[str, list[Scored]] = {}
    for one in scored:
        for name in slices_of(one.lesson.truth.slices):
            found.setdefault(name, []).append(one)
    return dict(sorted(found.items()))


def _lessons(evaluation: Evaluation) -> dict[str, Any]:
    scored, ways = evaluation.lessons, evaluation.ways
    sums = {way: _sum(scored, way) for way in ways}
    ours = [one.ways[OURS] for one in scored]
    return {
        "lessons": [
            {
                "name": one.lesson.name,
                "truth_sha256": one.lesson.truth_sha256,
                "duration_s": one.lesson.truth.duration,
                "slices": slices_of(one.lesson.truth.slices),
                "warnings": list(one.warnings),
                "ways": {way: figures(one.ways[way]) for way in ways},
            }
            for one in scored
        ],
        "pooled": {way: {**figures(sums[way]), "intervals_95": _intervals(scored, way, ours)} for way in ways},
        "slices": [
            {"slice": name, "lessons": len(some), "ways": {OURS: figures(_sum(some, OURS))}}
            for name, some in by_slice(scored).items()
        ],
        "drawn": {
            "lengths": sums[OURS].events.lengths,
            "conf": reliability(sums[OURS].events.conf),
            "p_role": reliability(sums[OURS].roles.p_role),
            "p_q": reliability(sums[OURS].questions.said),
        },
    }


def _clips(scored: Sequence[ScoredClip]) -> dict[str, Any]:
    ways = list(scored[0].ways)
    return {
        "clips": [
            {
                "name": one.clip.name,
                "labels_sha256": one.clip.sha256,
                "duration_s": one.clip.labels.end,
                "ways": {way: one.ways[way].figures for way in ways},
                "where": one.where.figures,
            }
            for one in scored
        ],
        "clips_pooled": {way: sum((one.ways[way] for one in scored), start=ClipScore()).figures for way in ways},
    }


def _sum(scored: Sequence[Scored], way: str) -> Score:
    return pooled(one.ways[way] for one in scored)


def _intervals(scored: Sequence[Scored], way: str, ours: Sequence[Score]) -> dict[str, dict[str, list[float]]]:
    """Of the main figures, and of how much ours is above this way."""
    if way == OURS:
        return intervals(ours)
    theirs = [one.ways[way] for one in scored]
    above = intervals(ours, theirs)
    return {
        name: {**drawn, **({"ours_above": above[name]["above"]} if "above" in above.get(name, {}) else {})}
        for name, drawn in intervals(theirs).items()
    }


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float):
        return "infinite" if math.isinf(value) else round(value, 6)
    return value
