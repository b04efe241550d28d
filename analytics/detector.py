"""Is anybody speaking in this frame? The seam behind which every voice activity detector sits.

::

    sound, 100 ms --> VoiceDetector --> ten numbers, one each 10 ms: 0 no voice ... 1 a voice

Waitwise hears with `ear.py`. What stands behind this seam are plain detectors, to be heard beside it: in `waitwise
evaluate`, and wherever a voice or none is all that is asked. `LevelDetector` knows nothing about voices.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from analytics.arrays import Floats, Samples
from analytics.level import RoomLevel

FRAME_SAMPLES = 160


class VoiceDetector(Protocol):
    """What a detector must do. One object hears one lesson, in order."""

    @property
    def name(self) -> str:
        """Its name and setting, for the lesson's config hash."""

    def feed(self, samples: Samples) -> Floats:
        """Say for each 10 ms of `samples` (16 kHz, a multiple of 160) how likely a voice is, 0 to 1."""


class LevelDetector:
    """Calls everything a voice that is 8 dB over the floor. A stand-in: it cannot tell a chair from a child."""

    name = "level-8dB"

    def __init__(self) -> None:
        self._room = RoomLevel()

    def feed(self, samples: Samples) -> Floats:
        """Say where the sound is loud."""
        frames = samples.reshape(-1, FRAME_SAMPLES).astype(np.float32) / 32768
        # A first difference takes out hum and rumble, which a voice detector must not follow.
        power = np.mean(np.diff(frames, axis=1) ** 2, axis=1)
        level = (10 * np.log10(power + 1e-11)).astype(np.float32)
        self._room.feed(level)
        return np.asarray(level > self._room.floor_dbfs + 8, dtype=np.float32)
