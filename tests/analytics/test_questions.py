"""How likely a stretch asked, from time alone: orders that must hold, whatever the weights."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.account import time_waits
from analytics.questions import questions
from analytics.room import Room
from analytics.thresholds import Thresholds
from lesson.talk import Ipu, Outcome, Role
from tests.lessons.drawn import draw

LESSON = "0123456789abcdef0123456789abcdef"
LIMITS = Thresholds()


def p_q(text: str) -> float:
    """Of her first stretch."""
    ipus = draw(text).ipus
    return questions(ipus)[ipus[0]]


MORE_AND_LESS = {
    "a pupil answers after a wait / she goes on at once": ("T" * 18 + "[1.5]PPPP", "T" * 18 + "...TTTTTTTTT"),
    "a long wait for a pupil / a short one": ("T" * 18 + "[3.0]PPPP", "T" * 18 + "...PPPP"),
    "a whole sentence / a word, 'okay?'": ("T" * 18 + "[1.5]PPPP", "TTTT[1.5]PPPP"),
    "then a name and a pupil / then more talk": (
        "T" * 18 + "[2.0]TTTT....PPPP",
        "T" * 18 + "[2.0]" + "T" * 30 + "....PPPP",
    ),
}


@pytest.mark.parametrize(("more", "less"), MORE_AND_LESS.values(), ids=MORE_AND_LESS.keys())
def test_what_is_more_likely_a_question(more: str, less: str) -> None:
    assert p_q(more) > p_q(less) + 0.05


def test_a_word_or_two_is_never_called_a_question_when_she_goes_on() -> None:
    for seconds in (1.0, 2.0, 5.0):
        assert p_q(f"TTTT[{seconds}]" + "T" * 30) < 0.5


def test_a_chair_is_nobody_that_follows() -> None:
    assert p_q("T" * 18 + "....NN....PPPP") == pytest.approx(p_q("T" * 18 + "[1.0]PPPP"))


letters = st.lists(st.tuples(st.sampled_from("TTTPQCUNV...."), st.integers(1, 40)), min_size=1, max_size=40).map(
    lambda runs: draw("".join(who * length for who, length in runs)).ipus
)


@given(letters)
def test_each_of_hers_has_a_probability_and_nobody_elses(ipus: list[Ipu]) -> None:
    found = questions(ipus)

    assert set(found) == {ipu for ipu in ipus if ipu.role is Role.TEACHER}
    assert all(0 <= value <= 1 for value in found.values())


@given(letters)
def test_a_question_never_makes_or_moves_a_wait(ipus: list[Ipu]) -> None:
    duration = max((ipu.end for ipu in ipus), default=0.0) + 16
    never = dataclasses.replace(LIMITS, question=2.0)
    with_it, without = (
        time_waits(ipus, [], LESSON, thresholds=limits, room=Room(), duration=duration) for limits in (LIMITS, never)
    )

    assert [(w.kind, w.t_end, w.offered_wait, w.usable) for w in with_it] == [
        (w.kind, w.t_end, w.offered_wait, w.usable) for w in without
    ]
    assert Outcome.REASKED not in {wait.outcome for wait in without}
