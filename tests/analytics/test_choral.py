"""Thirty children have no pitch; one has."""

import numpy as np
import pytest

from analytics.choral import is_choral
from analytics.features import PITCH, SIZE


def stretch(clean: float, wander_semitones: float) -> bool:
    random = np.random.default_rng(4)
    voicing = np.where(random.random(120) < clean, 0.93, 0.6)
    level = random.normal(-40, 3, 120)
    slices = np.zeros((24, SIZE))
    slices[:, PITCH] = np.tile([-1, 1], 12) * wander_semitones / 12
    return is_choral(voicing, level, slices)


@pytest.mark.parametrize(
    ("clean", "wander", "expected"),
    [
        pytest.param(0.05, 5.0, True, id="no clean pitch, and it jumps: the class"),
        pytest.param(0.6, 1.0, False, id="a clean pitch: one pupil"),
        pytest.param(0.05, 1.0, False, id="hoarse, but one pitch: one pupil"),
        pytest.param(0.6, 5.0, False, id="clean and lively: one pupil"),
    ],
)
def test_who_answers(clean: float, wander: float, expected: bool) -> None:
    assert stretch(clean, wander) is expected


def test_nothing_is_not_the_class() -> None:
    assert not is_choral(np.empty(0), np.empty(0), np.empty((0, SIZE)))
