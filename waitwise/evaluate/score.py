"""All that is scored of one way to hear: of a lesson, or of many put together.

::

    lesson 1  Score --.
    lesson 2  Score --+-- sum --> Score --figures--> {"f1_0.25": 0.88, "identification_error": 0.11, ...}
    lesson 3  Score --'           counts, seconds, errors: a ratio is only made of the sum
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from statistics import fmean
from typing import Any

from waitwise.evaluate.agreement import limits_of_agreement
from waitwise.evaluate.calibration import calibration_error
from waitwise.evaluate.events import TOLERANCES, USUAL, Counts, Events, percentile, score_events
from waitwise.evaluate.lamp import Lamp, score_lamp
from waitwise.evaluate.lessons import Truth
from waitwise.evaluate.live import Live, LiveWait, score_live
from waitwise.evaluate.phases import Phases, score_phases
from waitwise.evaluate.questions import Questions, score_questions
from waitwise.evaluate.reading import Reading, read
from waitwise.evaluate.roles import Roles, score_roles
from waitwise.evaluate.speech import Speech, score_speech
from waitwise.evaluate.told import Told


@dataclass(frozen=True, slots=True)
class Score:
    """Counts, seconds and errors of one or several lessons."""

    events: Events = field(default_factory=Events)
    roles: Roles = field(default_factory=Roles)
    phases: Phases = field(default_factory=Phases)
    reading: Reading = field(default_factory=Reading)
    speech: Speech = field(default_factory=Speech)
    questions: Questions = field(default_factory=Questions)
    live: Live = field(default_factory=Live)
    """Of a way that tells nothing live: empty."""
    lamp: Lamp = field(default_factory=Lamp)
    usable: int = 0
    all_waits: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def score(
    truth: Truth, told: Told, live: Sequence[LiveWait] | None = None, lit: Sequence[float] | None = None
) -> Score:
    """Compare what was told of a lesson with its truth."""
    return Score(
        score_events(truth.waits, told.waits, truth.duration, truth.babble),
        score_roles(truth, told),
        score_phases(truth, told),
        read(truth, told),
        score_speech(truth.states, told.states, truth.duration),
        score_questions(truth, told),
        Live() if live is None else score_live(truth, live),
        Lamp() if lit is None else score_lamp(truth, lit),
        told.usable,
        told.all_waits,
    )


def pooled(scores: Iterable[Score]) -> Score:
    """All lessons as one."""
    return sum(scores, start=Score())


def figures(one: Score) -> dict[str, Any]:
    """Every figure of the report. Seconds, shares of 1, counts; None: there is nothing to measure; infinite: missed."""
    return {
        **_waits(one),
        **one.reading.figures,
        **one.speech.figures,
        **_who(one.roles),
        "group_frame_error": one.phases.frame_error,
        "group_minutes_true": one.phases.true / 60,
        "group_minutes_told": one.phases.told / 60,
        **one.live.figures,
        **one.lamp.figures,
        **one.questions.figures,
        "kinds": {kind: _kind(counts) for kind, counts in sorted(one.events.by_kind.items())},
        "outcomes": [{"true": true, "told": told, "n": n} for (true, told), n in sorted(one.events.outcomes.items())],
    }


def _waits(one: Score) -> dict[str, Any]:
    events, usual = one.events, one.events.counts.get(USUAL, Counts())
    off = [abs(error) for error in events.errors]
    return {
        "true": usual.true,
        "told": usual.told,
        "found": usual.found,
        "precision": usual.precision,
        "recall": usual.recall,
        **{f"f1_{tolerance}": events.counts.get(tolerance, Counts()).f1 for tolerance in TOLERANCES},
        "false_per_hour": events.false_per_hour,
        "bias_s": fmean(events.errors) if events.errors else None,
        "limits_s": limits_of_agreement(events.lengths),
        "error_median_s": percentile(off, 50),
        "error_p90_s": percentile(off, 90),
        "gap_error_median_s": percentile(events.gaps, 50),
        "gap_error_p90_s": percentile(events.gaps, 90),
        "gaps_missed": sum(math.isinf(gap) for gap in events.gaps),
        "gaps": len(events.gaps),
        "wait2_bias_s": fmean(told - true for true, told in events.lengths_2) if events.lengths_2 else None,
        "wait2_limits_s": limits_of_agreement(events.lengths_2),
        "wait2_error_median_s": percentile(events.gaps_2, 50),
        "wait2_error_p90_s": percentile(events.gaps_2, 90),
        "wait2_missed": sum(math.isinf(gap) for gap in events.gaps_2),
        "wait2": len(events.gaps_2),
        "coverage": _share(one.usable, one.all_waits),
        "babble_s": events.babble,
        "in_babble": events.in_babble,
        "sure_and_wrong_in_babble": events.sure_and_wrong,
        "conf_calibration_error": calibration_error(events.conf),
        "conf_n": len(events.conf),
    }


def _who(roles: Roles) -> dict[str, Any]:
    shares = [abs(error) for error in roles.share_errors]
    return {
        "identification_error": roles.identification_error,
        "missed_talk": _share(roles.missed, roles.talk),
        "false_talk": _share(roles.false, roles.talk),
        "confused_talk": _share(roles.confused, roles.talk),
        "jaccard_error": roles.jaccard_error,
        "teacher_share_error": fmean(shares) if shares else None,
        "teacher_share_error_worst": max(shares, default=None),
        "p_role_calibration_error": calibration_error(roles.p_role),
        "p_role_n": len(roles.p_role),
    }


def _kind(counts: Counts) -> dict[str, Any]:
    return {"true": counts.true, "told": counts.told, "found": counts.found, "f1": counts.f1}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
