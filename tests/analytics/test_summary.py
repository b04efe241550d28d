"""Numbers with their denominators: hidden when there are too few, never a mean, borderline when nobody can know."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.states import cover
from analytics.summary import talk_ratio, wait_summary
from analytics.thresholds import ThresholdError, Thresholds
from tests.lessons.drawn import draw

LIMITS = Thresholds()


def test_under_ten_events_there_is_no_median() -> None:
    few = wait_summary([1.0] * 9, 12, LIMITS)

    assert (few.n, few.n_all, few.median, few.reached_criterion) == (9, 12, None, None)
    assert few.coverage == pytest.approx(0.75)
    assert wait_summary([1.0] * 10, 10, LIMITS).median == 1.0


def test_one_very_long_wait_does_not_move_the_median() -> None:
    assert wait_summary([1.0] * 10 + [14.0], 11, LIMITS).median == 1.0


def test_a_line_has_a_band_in_which_we_do_not_say() -> None:
    waits = [2.0] * 5 + [2.8, 3.2] + [3.3] * 5 + [5.5] * 3
    summary = wait_summary(waits, len(waits), LIMITS)

    assert summary.reached_criterion == pytest.approx(8 / 15)
    assert summary.borderline_criterion == pytest.approx(2 / 15)
    assert summary.reached_goal == pytest.approx(3 / 15)
    assert summary.borderline_goal == 0


def test_a_teacher_has_her_own_goal() -> None:
    summary = wait_summary([4.0] * 12, 12, Thresholds(goal_wait=3.5))

    assert (summary.goal, summary.reached_goal) == (3.5, 1.0)


@given(st.lists(st.floats(0.2, 14.9), min_size=10, max_size=60))
def test_the_interval_holds_the_median_and_is_always_the_same(waits: list[float]) -> None:
    summary = wait_summary(waits, len(waits), LIMITS)

    assert summary == wait_summary(waits, len(waits), LIMITS)
    assert summary.median_low is not None
    assert summary.median is not None
    assert summary.median_high is not None
    assert summary.median_low <= summary.median <= summary.median_high
    assert min(waits) <= summary.median <= max(waits)


def test_an_empty_lesson_has_no_numbers() -> None:
    summary = wait_summary([], 0, LIMITS)
    assert (summary.n, summary.coverage, summary.median) == (0, 0.0, None)
    assert talk_ratio(cover(0.0, [], []), []).teacher_share_of_talk is None


def test_both_shares_of_the_teacher_are_told_with_their_denominators() -> None:
    drawn = draw("TTTTTTTTTT.....PPPPP" + "." * 20)
    talk = talk_ratio(cover(drawn.duration, drawn.ipus, drawn.phases), drawn.phases)

    assert talk.teacher_share_of_talk == pytest.approx(10 / 15)
    assert talk.teacher_share_of_lesson == pytest.approx(10 / 40)


def test_silence_in_silent_work_is_work() -> None:
    drawn = draw("TTTTTTTTTT" + "," * 20 + "..........")
    talk = talk_ratio(cover(drawn.duration, drawn.ipus, drawn.phases), drawn.phases)

    assert talk.silent_work_share == pytest.approx(0.5)
    assert talk.silence_share == pytest.approx(0.25)


def test_an_overlap_counts_for_both_in_the_share_of_talk() -> None:
    drawn = draw("TTTTTTTTTT\n     PPPPPPPPPP")
    talk = talk_ratio(cover(drawn.duration, drawn.ipus, drawn.phases), drawn.phases)

    assert talk.teacher_share_of_talk == pytest.approx(0.5)
    assert talk.overlap_share == pytest.approx(5 / 15)


def test_every_threshold_says_where_it_comes_from() -> None:
    for field in dataclasses.fields(Thresholds):
        assert field.metadata["source"].endswith(".")
        assert field.metadata["unit"]


def test_another_threshold_is_another_measurement() -> None:
    assert Thresholds().config_hash == Thresholds().config_hash
    assert Thresholds().config_hash != Thresholds(guard=0.3).config_hash
    assert len(Thresholds().config_hash) == 16


@pytest.mark.parametrize("goal", [1.9, 10.1])
def test_a_goal_that_is_none_is_refused(goal: float) -> None:
    with pytest.raises(ThresholdError, match="between 2 and 10"):
        Thresholds(goal_wait=goal)
