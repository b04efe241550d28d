"""The teacher is told from her pupils by this lesson's sound alone, or not at all."""

import numpy as np
import pytest

from analytics.features import LEVEL, PITCH, SIZE
from analytics.mixture import Mixture
from analytics.talkers import Talkers, in_order, slice_odds, teacher_of


def voice(random: np.random.Generator, pitch_hz: float, colour: float, slices: int, level: float) -> np.ndarray:
    """Slices of one voice: the vowels vary, pitch and colour stay near their own."""
    values = random.normal(colour, 1.5, (slices, SIZE))
    values[:, PITCH] = np.log2(pitch_hz) + random.normal(0, 0.06, slices)
    values[:, LEVEL] = level + random.normal(0, 4, slices)
    return values.astype(np.float32)


def lesson(teacher_hz: float, pupil_hz: tuple[float, ...], seed: int = 0) -> tuple[list[np.ndarray], list[bool]]:
    random = np.random.default_rng(seed)
    ipus, is_teacher = [], []
    for turn in range(30):
        for _ in range(3):
            ipus.append(voice(random, teacher_hz, 0.0, int(random.integers(8, 40)), -36))
            is_teacher.append(True)
        who = turn % len(pupil_hz)
        ipus.append(voice(random, pupil_hz[who], 1.5 - who, int(random.integers(5, 20)), -41))
        is_teacher.append(False)
    return ipus, is_teacher


def guessed(ipus: list[np.ndarray]) -> np.ndarray:
    odds = slice_odds(ipus)
    assert odds is not None
    return teacher_of(odds)


@pytest.mark.parametrize(
    ("teacher", "pupils", "right"),
    [
        pytest.param(120.0, (240.0, 265.0, 285.0), 0.98, id="a man and young children"),
        pytest.param(205.0, (235.0, 255.0, 280.0), 0.95, id="a woman and young children"),
        pytest.param(210.0, (120.0, 215.0, 225.0), 0.80, id="a woman and teenagers, two girls at her pitch"),
    ],
)
def test_she_is_found(teacher: float, pupils: tuple[float, ...], right: float) -> None:
    ipus, truth = lesson(teacher, pupils)

    assert np.mean((guessed(ipus) >= 0.5) == np.array(truth)) >= right


def test_the_same_lesson_is_always_judged_alike() -> None:
    ipus, _ = lesson(205.0, (235.0, 280.0))

    np.testing.assert_array_equal(guessed(ipus), guessed(ipus))


def test_after_a_few_words_we_do_not_guess() -> None:
    ipus, _ = lesson(205.0, (280.0,))

    assert slice_odds(ipus[:3]) is None


def test_a_stretch_without_a_voiced_slice_is_judged_by_its_place() -> None:
    ipus, _ = lesson(205.0, (280.0,))
    ipus[5] = np.empty((0, SIZE), dtype=np.float32)

    assert 0 < guessed(ipus)[5] < 1


def test_who_speaks_before_and_after_tips_the_balance() -> None:
    sure, unsure = 8.0, 0.0

    between = [
        in_order(np.array([before, unsure, after]))[1]
        for before, after in ((sure, sure), (sure, -sure), (-sure, -sure))
    ]

    assert between == sorted(between, reverse=True)
    assert len(set(between)) == 3


def test_tries_that_end_differently_leave_us_unsure() -> None:
    agreed, split = np.full((20, 4), 3.0), np.tile([6.0, 6.0, -6.0, 6.0], (20, 1))

    both = teacher_of([agreed, agreed, split, agreed, agreed])

    assert both[1] > 0.99
    assert 0.6 < both[2] < 0.9


def test_a_short_word_is_never_as_sure_as_a_sentence() -> None:
    sure = [teacher_of([np.full((slices, 8), 2.0)])[0] for slices in (0, 3, 6, 12, 40)]

    assert sure == sorted(sure)
    assert sure[1] < 0.95 < sure[-1]


def test_live_she_is_known_after_a_while() -> None:
    ipus, truth = lesson(205.0, (250.0, 280.0))
    talkers = Talkers()
    heard = [talkers.hear(own) for own in ipus]

    assert heard[0] is None
    late = [(p >= 0.5) == true for p, true in zip(heard[40:], truth[40:], strict=True) if p is not None]
    assert len(late) == len(truth) - 40
    assert np.mean(late) >= 0.9


def test_live_memory_does_not_grow() -> None:
    talkers = Talkers(remember=50)
    for own in lesson(205.0, (250.0,))[0]:
        talkers.hear(own)

    assert len(talkers._recent) == 50


def test_a_mixture_fits_what_it_learnt_better_than_anything_else() -> None:
    random = np.random.default_rng(2)
    mine, other = voice(random, 200, 0, 400, -36), voice(random, 280, 2, 400, -40)
    mixture = Mixture.of(mine, 3, random, np.concatenate([mine, other]).var(axis=0))

    assert mixture.log_likelihood(mine).mean() > mixture.log_likelihood(other).mean() + 1
    assert np.exp(mixture.log_weight).sum() == pytest.approx(1)
