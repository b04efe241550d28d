"""Give every speaker a voice, and remember what was already spoken.

A pupil is an adult voice made smaller: the words are spoken more slowly by the factor `child` and then played faster
by it, so that pitch and formants rise together as they do in a shorter vocal tract, while the pace stays::

    adult, 198 Hz, spoken at 1 / 1.18  --played at x 1.18-->  234 Hz, formants x 1.18, same length

Eleven-year-olds speak at about 210 to 270 Hz; their formants lie some 10 to 25 % above a woman's. No vocoder is
involved, so nothing buzzes.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from pathlib import Path

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom import kokoro
from tools.classroom.errors import need
from tools.classroom.gate import Sound, Utterance, cut
from tools.classroom.script import Speaker

_CACHE_FORMAT = 2


class Voices:
    """Speaks what the script says; keeps every utterance in a folder, since speaking is the slow part."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._kokoro: kokoro.Kokoro | None = None

    def say(self, words: str, speaker: Speaker) -> Utterance:
        """Return the words as this speaker says them, dry and cut to the speech.

        Raises:
            ClassroomError: a package is missing, or the words cannot be spoken.
        """
        return cut(self._spoken(words, speaker))

    def _spoken(self, words: str, speaker: Speaker) -> Sound:
        recipe = [_CACHE_FORMAT, kokoro.VOICES_SHA256, words, dict(speaker.voice), speaker.child, speaker.pace]
        key = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:32]
        kept = self._cache / "spoken" / f"{key}.npy"
        if kept.exists():
            return np.asarray(np.load(kept), dtype=np.float64)
        if self._kokoro is None:
            self._kokoro = kokoro.Kokoro(self._cache)
        adult = self._kokoro.speak(words, speaker.voice, speaker.pace / speaker.child)
        sound = _resample(adult, Fraction(RATE_HZ) / (kokoro.RATE_HZ * Fraction(speaker.child).limit_denominator(50)))
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, sound.astype(np.float32))
        return np.asarray(np.load(kept), dtype=np.float64)


def _resample(sound: Sound, ratio: Fraction) -> Sound:
    return np.asarray(need("scipy.signal").resample_poly(sound, ratio.numerator, ratio.denominator), dtype=np.float64)
