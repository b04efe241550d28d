"""What the ear takes for a pupil's word and is none.

::

    a cough   .35 s, hardly voiced, hardly a voice   -->  left out
    "yes"     .35 s, voiced, or surely a voice       -->  a pupil
"""

import numpy as np
import pytest

from analytics.account import _is_noise


@pytest.mark.parametrize(
    ("frames", "voice", "voicing", "expected"),
    [
        (35, 1.5, 0.4, True),
        (35, 1.5, 0.7, False),  # a soft vowel
        (35, 4.0, 0.4, False),  # a whisper that is surely a voice
        (71, 1.5, 0.4, False),  # too long for a cough
        (0, 0.0, 0.0, False),
    ],
)
def test_short_and_hardly_voiced_and_hardly_a_voice_is_a_noise(
    frames: int, voice: float, voicing: float, expected: bool
) -> None:
    assert _is_noise(np.full(frames, voice), np.full(frames, voicing)) is expected
