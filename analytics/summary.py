"""The lesson in numbers: medians and quartiles, shares with their denominators, and how sure we are.

::

    offered waits      |.:::|::::|::..|....      .    .
                            Q1   median Q3            log-normal: never a mean
    a line at 3.0 s          no |borderline| yes      2.75 to 3.25 s is neither

How far a median or a share may be off comes from `resample.py`, what it rests on from `evidence.py`. Under ten events
there is no median at all, and the reason is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analytics import evidence
from analytics.evidence import Signal, certainty, signal_of
from analytics.resample import FEWEST_ROUNDS, median_range, rounds, share_range
from analytics.thresholds import Thresholds
from analytics.turns import PUPILS
from lesson.evidence import Reach, RoleCertainty
from lesson.talk import (
    Interval,
    IntervalKind,
    Outcome,
    Phase,
    PhaseSpan,
    PoorSound,
    Role,
    State,
    Summary,
    TalkRatio,
    Turn,
    WaitSummary,
    WaitTime,
)

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
    poor: Sequence[PoorSound] = (),
    roles: RoleCertainty | None = None,
) -> Summary:
    """Put a lesson's numbers together. `roles`: how sure who spoke is, over all talk."""
    asked = [wait for wait in waits if not is_no_question(wait)]
    first = [wait for wait in asked if wait.outcome in WAITS and wait.phase is Phase.WHOLE_CLASS]
    second = [
        interval
        for interval in intervals
        if interval.kind is IntervalKind.TR
        and interval.phase is Phase.WHOLE_CLASS
        and interval.offered_wait >= thresholds.min_silence
    ]
    sides = [Role.PUPIL if turn.role in PUPILS else turn.role for turn in turns]
    signal = signal_of(states, phases, poor)
    return Summary(
        waits=_summary_of(first, thresholds, signal),
        waits2=_summary_of(second, thresholds, signal),
        talk=talk_ratio(states, phases, roles, signal),
        outcomes={str(key): count for key, count in sorted(Counter(wait.outcome for wait in asked).items())},
        handovers=sum({one, two} == {Role.TEACHER, Role.PUPIL} for one, two in pairwise(sides)),
    )


def is_no_question(wait: WaitTime) -> bool:
    """Whether a person said that nothing was asked: the silence stays, and is no wait."""
    return wait.human is not None and wait.human.is_question is False


def _summary_of(waits: Sequence[WaitTime] | Sequence[Interval], thresholds: Thresholds, signal: Signal) -> WaitSummary:
    used = [wait for wait in waits if wait.usable]
    roles = certainty([wait.p_role for wait in used], None, thresholds)
    return wait_summary([wait.offered_wait for wait in used], len(waits), thresholds, roles, signal)


def wait_summary(
    seconds: Sequence[float],
    n_all: int,
    thresholds: Thresholds,
    roles: RoleCertainty | None = None,
    signal: Signal | None = None,
) -> WaitSummary:
    """Median, quartiles and shares of usable waits; `n_all` counts the unusable ones, too."""
    n = len(seconds)
    criterion = _reach(seconds, thresholds.criterion_wait, thresholds.guard)
    goal = _reach(seconds, thresholds.goal_wait, thresholds.guard)
    is_told = n >= thresholds.min_events_for_summary
    values = np.asarray(seconds, dtype=np.float64)
    lower, median, upper = np.percentile(values, [25, 50, 75]).tolist() if is_told else (None, None, None)
    low_high = median_range(values) if is_told else None
    return WaitSummary(
        n=n,
        n_all=n_all,
        coverage=n / n_all if n_all else 0.0,
        median=median,
        quartile_low=lower,
        quartile_high=upper,
        median_low=low_high[0] if low_high else None,
        median_high=low_high[1] if low_high else None,
        criterion=thresholds.criterion_wait,
        reached_criterion=criterion.yes / n if is_told else None,
        borderline_criterion=criterion.borderline / n if is_told else None,
        goal=thresholds.goal_wait,
        reached_goal=goal.yes / n if is_told else None,
        borderline_goal=goal.borderline / n if is_told else None,
        criterion_counts=criterion,
        goal_counts=goal,
        roles=roles,
        evidence=evidence.of_waits(n, n_all, low_high, roles, signal, thresholds),
    )


def _reach(seconds: Sequence[float], line: float, guard: float) -> Reach:
    # A difference of two decimals in binary: 5.25 - 5 must count as inside, as it does on the page.
    borderline = sum(abs(value - line) <= guard + 1e-9 for value in seconds)
    yes = sum(value > line + guard + 1e-9 for value in seconds)
    return Reach(yes, borderline, len(seconds) - yes - borderline)


_SIDES = {
    "teacher": frozenset({Role.TEACHER, Role.OVERLAP}),
    "pupils": PUPILS | {Role.OVERLAP},
    "teacher alone": frozenset({Role.TEACHER}),
    "pupils alone": PUPILS,
}


def talk_ratio(
    states: Sequence[State],
    phases: Sequence[PhaseSpan],
    roles: RoleCertainty | None = None,
    signal: Signal | None = None,
) -> TalkRatio:
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
    piece = rounds(states, _SIDES)
    both = piece["teacher"] + piece["pupils"]
    of_talk = share_range(piece["teacher"], both)
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
        teacher_share_of_talk_range=of_talk,
        teacher_share_of_lesson_range=share_range(piece["teacher alone"], piece["lesson"]),
        pupil_share_of_lesson_range=share_range(piece["pupils alone"], piece["lesson"]),
        roles=roles,
        evidence=evidence.of_talk(
            int(np.count_nonzero(both)),
            (of_talk.low, of_talk.high) if of_talk else None,
            roles,
            signal,
            FEWEST_ROUNDS,
        ),
    )
