"""Hear every lesson of a folder, ours and the simple ways, and score them.

::

    for each lesson    analyse (as `waitwise analyse` does) -> Told -> Score
                       each baseline                        -> Told -> Score
    then               pooled, by kind of lesson, intervals by paired bootstrap over lessons

Deterministic: the same sound and truth give the same object, byte for byte. There is no time of day in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.account import VERSION as ANALYTICS
from analytics.thresholds import Thresholds
from lesson.version import VERSION
from waitwise.analyse import analyse
from waitwise.evaluate.baselines import BASELINES, baselines
from waitwise.evaluate.events import f1_interval
from waitwise.evaluate.lessons import LabelledLesson, enrolment_of, find_lessons
from waitwise.evaluate.score import Score, figures, pooled, score
from waitwise.evaluate.slices import slices_of
from waitwise.evaluate.told import told_by

OURS = "waitwise"
WITH_HER_VOICE = "waitwise, her voice known"


@dataclass(frozen=True, slots=True)
class Scored:
    """One lesson, heard in every way."""

    lesson: LabelledLesson
    ways: dict[str, Score]
    """By `ways_of`."""
    warnings: tuple[str, ...] = ()


def evaluate(
    folder: Path, on_progress: Callable[[float, float | None], None], *, teacher_voice: bool = False
) -> list[Scored]:
    """Score every lesson of a folder. `on_progress` is told seconds of lesson heard, and of how many.

    With `teacher_voice` each lesson is also heard knowing its teacher's voice from NAME.enrol.flac.

    Raises:
        TruthError: the folder or a truth in it is not what it should be; nothing has been heard yet.
        FileUnreadableError: there is no sound in a file (`capture`).
    """
    lessons = find_lessons(folder)
    whole = sum(lesson.truth.duration for lesson in lessons)
    scored, before = [], 0.0
    for lesson in lessons:
        scored.append(_scored(lesson, _progress(on_progress, before, whole), teacher_voice=teacher_voice))
        before += lesson.truth.duration
        on_progress(before, whole)
    return scored


def report(scored: Sequence[Scored]) -> dict[str, Any]:
    """Everything as one object for programs. A number that is infinite (a missed answer) is the text "infinite"."""
    ways = ways_of(scored)
    sums = {way: pooled(one.ways[way] for one in scored) for way in ways}
    found: dict[str, Any] = {
        "version": VERSION,
        "analytics": ANALYTICS,
        "config_hash": Thresholds().config_hash,
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
        "pooled": {way: {**figures(sums[way]), "intervals_95": _intervals(scored, way)} for way in ways},
        "slices": [
            {"slice": name, "lessons": len(some), "ways": {way: figures(_sum(some, way)) for way in ways}}
            for name, some in by_slice(scored).items()
        ],
    }
    finite: dict[str, Any] = _finite(found)
    return finite


def ways_of(scored: Sequence[Scored]) -> tuple[str, ...]:
    """Ours first, then what stands beside it."""
    return tuple(scored[0].ways) if scored else (OURS, *BASELINES)


def by_slice(scored: Sequence[Scored]) -> dict[str, list[Scored]]:
    """Lessons of each kind, kinds sorted by name."""
    found: dict[str, list[Scored]] = {}
    for one in scored:
        for name in slices_of(one.lesson.truth.slices):
            found.setdefault(name, []).append(one)
    return dict(sorted(found.items()))


def _scored(lesson: LabelledLesson, tell: Callable[[float], None], *, teacher_voice: bool) -> Scored:
    heard = analyse(lesson.sound, on_progress=lambda done, _all: tell(done / 2))
    ours = told_by(heard.account)
    half = lesson.truth.duration / 2
    beside = baselines(lesson.sound, lesson.truth, ours, Thresholds(), lambda done: tell(half + done / 2))
    known = {}
    if teacher_voice:
        known[WITH_HER_VOICE] = told_by(analyse(lesson.sound, enrolment_of(lesson.sound)).account)
    ways = {name: score(lesson.truth, told) for name, told in {OURS: ours, **known, **beside}.items()}
    warnings = list(heard.warnings)
    if abs(heard.account.duration - lesson.truth.duration) > 1.0:
        warnings.append(
            f"The sound is {heard.account.duration:.1f} s long, its truth {lesson.truth.duration:.1f} s: "
            "they may not belong together."
        )
    return Scored(lesson, ways, tuple(warnings))


def _progress(
    on_progress: Callable[[float, float | None], None], before: float, whole: float
) -> Callable[[float], None]:
    return lambda done: on_progress(before + done, whole)


def _sum(scored: Sequence[Scored], way: str) -> Score:
    return pooled(one.ways[way] for one in scored)


def _intervals(scored: Sequence[Scored], way: str) -> dict[str, list[float]]:
    """Of F1, and of how much ours is above this way. Empty for a single lesson."""
    ours, beside = ([one.ways[name].events for one in scored] for name in (OURS, way))
    drawn = f1_interval(ours, beside)
    if not drawn:
        return {}
    return {"f1": drawn["f1_beside"]} if way == OURS else {"f1": drawn["f1_beside"], "ours_above": drawn["f1_above"]}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float):
        return "infinite" if math.isinf(value) else round(value, 6)
    return value
