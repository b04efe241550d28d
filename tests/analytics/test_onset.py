"""When a voice has begun, and whether it was one, by the odds alone.

::

    "....##....##"    10 ms a character:  . surely none   - neither   + rather a voice   # surely a voice
"""

import numpy as np
import pytest

from analytics.arrays import Floats
from analytics.detector import LevelDetector
from analytics.onset import DetectorOdds, EarOdds, ending, is_noise, onset

ODDS = {".": -4.0, "-": 0.5, "+": 1.2, "#": 4.0}


def odds(text: str) -> Floats:
    return np.array([ODDS[each] for each in text], dtype=np.float32)


BEGINNINGS = {
    "two sure frames": ("......##", 6),
    "one is not enough": ("......#", None),
    "from where it was no longer surely none": ("....--##", 4),
    "rather a voice, and no time left": ("....+++++++", 4),
    "rather a voice, and time left": ("....++++++", None),
    "rather a voice, but over when the time was": ("....++++.........", None),
    "a stop in a word does not start it anew": ("....+#....#", 4),
    "a noise long before": ("..++............##", 16),
    "silence": ("..........", None),
    "not even rather": ("----------------", None),
}


@pytest.mark.parametrize(("drawing", "expected"), BEGINNINGS.values(), ids=BEGINNINGS.keys())
def test_a_beginning_to_the_ear(drawing: str, expected: int | None) -> None:
    assert onset(odds(drawing), EarOdds()) == expected


def test_a_detector_that_has_heard_nothing_more_is_asked_for_longer() -> None:
    assert onset(odds("....####"), DetectorOdds(LevelDetector())) is None
    assert onset(odds("...." + "#" * 14), DetectorOdds(LevelDetector())) == 4


def test_an_ending_is_where_the_odds_fall() -> None:
    assert ending(odds("..####--....")) == 8
    assert ending(odds("............")) == 0


@pytest.mark.parametrize(
    ("length", "surest", "voicing", "expected"),
    [
        (40, 4.0, 0.9, False),  # a name
        (20, 4.0, 0.9, False),  # a very short one
        (40, 2.0, 0.9, True),  # never sure
        (14, 2.9, 0.9, True),  # a tap that rings
        (40, 4.0, 0.4, True),  # a sneeze
        (60, 2.0, 0.4, False),  # too long for a noise
    ],
)
def test_what_is_over_is_judged_again(length: int, surest: float, voicing: float, expected: bool) -> None:
    heard = np.full(length, surest, dtype=np.float32)

    assert is_noise(heard, np.full(length, voicing, dtype=np.float32)) is expected
