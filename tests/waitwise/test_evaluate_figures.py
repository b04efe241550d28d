"""The figures that need more than a match: agreement, what a coach reads, questions, live waits, targets, intervals.

::

    pairs (true, said)  -->  mean and worst error, Bland-Altman limits, r, ICC(A,1)
"""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.listener import LevelReading
from lesson.talk import Heard, IntervalKind, Outcome, Phase, PhaseSpan, Role, State, WaitTime
from waitwise.evaluate.agreement import icc_agreement, limits_of_agreement, mean_error, pearson, worst_error
from waitwise.evaluate.bootstrap import MAIN, intervals
from waitwise.evaluate.lamp import LampWatch, score_lamp
from waitwise.evaluate.lessons import Event, Truth
from waitwise.evaluate.live import LiveWaits, score_live
from waitwise.evaluate.questions import area, score_questions
from waitwise.evaluate.reading import censored_share, read
from waitwise.evaluate.score import Score, figures, score
from waitwise.evaluate.slices import ORDINARY
from waitwise.evaluate.targets import TARGETS, is_missed, targets
from waitwise.evaluate.told import Told

SHROUT_AND_FLEISS = [(9, 2), (6, 1), (8, 4), (7, 1), (10, 5), (6, 2)]
"""Judges 1 and 2 of the table in Shrout and Fleiss 1979."""


def truth(*waits: Event, duration: float = 360.0) -> Truth:
    return Truth(duration, (), (), waits, {})


def told(*waits: Event) -> Told:
    return Told(waits, (), (), len(waits), len(waits))


def wait(kind: str, start: float, length: float, **more: Any) -> Event:
    return Event(kind, start, length, "answered" if kind == "SR" else "continued", **more)


def test_agreement_by_hand() -> None:
    assert mean_error(SHROUT_AND_FLEISS) == pytest.approx(31 / 6)
    assert worst_error(SHROUT_AND_FLEISS) == 7
    assert pearson(SHROUT_AND_FLEISS) == pytest.approx(np.corrcoef(*zip(*SHROUT_AND_FLEISS, strict=True))[0, 1])
    # Two-way analysis of variance of the twelve numbers: rows 4.6833, columns 80.0833, rest 0.6833.
    assert icc_agreement(SHROUT_AND_FLEISS) == pytest.approx(
        (4.6833 - 0.6833) / (4.6833 + 0.6833 + (80.0833 - 0.6833) / 3), abs=1e-4
    )
    low, high = limits_of_agreement(SHROUT_AND_FLEISS) or (0, 0)
    off = [said - true for true, said in SHROUT_AND_FLEISS]
    assert (low + high) / 2 == pytest.approx(np.mean(off))
    assert (high - low) / 2 == pytest.approx(1.96 * np.std(off, ddof=1))


rows = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=12)


@given(rows)
def test_a_constant_error_hurts_the_icc_and_not_r(pairs: list[tuple[float, float]]) -> None:
    exact = [(true, true) for true, _ in pairs]
    shifted = [(true, true + 0.5) for true, _ in pairs]
    if np.std([true for true, _ in pairs]) < 1e-3:
        return

    assert icc_agreement(exact) == pytest.approx(1.0)
    assert pearson(shifted) == pytest.approx(1.0)
    assert (icc_agreement(shifted) or 0.0) < 0.95


@pytest.mark.parametrize("pairs", [[], [(1.0, 1.0)], [(1.0, 1.0), (2.0, 2.0)], [(1.0, math.inf)] * 3])
def test_too_little_has_no_r(pairs: list[tuple[float, float]]) -> None:
    assert (pearson(pairs), icc_agreement(pairs)) == (None, None)


# waits: share of questions that no pupil answered
CHAINS = {
    "answered": ([wait("SR", 10, 1)], 0.0),
    "she spoke again and that was all": ([wait("SI", 10, 1)], 1.0),
    "she spoke again, then a pupil": ([wait("SI", 10, 1), wait("SR", 15, 1)], 0.0),
    "the pupil came to another question": ([wait("SI", 10, 1), wait("SR", 26, 1)], 0.5),
    "just within 15 s": ([wait("SI", 10, 1), wait("SR", 25.9, 1)], 0.0),
    "an answer ends the chain": ([wait("SR", 10, 1), wait("SI", 12, 1)], 0.5),
}


