"""The lesson in numbers: medians and quartiles, shares with their denominators, and how sure we are.

::

    offered waits      |.:::|::::|::..|....      .    .
                            Q1   median Q3            log-normal: never a mean
    a line at 3.0 s          no |borderline| yes      2.75 to 3.25 s is neither

The 95 % interval of a median comes from the bootstrap (Efron 1979): draw as many events from the events, with a
fixed seed so that a lesson always gives the same interval. Under ten events there is no median at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analytics.thresholds import Thresholds
from analytics.turns import PUPILS
from lesson.talk import (
    Interval,
    IntervalKind,
    Outcome,
    Phase,
    PhaseSpan,
    Role,
    State,
    Summary,
    TalkRatio,
    Turn,
    WaitSummary,
    WaitTime,
)

_DRAWS = 1000
_SEED = 20_261_117
WAITS = frozenset({Outcome.ANSWERED, Outcome.CHORAL, Outcome.REASKED, Outcome.CONTINUED, Outcome.NAMED})
"""Outcomes whose silence is a wait. An overlap has none, and work time is set, not waited."""


def summarise(
    waits: Sequence[WaitTime],
    intervals: Sequence[Interval],
    states: Sequence[State],
    phases: Sequence[PhaseSpan],
    turns: Sequence[Turn],
    *,
    thresholds: Thresholds,
) -> Summary:
    """Put a lesson's numbers together."""
    first = [wait for wait in waits if wait.outcome in WAITS and wait.phase is Phase.WHOLE_CLASS]
    second = [
        interval
        for interval in intervals
        if interval.kind is IntervalKind.TR
        and interval.phase is Phase.WHOLE_CLASS
        and interval.offered_wait >= thresholds.min_silence
    ]
    sides = [Role.PUPIL if turn.role in PUPILS else turn.role for turn in turns]
    return Summary(
        waits=wait_summary([wait.offered_wait for wait in first if wait.usable], len(first), thresholds),
        waits2=wait_summary([wait.offered_wait for wait in second if wait.usable], len(second), thresholds),
        talk=talk_ratio(states, phases),
        outcomes={str(key): count for key, count in sorted(Counter(wait.outcome for wait in waits).items())},
        handovers=sum({one, two} == {Role.TEACHER, Role.PUPIL} for one, two in pairwise(sides)),
    )


def wait_summary(seconds: Sequence[float], n_all: int, thresholds: Thresholds) -> WaitSummary:
    """Median, quartiles and shares of usable waits; `n_all` counts the unusable ones, too."""
    criterion, goal, guard = thresholds.criterion_wait, thresholds.goal_wait, thresholds.guard
    coverage = len(seconds) / n_all if n_all else 0.0
    if len(seconds) < thresholds.min_events_for_summary:
        return WaitSummary(
            len(seconds), n_all, coverage, None, None, None, None, None, criterion, None, None, goal, None, None
        )
    values = np.asarray(seconds, dtype=np.float64)
    drawn = np.random.default_rng(_SEED).choice(values, (_DRAWS, values.size))
    low, high = np.percentile(np.median(drawn, axis=1), [2.5, 97.5])
    lower, median, upper = np.percentile(values, [25, 50, 75])
    return WaitSummary(
        n=len(seconds),
        n_all=n_all,
        coverage=coverage,
        median=float(median),
        quartile_low=float(lower),
        quartile_high=float(upper),
        median_low=float(low),
        median_high=float(high),
        criterion=criterion,
        reached_criterion=float(np.mean(values >= criterion + guard)),
        borderline_criterion=float(np.mean(np.abs(values - criterion) < guard)),
        goal=goal,
        reached_goal=float(np.mean(values >= goal + guard)),
        borderline_goal=float(np.mean(np.abs(values - goal) < guard)),
    )


def talk_ratio(states: Sequence[State], phases: Sequence[PhaseSpan]) -> TalkRatio:
    """Shares of the lesson; together with `teacher_share_of_lesson` they add up to 1. All 0 for an empty lesson.

    Silence in silent work is work, so it counts there. In an overlap both speak: it counts twice in the share of
    talk and once, as overlap, in the shares of the lesson.
    """
    lesson = sum(state.end - state.start for state in states)
    time = dict.fromkeys(Role, 0.0)
    silent_work = 0.0
    spans = [span for span in phases if span.phase is Phase.SILENT_WORK]
    for state in states:
        length = state.end - state.start
        role = Role.SILENCE if state.role is Role.NOISE else state.role
        if role is Role.SILENCE:
            worked = sum(max(0.0, min(span.end, state.end) - max(span.start, state.start)) for span in spans)
            silent_work += worked
            length -= worked
        time[role] += length
    overlap = time[Role.OVERLAP]
    teacher, pupils = time[Role.TEACHER] + overlap, time[Role.PUPIL] + time[Role.CHORAL] + overlap
    share = {role: seconds / lesson if lesson else 0.0 for role, seconds in time.items()}
    return TalkRatio(
        teacher_share_of_talk=teacher / (teacher + pupils) if teacher + pupils else None,
        teacher_share_of_lesson=share[Role.TEACHER],
        pupil_share_of_lesson=share[Role.PUPIL] + share[Role.CHORAL],
        overlap_share=share[Role.OVERLAP],
        silence_share=share[Role.SILENCE],
        group_share=share[Role.GROUP],
        silent_work_share=silent_work / lesson if lesson else 0.0,
        av_share=share[Role.AV],
        unknown_share=share[Role.UNKNOWN],
    )
