"""When a voice has begun, and whether it was one, by the odds alone.

::

    "....##....##"    10 ms a character:  . surely none   - neither   + rather a voice   # surely a voice
"""

import numpy as np
import pytest

from analytics.arrays import Floats
from analytics.detector import LevelDetector
from analytics.onset import DetectorOdds, EarOdds, HerVoice, VoiceOdds, ending, is_noise, onset
from analytics.print_network import PRINT

ODDS = {".": -4.0, "-": 0.5, "+": 1.2, "#": 4.0}


def odds(text: str) -> Floats:
    return np.array([ODDS[each] for each in text], dtype=np.float32)


def voice_prints(frames: int, likeness: float) -> Floats:
    """Prints that are so alike to hers."""
    out = np.zeros((frames // 2, PRINT), dtype=np.float32)
    out[:, 0], out[:, 1] = likeness, np.sqrt(1 - likeness**2)
    return out


def hers() -> HerVoice:
    her = HerVoice()
    her.learn(odds("#" * 200), voice_prints(200, 1.0))
    return her


def begun(drawing: str, hearing: VoiceOdds) -> int | None:
    return onset(odds(drawing), voice_prints(len(drawing), 1.0), hearing, HerVoice())


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
    assert begun(drawing, EarOdds()) == expected


def test_a_detector_that_has_heard_nothing_more_is_asked_for_longer() -> None:
    assert begun("....####", DetectorOdds(LevelDetector())) is None
    assert begun("...." + "#" * 14, DetectorOdds(LevelDetector())) == 4


def test_an_ending_is_where_the_odds_fall() -> None:
    assert ending(odds("..####--....")) == 8
    assert ending(odds("............")) == 0


@pytest.mark.parametrize(
    ("length", "surest", "likeness", "expected"),
    [
        (40, 4.0, 0.9, False),  # a name
        (14, 4.0, 0.9, False),  # a very short one
        (40, 1.9, 0.9, True),  # never sure
        (40, 4.0, 0.0, True),  # a chair that sings
        (40, 4.0, 0.5, False),  # a name, not quite as usual
        (62, 4.0, 0.0, False),  # too long for a noise
    ],
)
def test_what_is_over_is_judged_again(length: int, surest: float, likeness: float, expected: bool) -> None:
    heard = np.full(length, surest, dtype=np.float32)

    assert is_noise(heard, voice_prints(length, likeness), hers()) is expected


def test_a_sound_quite_unlike_her_does_not_begin_a_voice_until_it_is_long() -> None:
    short, long = odds("####" + "#" * 20), odds("#" * 62)

    assert onset(short, voice_prints(short.size, -0.5), EarOdds(), hers()) is None
    assert onset(short, voice_prints(short.size, -0.5), EarOdds(), HerVoice()) == 0
    assert onset(short, voice_prints(short.size, 0.3), EarOdds(), hers()) == 0
    assert onset(long, voice_prints(long.size, -0.5), EarOdds(), hers()) == 0


def test_only_a_pose_shows_what_her_voice_is_like() -> None:
    her = HerVoice()
    her.learn(odds("#" * 60), voice_prints(60, 1.0))

    assert her.likeness(odds("####"), voice_prints(4, -1.0)) == 1.0
    assert hers().likeness(odds("####"), voice_prints(4, -1.0)) == pytest.approx(-1.0)
