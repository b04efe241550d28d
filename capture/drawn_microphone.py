"""A lesson drawn with characters, for documents and tests.

::

    TTTT?..........PPPP      one character is 0.1 s: a question, a second of quiet, an answer

    T ?  the teacher          P  a pupil            B  both at once       C  the class in chorus
    G    groups talking       N  noise, no speech   .  a quiet room       x  the microphone fails (missing blocks)

The voices are harmonics under two formants, opened and closed about five times a second like syllables: enough
for a level, a spectrum and a detector to work on. They say nothing and resemble nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from capture.microphone import BlockCutter
from capture.pace import NoPace, Pace
from lesson.sound import BYTES_A_SAMPLE, RATE_HZ, AudioBlock

CHARACTER = 0.1
"""Seconds that one character stands for."""

_SAMPLES = round(CHARACTER * RATE_HZ)
_ROOM_LEVEL = 12.0
"""Root mean square of a quiet room, of 32768: about -69 dB."""
_NOISE_LEVEL = 1200.0

Sound = npt.NDArray[np.float64]

# pitch in Hz, two formants in Hz, level, syllables a second
_TEACHER = (118.0, (550.0, 1450.0), 5200.0, 4.3)
_PUPIL = (265.0, (850.0, 2250.0), 3000.0, 5.1)
_OTHERS = (
    (231.0, (760.0, 2050.0), 1800.0, 4.7),
    (287.0, (900.0, 2400.0), 1700.0, 5.6),
    (252.0, (820.0, 1900.0), 1600.0, 3.9),
    (305.0, (700.0, 2600.0), 1500.0, 6.1),
)
_TOGETHER = tuple((pitch, formants, level, 4.0) for pitch, formants, level, _ in _OTHERS)

_VOICES: dict[str, tuple[tuple[float, tuple[float, float], float, float], ...]] = {
    "T": (_TEACHER,),
    "?": (_TEACHER,),
    "P": (_PUPIL,),
    "B": (_TEACHER, _PUPIL),
    "C": _TOGETHER,
    "G": _OTHERS,
    "N": (),
    ".": (),
    "x": (),
}


class DrawnMicrophone:
    """A drawing as a microphone.

    >>> [block.is_missing for block in DrawnMicrophone(".x").blocks()]
    [False, False, False, False, False, True, True, True, True, True]
    """

    def __init__(self, drawing: str, pace: Pace | None = None, seed: int = 1) -> None:
        """`drawing` as above; the same `seed` gives the same room."""
        if strange := set(drawing) - _VOICES.keys():
            raise ValueError(f"{''.join(sorted(strange))!r}: a drawing has only {''.join(_VOICES)}.")
        self._drawing = drawing
        self._pace: Pace = pace or NoPace()
        self._random = np.random.default_rng(seed)
        self._is_closed = False
        self.duration = len(drawing) * CHARACTER
        self.zero = self.drift = None
        """A drawing has a time of its own."""

    def blocks(self) -> Iterator[AudioBlock]:
        """Blocks of the drawing, each handed over when the lesson is as old as its end."""
        cutter = BlockCutter()
        for number, character in enumerate(self._drawing):
            is_missing = character == "x"
            pcm = bytes(_SAMPLES * BYTES_A_SAMPLE) if is_missing else self._sound(character, number)
            for block in cutter.feed(pcm, is_missing=is_missing):
                self._pace.wait_until(block.end)
                if self._is_closed:
                    return
                yield block

    def close(self) -> None:
        """`blocks` ends."""
        self._is_closed = True

    def _sound(self, character: str, number: int) -> bytes:
        time = (number * _SAMPLES + np.arange(_SAMPLES)) / RATE_HZ
        level = _NOISE_LEVEL if character == "N" else _ROOM_LEVEL
        sound: Sound = self._random.normal(0.0, level, _SAMPLES)
        for pitch, formants, loudness, syllables in _VOICES[character]:
            sound = sound + _voice(time, pitch, formants, loudness, syllables)
        return bytes(np.clip(np.rint(sound), -32768, 32767).astype("<i2").tobytes())


def _voice(time: Sound, pitch: float, formants: tuple[float, float], level: float, syllables: float) -> Sound:
    """Harmonics of `pitch` up to 4 kHz, strongest at the `formants`, opened and closed like a mouth."""
    harmonics = np.arange(1, int(4000 / pitch) + 1)
    frequencies: Any = harmonics * pitch
    strength = sum(1 / (1 + ((frequencies - formant) / 160) ** 2) for formant in formants) + 0.25 / harmonics
    strength = strength / np.sqrt((strength**2).sum() / 2)
    # A pitch that never moves sounds, and looks to a detector, like a machine.
    phase = time + 0.0016 * np.sin(2 * np.pi * 2.3 * time) / np.pi
    wave = (strength[:, None] * np.sin(2 * np.pi * frequencies[:, None] * phase[None, :])).sum(axis=0)
    mouth = 0.55 + 0.45 * np.sin(2 * np.pi * syllables * time)
    return np.asarray(level * mouth * wave, dtype=np.float64)
