"""Before and after: what is a change, what may be chance, and what is too little to say.

::

    40 waits each    must differ by x1.55          120 waits each, three lessons    by x1.29
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.change import Verdict, change_between, detectable, known_within

waits = st.lists(st.floats(0.2, 14.9), min_size=10, max_size=40)


def lessons(random: np.random.Generator, median: float, count: int, each: int) -> list[list[float]]:
    return [list(median * np.exp(0.8 * random.standard_normal(each))) for _ in range(count)]


@pytest.mark.parametrize(
    ("events", "known", "differ"),
    [(40, 1.36, 1.55), (20, 1.55, 1.86), (120, 1.20, 1.29)],
    ids=["a lesson", "half a lesson", "three lessons"],
)
def test_how_many_waits_say_how_much(events: int, known: float, differ: float) -> None:
    assert known_within(events) == pytest.approx(known, abs=0.005)
    assert detectable(events, events) == pytest.approx(differ, abs=0.005)


@given(st.integers(10, 500), st.integers(10, 500), st.integers(1, 100))
def test_more_waits_need_a_smaller_difference(one: int, other: int, more: int) -> None:
    assert 1 < detectable(one + more, other) < detectable(one, other)
    assert detectable(one, other) == pytest.approx(detectable(other, one))


def test_the_same_teaching_is_called_a_change_in_about_five_of_a_hundred() -> None:
    random = np.random.default_rng(5)
    found = [change_between(lessons(random, 1.5, 3, 40), lessons(random, 1.5, 3, 40)).verdict for _ in range(150)]

    assert found.count(Verdict.MAY_BE_CHANCE) / 150 == pytest.approx(0.95, abs=0.03)


def test_a_change_as_large_as_the_figure_is_seen_half_of_the_time_and_twice_it_always() -> None:
    random = np.random.default_rng(6)
    factor = detectable(120, 120)
    once, twice = (
        [
            change_between(lessons(random, 1.5, 3, 40), lessons(random, 1.5 * times, 3, 40)).verdict for _ in range(60)
        ].count(Verdict.LONGER)
        / 60
        for times in (factor, factor**2)
    )

    assert once == pytest.approx(0.5, abs=0.12)
    assert twice > 0.95


def test_under_ten_waits_nothing_is_compared() -> None:
    change = change_between([[1.0] * 9], [[5.0] * 40])

    assert (change.verdict, change.factor, change.detectable) == (Verdict.TOO_FEW, None, None)
    assert change_between([], []).verdict is Verdict.TOO_FEW


def test_a_lesson_without_waits_is_a_lesson() -> None:
    change = change_between([[1.0, 1.2, 1.1] * 10, []], [[3.0, 3.3, 2.9] * 10])

    assert (change.verdict, change.lessons_before, change.are_lessons_enough) == (Verdict.LONGER, 2, False)


@given(waits, waits)
@settings(max_examples=40)
def test_looking_from_the_other_side_turns_the_answer_round(before: list[float], after: list[float]) -> None:
    there, back = change_between([before], [after]), change_between([after], [before])

    assert there == change_between([before], [after])
    assert there.factor == pytest.approx(1 / (back.factor or 0))
    assert (there.low or 0) <= (there.high or 0)
    if there.verdict is Verdict.LONGER:
        assert back.verdict is not Verdict.LONGER


@given(waits, st.floats(1.1, 3))
@settings(max_examples=40)
def test_longer_waits_have_a_larger_factor(before: list[float], times: float) -> None:
    change = change_between([before], [[wait * times for wait in before]])

    assert change.factor == pytest.approx(times)
    assert change.verdict is not Verdict.SHORTER
