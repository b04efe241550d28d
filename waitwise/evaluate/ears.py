"""Voice detectors of others behind one seam, so that each hears the same lesson in the same way.

::

    sound, any length --> Ear --mask--> one bit each 10 ms: a voice, or none

    FrameEar   asks a detector of ours (level, webrtcvad) each 10 ms
    ChunkEar   asks a network each 10, 16 or 32 ms; a frame gets what was said of the piece that its middle lies in
    Gain       before a network: brings the last 0.4 s to one level, so that a quiet pupil is heard

Nothing is corrected: not the time a network looks back, not the tail of the room.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from analytics.arrays import Bools, Samples
from analytics.detector import FRAME_SAMPLES, VoiceDetector

GAIN_S = 0.4
"""Seconds of sound that one gain is made of."""
GAIN_TO_DBFS = -26.0
"""Where speech is in a recording that was set up with care."""
GAIN_MOST_DB = 30.0


class Ear(Protocol):
    """One object hears one lesson, in order."""

    def hear(self, samples: Samples) -> None:
        """Take in 16 kHz sound, a multiple of 10 ms."""

    def mask(self) -> Bools:
        """Say for each 10 ms heard whether there was a voice."""


class FrameEar:
    """A detector of ours."""

    def __init__(self, detector: VoiceDetector) -> None:
        self._detector = detector
        self._said: list[Bools] = []

    def hear(self, samples: Samples) -> None:
        """Ask it."""
        self._said.append(np.asarray(self._detector.feed(samples) >= 0.5))

    def mask(self) -> Bools:
        """What it said."""
        return np.concatenate(self._said) if self._said else np.zeros(0, dtype=np.bool_)


class ChunkEar:
    """A network that takes pieces of `size` samples and says how likely a voice is."""

    def __init__(
        self,
        probability: Callable[[Samples], float],
        size: int,
        line: float = 0.5,
        before: Callable[[Samples], Samples] = lambda samples: samples,
    ) -> None:
        self._probability, self._size, self._line, self._before = probability, size, line, before
        self._pending = np.zeros(0, dtype=np.int16)
        self._said: list[bool] = []
        self._samples = 0

    def hear(self, samples: Samples) -> None:
        """Ask it about each whole piece."""
        self._samples += samples.size
        self._pending = np.concatenate((self._pending, self._before(samples)))
        whole = self._pending.size // self._size * self._size
        for at in range(0, whole, self._size):
            self._ask(self._pending[at : at + self._size])
        self._pending = self._pending[whole:]

    def mask(self) -> Bools:
        """What it said; the last piece is filled up with quiet."""
        if self._pending.size:
            self._ask(np.concatenate((self._pending, np.zeros(self._size - self._pending.size, dtype=np.int16))))
            self._pending = self._pending[:0]
        frames = self._samples // FRAME_SAMPLES
        piece = (np.arange(frames) * FRAME_SAMPLES + FRAME_SAMPLES // 2) // self._size
        return np.array(self._said, dtype=np.bool_)[piece]

    def _ask(self, piece: Samples) -> None:
        self._said.append(self._probability(np.ascontiguousarray(piece)) >= self._line)


class Gain:
    """Gain that brings the mean power of the last 0.4 s to one level, 10 ms by 10 ms. Causal."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=round(GAIN_S * 100))

    def __call__(self, samples: Samples) -> Samples:
        """Bring `samples` to level."""
        frames = samples.reshape(-1, FRAME_SAMPLES).astype(np.float32) / 32768
        out = np.empty_like(frames)
        for at, frame in enumerate(frames):
            self._recent.append(float(np.mean(frame**2)))
            level_dbfs = 10 * math.log10(sum(self._recent) / len(self._recent) + 1e-12)
            gain_db = min(GAIN_TO_DBFS - level_dbfs, GAIN_MOST_DB)
            out[at] = frame * np.float32(10 ** (gain_db / 20))
        return np.asarray(np.clip(np.rint(out * 32768), -32768, 32767), dtype=np.int16).reshape(-1)