@pytest.mark.parametrize(("waits", "share"), CHAINS.values(), ids=CHAINS)
def test_questions_that_nobody_answered(waits: list[Event], share: float) -> None:
    assert censored_share(waits, 15.0) == share


def test_what_a_coach_reads() -> None:
    """True: 1, 3 and 6 s. Told: 1 and 2.9 s, and a reply of 0.5 s told as 0.8 s."""
    lesson = truth(wait("SR", 10, 1), wait("SR", 40, 3), wait("SI", 80, 6), wait("TR", 12, 0.5))

    reading = read(lesson, told(wait("SR", 10, 1), wait("SR", 40, 2.9), wait("TR", 12, 0.8)))

    assert reading.medians == ((3.0, pytest.approx(1.95)),)
    assert reading.medians_2 == ((0.5, 0.8),)
    assert reading.at_criterion == ((pytest.approx(2 / 3), 0.0),)
    assert reading.at_goal == ((pytest.approx(1 / 3), 0.0),)
    assert reading.censored == ((pytest.approx(1 / 3), 0.0),)
    assert read(lesson, told()).medians == ((3.0, math.inf),)
    assert read(truth(), told(wait("SR", 10, 1))).medians == ()


def test_questions_are_scored_only_where_something_says_p_q() -> None:
    lesson = truth(wait("SR", 10, 1, is_question=True), wait("SI", 20, 1, is_question=False), wait("SR", 30, 1))

    found = score_questions(
        lesson, told(wait("SR", 10, 1, p_q=0.9), wait("SR", 20, 1, p_q=0.6), wait("SR", 30, 1, p_q=0.5))
    )

    assert found.said == ((0.9, True), (0.6, False))
    assert found.figures["question_auc"] == 1.0
    assert found.figures["question_f1"] == pytest.approx(2 / 3)
    assert score_questions(lesson, told(wait("SR", 10, 1))).figures["question_auc"] is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=12))
def test_the_area_turns_round_with_the_answers(said: list[tuple[float, bool]]) -> None:
    there, back = area(tuple(said)), area(tuple((p, not is_so) for p, is_so in said))

    assert (there is None) == (back is None)
    assert there is None or (0 <= there <= 1 and there + (back or 0.0) == pytest.approx(1.0))


def test_a_live_wait_counts_as_it_was_told_last_and_is_as_late_as_it_was_told_first() -> None:
    def heard(name: str, kind: IntervalKind, length: float, *, usable: bool = True) -> list[Heard]:
        outcome = Outcome.ANSWERED if kind is IntervalKind.SR else Outcome.CONTINUED
        event = WaitTime(name, "0" * 32, "1.0.0", kind, 10.0, length, None, None, None, length)
        event = dataclasses.replace(event, outcome=outcome, usable=usable)
        return [Heard(wait=event)]

    live = LiveWaits()
    live.take(13.0, heard("a", IntervalKind.SI, 2.0))
    live.take(15.0, heard("a", IntervalKind.SR, 2.1))
    live.take(16.0, heard("b", IntervalKind.SR, 2.0, usable=False))

    found = score_live(truth(wait("SR", 10, 2.0)), live.told())

    assert (found.counts.true, found.counts.told, found.counts.found) == (1, 1, 1)
    assert found.delays == (pytest.approx(1.0),)
    assert score(truth(wait("SR", 10, 2.0)), told()).live.figures["live_f1"] is None


def test_the_lamp_is_as_late_as_it_lights_and_a_silence_it_slept_through_is_infinite() -> None:
    """She speaks to 10.0 | 2.0 s, lit at 11.2 | a cough does not end it | 1.5 s, never lit | 0.6 s, lit at 21.9."""
    ends = [(0, 10, Role.TEACHER), (10, 11, Role.SILENCE), (11, 11.2, Role.NOISE), (11.2, 12, Role.SILENCE)]
    ends += [(12, 15, Role.PUPIL), (15, 16.5, Role.SILENCE), (16.5, 21, Role.TEACHER), (21, 21.6, Role.SILENCE)]
    states = tuple(State(role, start, end) for start, end, role in [*ends, (21.6, 60, Role.TEACHER)])
    lesson = Truth(60.0, states, (PhaseSpan(Phase.WHOLE_CLASS, 0, 60),), (), {})
    watch = LampWatch()
    for now, silence in ((10.9, 0.9), (11.2, 1.2), (11.3, 1.3), (12.3, 0.0), (21.9, 1.1), (22.0, 1.2), (22.2, 0.0)):
        watch.take(now, LevelReading(silence_so_far=silence))

    found = score_lamp(lesson, watch.lit())

    assert found.late == (pytest.approx(0.2), math.inf)
    assert found.figures["lamp_missed"] == 1
    assert found.figures["lamp_false_per_hour"] == pytest.approx(60)


