"""Learn a teacher's voice from a sample she gives, so that she is known from her first word on.

::

    30 to 60 s of her alone --ear--> prints where she speaks --mean--> 32 numbers of length 1

The sample is best spoken in the room, near the unit. It stays hers: the numbers are kept in a file that is sealed to
her, and nowhere else (`lesson/footage/voice_profile.py`). A pupil's voice is never learnt. No speech can be made of the
numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analytics.arrays import Bools, Floats, Samples
from analytics.ear import DELAY_FRAMES, Ear
from analytics.prints import mean_print
from analytics.spectrum import HOP, HOP_S, MARGIN, STEP, Spectrum
from analytics.track import FRAMES_A_PRINT, Track
from analytics.windows import Windows
from lesson.problems import WaitwiseError
from lesson.sound import AudioBlock

LEAST_VOICE_S = 6.0
"""With less voice than this a print is no help."""
_SURE_VOICE = 0.4
_SURE = 10.0


class TeacherVoiceError(WaitwiseError):
    """The sample does not hold enough of her voice."""


class VoiceSample:
    """Hears one sample, in order; blocks may have any size."""

    def __init__(self) -> None:
        self._spectrum, self._ear, self._track = Spectrum(), Ear(), Track()
        self._windows = Windows(STEP)

    def feed(self, block: AudioBlock) -> None:
        """Take in the next block."""
        self._hear(self._windows.feed(block))

    def print(self) -> Floats:
        """Return her voice print, (32,) of length 1.

        Raises:
            TeacherVoiceError: there is too little voice in the sample.
        """
        self._hear(self._windows.end(MARGIN + DELAY_FRAMES * HOP + 2 * STEP))
        prints = self._track.prints[:]
        voice = self._track.voice[: len(prints) * FRAMES_A_PRINT].reshape(len(prints), -1).mean(axis=1)
        is_voice = voice > _SURE_VOICE
        seconds = float(np.count_nonzero(is_voice)) * FRAMES_A_PRINT * HOP_S
        mean = mean_print(prints, np.full(len(prints), _SURE), is_voice) if seconds >= LEAST_VOICE_S else None
        if mean is None:
            raise TeacherVoiceError(
                f"The voice sample holds {seconds:.0f} s of a voice; {LEAST_VOICE_S:.0f} s are needed. Read something "
                "aloud for half a minute, alone, near the unit, and try again."
            )
        return mean

    def _hear(self, windows: Iterable[tuple[Samples, Bools]]) -> None:
        for samples, _ in windows:
            frames = self._spectrum.frames(samples.astype(np.float32) / 32768)
            nothing = np.zeros(len(frames.level_db), dtype=np.bool_)
            self._track.append(frames.level_db, frames.voicing, nothing, nothing)
            self._track.answer(self._ear.feed(frames))
