"""Give every speaker a voice, and remember what was already spoken.

A pupil is an adult voice made smaller: the words are spoken more slowly by the factor `child` and then played faster
by it, so that pitch and formants rise together as they do in a shorter vocal tract, while the pace stays::

    adult, 198 Hz, spoken at 1 / 1.18  --played at x 1.18-->  234 Hz, formants x 1.18, same length

Eleven-year-olds speak at about 210 to 270 Hz; their formants lie some 10 to 25 % above a woman's. No vocoder is
involved, so nothing buzzes. Two quick synthesisers (`quick`) speak where Kokoro would take too long.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom import kokoro, quick
from tools.classroom.errors import need
from tools.classroom.gate import Sound, Utterance, cut
from tools.classroom.script import Speaker

_CACHE_FORMAT = 2


class Speaks(Protocol):
    """Whoever can say how a sentence sounds."""

    def say(self, words: str, speaker: Speaker) -> Utterance:
        """Return the words as this speaker says them."""


class Voices:
    """Speaks what the script says; keeps every utterance in a folder, since speaking is the slow part."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._kokoro: kokoro.Kokoro | None = None
        self._said: dict[str, Utterance] = {}
        self._engines = quick.versions()

    def say(self, words: str, speaker: Speaker) -> Utterance:
        """Return the words as this speaker says them, dry and cut to the speech.

        Raises:
            ClassroomError: a package is missing, or the words cannot be spoken.
        """
        recipe = json.dumps(self._recipe(words, speaker), sort_keys=True)
        if recipe not in self._said:
            self._said[recipe] = cut(self._spoken(words, speaker, recipe))
        return self._said[recipe]

    def _recipe(self, words: str, speaker: Speaker) -> list[Any]:
        """Everything that decides how it sounds."""
        maker = self._engines if any(map(quick.is_quick, speaker.voice)) else kokoro.VOICES_SHA256
        recipe = [_CACHE_FORMAT, maker, words, dict(speaker.voice), speaker.child, speaker.pace]
        return [*recipe, speaker.pitch] if maker == self._engines else recipe

    def _spoken(self, words: str, speaker: Speaker, recipe: str) -> Sound:
        key = hashlib.sha256(recipe.encode()).hexdigest()[:32]
        kept = self._cache / "spoken" / f"{key}.npy"
        if kept.exists():
            return np.asarray(np.load(kept), dtype=np.float64)
        adult, rate = self._adult(words, speaker)
        sound = _resample(adult, Fraction(RATE_HZ) / (rate * Fraction(speaker.child).limit_denominator(50)))
        kept.parent.mkdir(parents=True, exist_ok=True)
        # Two lessons may be made at once: the name appears when the file is whole.
        with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".npy", delete=False) as new:
            np.save(new, sound.astype(np.float32))
        Path(new.name).replace(kept)
        return np.asarray(np.load(kept), dtype=np.float64)

    def _adult(self, words: str, speaker: Speaker) -> tuple[Sound, int]:
        pace = speaker.pace / speaker.child
        voice = next(iter(speaker.voice))
        if quick.is_quick(voice):
            return quick.speak(words, voice, pace, speaker.pitch)
        if self._kokoro is None:
            self._kokoro = kokoro.Kokoro(self._cache)
        return self._kokoro.speak(words, speaker.voice, pace), kokoro.RATE_HZ


def _resample(sound: Sound, ratio: Fraction) -> Sound:
    return np.asarray(need("scipy.signal").resample_poly(sound, ratio.numerator, ratio.denominator), dtype=np.float64)
