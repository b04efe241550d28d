"""All that is scored of one way to hear: of a lesson, or of many put together.

::

    lesson 1  Score --.
    lesson 2  Score --+-- sum --> Score --figures--> {"f1_0.25": 0.88, "identification_error": 0.11, ...}
    lesson 3  Score --'           counts, seconds, errors: a ratio is only made of the sum
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from waitwise.evaluate.calibration import calibration_error
from waitwise.evaluate.events import TOLERANCES, USUAL, Counts, Events, percentile, score_events
from waitwise.evaluate.lessons import Truth
from waitwise.evaluate.phases import Phases, score_phases
from waitwise.evaluate.roles import Roles, score_roles
from waitwise.evaluate.told import Told


@dataclass(frozen=True, slots=True)
class Score:
    """Counts, seconds and errors of one or several lessons."""

    events: Events = field(default_factory=Events)
    roles: Roles = field(default_factory=Roles)
    phases: Phases = field(default_factory=Phases)
    usable: int = 0
    all_waits: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.events + other.events,
            self.roles + other.roles,
            self.phases + other.phases,
            self.usable + other.usable,
            self.all_waits + other.all_waits,
        )


def score(truth: Truth, told: Told) -> Score:
    """Compare what was told of a lesson with its truth."""
    return Score(
        score_events(truth.waits, told.waits, truth.duration),
        score_roles(truth, told),
        score_phases(truth, told),
        told.usable,
        told.all_waits,
    )


def pooled(scores: Iterable[Score]) -> Score:
    """All lessons as one."""
    return sum(scores, start=Score())


def figures(one: Score) -> dict[str, Any]:
    """Every figure of the report. Seconds, shares of 1, counts; None: there is nothing to measure; infinite: missed."""
    events, roles, usual = one.events, one.roles, one.events.counts.get(USUAL, Counts())
    off = [abs(error) for error in events.errors]
    shares = [abs(error) for error in roles.share_errors]
    return {
        "true": usual.true,
        "told": usual.told,
        "found": usual.found,
        "precision": usual.precision,
        "recall": usual.recall,
        **{f"f1_{tolerance}": events.counts.get(tolerance, Counts()).f1 for tolerance in TOLERANCES},
        "false_per_hour": events.false_per_hour,
        "bias_s": fmean(events.errors) if events.errors else None,
        "error_median_s": percentile(off, 50),
        "error_p90_s": percentile(off, 90),
        "gap_error_median_s": percentile(events.gaps, 50),
        "gap_error_p90_s": percentile(events.gaps, 90),
        "gaps_missed": sum(math.isinf(gap) for gap in events.gaps),
        "gaps": len(events.gaps),
        "lesson_median_error_s": _mean(events.median_errors),
        "lesson_median_error_worst_s": max(events.median_errors, default=None),
        "identification_error": roles.identification_error,
        "missed_talk": _share(roles.missed, roles.talk),
        "false_talk": _share(roles.false, roles.talk),
        "confused_talk": _share(roles.confused, roles.talk),
        "jaccard_error": roles.jaccard_error,
        "teacher_share_error": _mean(shares),
        "teacher_share_error_worst": max(shares, default=None),
        "group_frame_error": one.phases.frame_error,
        "group_minutes_true": one.phases.true / 60,
        "group_minutes_told": one.phases.told / 60,
        "coverage": _share(one.usable, one.all_waits),
        "conf_calibration_error": calibration_error(events.conf),
        "conf_n": len(events.conf),
        "p_role_calibration_error": calibration_error(roles.p_role),
        "p_role_n": len(roles.p_role),
        "kinds": {kind: _kind(counts) for kind, counts in sorted(events.by_kind.items())},
        "outcomes": [{"true": true, "told": told, "n": n} for (true, told), n in sorted(events.outcomes.items())],
    }


def _kind(counts: Counts) -> dict[str, Any]:
    return {"true": counts.true, "told": counts.told, "found": counts.found, "f1": counts.f1}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean(values: Iterable[float]) -> float | None:
    row = list(values)
    return fmean(row) if row else None