def report(of: dict[str, Any], *slices: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    kinds = [{"slice": name, "lessons": 1, "ways": {"waitwise": {**of, **own}}} for name, own in slices]
    return {"pooled": {"waitwise": of}, "slices": kinds}


GOOD = {
    "f1_0.25": 0.9,
    "gap_error_median_s": 0.06,
    "gap_error_p90_s": 0.3,
    "lamp_off_p95_s": 0.3,
    "false_per_hour": 12,
    "lesson_median_error_s": 0.12,
    "teacher_share_error": 0.04,
    "identification_error": 0.15,
    "group_frame_error": 0.06,
    "coverage": 0.85,
    "babble_s": 60,
    "sure_and_wrong_in_babble": 0,
}


def test_targets_are_met_on_the_line() -> None:
    rows = targets(report(GOOD, (ORDINARY, {}), ("teacher woman", {})))

    assert len(rows) == len(TARGETS)
    assert [row["target"] for row in rows if row["is_met"] is not True] == []
    assert not any(is_missed(row) for row in rows)


@pytest.mark.parametrize("figure", [key for key in GOOD if key != "babble_s"])
def test_each_target_can_be_missed(figure: str) -> None:
    is_more_better = figure in {"f1_0.25", "coverage"}
    bad = {**GOOD, figure: 0.5 if is_more_better else "infinite" if figure.endswith("_s") else 40}

    rows = targets(report(bad, (ORDINARY, {})))

    assert {row["figure"] for row in rows if is_missed(row)} == {figure}


def test_a_kind_of_lesson_may_be_one_and_a_half_times_as_far_off() -> None:
    """Of F1 0.78 that is 0.67; of 12 false waits an hour 18."""
    rows = targets(report(GOOD, ("men", {"f1_0.25": 0.67, "false_per_hour": 18}), ("women", {"false_per_hour": 18.1})))

    verdicts = {row["target"]: (row["worst_kind"], row["is_within"]) for row in rows}
    assert verdicts["F1, all rooms"] == ("men", True)
    assert verdicts["false waits an hour"] == ("women", False)


def test_what_was_not_measured_has_no_verdict() -> None:
    rows = targets(report({**GOOD, "babble_s": 0, "group_frame_error": None}))

    unknown = [row["target"] for row in rows if row["is_met"] is None]
    assert unknown == [TARGETS[0].name, "group work wrong", TARGETS[-1].name]
    assert not any(is_missed(row) for row in rows)


def lessons(*found: int) -> list[Score]:
    true = [wait("SR", 10.0 * at, 1.0) for at in range(1, 5)]
    return [score(truth(*true), told(*(wait("SR", one.start + 0.01, 1.02) for one in true[:n]))) for n in found]


def test_the_bootstrap_is_paired_and_always_the_same() -> None:
    ours, worse = lessons(4, 4, 2), lessons(0, 0, 0)

    drawn = intervals(ours, worse)

    assert drawn == intervals(ours, worse)
    assert intervals(ours, ours)["f1_0.25"]["above"] == [0.0, 0.0]
    assert drawn["f1_0.25"]["above"] == drawn["f1_0.25"]["of"]
    assert 0 < drawn["f1_0.25"]["of"][0] < drawn["f1_0.25"]["of"][1] <= 1
    assert intervals(ours[:1]) == {}


def test_an_interval_of_a_missed_answer_ends_nowhere() -> None:
    low, high = intervals(lessons(4, 4, 1))["gap_error_p90_s"]["of"]

    assert low == pytest.approx(0.02)
    assert high == math.inf


def test_every_interval_surrounds_its_figure() -> None:
    several = lessons(4, 3, 4, 2, 4)
    whole = figures(sum(several, start=Score()))

    for name, drawn in intervals(several).items():
        assert name in MAIN
        assert drawn["of"][0] <= whole[name] <= drawn["of"][1], name
