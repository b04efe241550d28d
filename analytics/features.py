"""What a voice sounds like in this room: colour, pitch, level - fourteen small numbers for each 50 ms of voice.

::

    [ c1 c2 ... c12 | pitch | level ]     one byte each
      shape of the spectrum (cosine transform of 18 bands, the room's own noise taken away)

Kept in memory for the lesson only (about 0.6 MB an hour), to tell the teacher from her pupils; never written, and
thrown away with the listener. They are coloured by the room, so they would not fit the same person elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats, Frames64
from analytics.kept import Kept
from analytics.spectrum import BANDS, Frames

CEPSTRA = 12
PITCH = CEPSTRA
LEVEL = CEPSTRA + 1
SIZE = CEPSTRA + 2
SLICE_FRAMES = 5
"""Frames in a slice: 50 ms."""

_MOST_FRAMES = 360_000
"""Of an hour."""
_AT_BYTES = 4
_VOICED = 0.5
_LOUD_DB = 6.0
_QUIET_DB = 3.0
_OFFSET = np.array([0.0] * CEPSTRA + [7.5, -50.0], dtype=np.float32)
_STEP = np.array([0.125] * CEPSTRA + [1 / 48, 0.5], dtype=np.float32)
"""Pitch in octaves, a step is a quarter of a semitone; level in dB."""


class Slices:
    """The voiced slices of a lesson, in order."""

    def __init__(self, most_frames: int = _MOST_FRAMES) -> None:
        """`most_frames`: how long what it is expected to hold is at most."""
        most = most_frames // SLICE_FRAMES
        self._at, self._values = Kept(most * _AT_BYTES), Kept(most * SIZE)
        self._forgotten = 0
        """Frames; those in `_at` are counted from the start of the lesson."""
        angles = np.pi / BANDS * (np.arange(BANDS) + 0.5)
        self._cosines = (np.cos(np.outer(angles, np.arange(1, CEPSTRA + 1))) / BANDS).astype(np.float32)
        self._quiet = np.full(BANDS, 1e-7, dtype=np.float32)

    def append(self, first_frame: int, frames: Frames, floor: float) -> None:
        """Add the voiced slices of one step."""
        power = np.power(np.float32(10), frames.bands_db / 10)
        quiet = frames.level_db < floor + _QUIET_DB
        if quiet.any():
            self._quiet += np.float32(0.1) * (power[quiet].mean(axis=0) - self._quiet)
        use = (frames.voicing > _VOICED) & (frames.level_db > floor + _LOUD_DB)
        if not use.any():
            return
        bands = 10 * np.log10(np.maximum(power - self._quiet, 0.5 * self._quiet))
        values = np.column_stack((bands @ self._cosines, np.log2(frames.pitch_hz), frames.level_db))
        for at in range(0, use.size, SLICE_FRAMES):
            chosen = use[at : at + SLICE_FRAMES]
            if np.count_nonzero(chosen) >= 2:
                mean = values[at : at + SLICE_FRAMES][chosen].mean(axis=0)
                self._at.add(np.uint32(self._forgotten + first_frame + at).tobytes())
                self._values.add(np.clip(np.rint((mean - _OFFSET) / _STEP), -128, 127).astype(np.int8).tobytes())

    def forget(self, frames: int) -> None:
        """Forget what begins in the first `frames`; all counts are from what is left on."""
        first = self._index(frames)
        self._forgotten += frames
        self._at.forget(first * _AT_BYTES)
        self._values.forget(first * SIZE)

    def between(self, start_frame: int, end_frame: int) -> tuple[Frames64, Floats]:
        """(n,) first frames and (n, SIZE) values of the slices that begin inside a stretch."""
        first, last = self._index(start_frame - 2), self._index(end_frame - 2)
        raw = self._values[first * SIZE : last * SIZE].view(np.int8).reshape(-1, SIZE)
        at = self._frames()[first:last].astype(np.int64) - self._forgotten
        return at, np.asarray(raw * _STEP + _OFFSET, dtype=np.float32)

    def _frames(self) -> NDArray[np.uint32]:
        return self._at[:].view(np.uint32)

    def _index(self, frame: int) -> int:
        """How many slices begin before a frame."""
        return int(np.searchsorted(self._frames(), np.uint32(max(0, self._forgotten + frame))))
