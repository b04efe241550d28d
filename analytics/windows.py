"""Make windows of equal steps out of blocks of any size, and keep count of the samples.

::

    blocks    [....][......].hole.[..][.....]        a hole is filled with missing sound,
    steps     |....|....|....|....|....|             what comes twice is heard once
    window   [margin|step|margin]

A window holds the sound of its step and a little on both sides, for frames that look over the edge.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analytics.arrays import Bools, Samples
from analytics.spectrum import MARGIN
from lesson.sound import RATE_HZ, AudioBlock


class Windows:
    """One recording's windows, in order. Memory: less than one window and one block."""

    def __init__(self, step: int) -> None:
        """`step`: samples from window to window."""
        self._step = step
        self._pending = np.zeros(MARGIN, dtype=np.int16)
        self._missing = np.zeros(MARGIN, dtype=np.bool_)
        self.samples = 0
        """Samples so far, missing ones included."""

    def hole(self, block: AudioBlock) -> int:
        """Samples that are missing before a block; negative where it repeats what was heard."""
        return block.first_sample - self.samples

    def feed(self, block: AudioBlock) -> Iterator[tuple[Samples, Bools]]:
        """Take in the next block; yield (samples, is missing) of each window that is full, margins included."""
        hole = self.hole(block)
        # A hole of an hour is filled a second at a time: all of it would be 350 MB.
        for first in range(0, hole, RATE_HZ):
            size = min(RATE_HZ, hole - first)
            self.samples += size
            yield from self._windows(np.zeros(size, dtype=np.int16), np.ones(size, dtype=np.bool_))
        samples = np.frombuffer(block.pcm[: 2 * block.samples], dtype="<i2")[max(0, -hole) :]
        self.samples += samples.size
        yield from self._windows(samples, np.full(samples.size, block.is_missing))

    def end(self, tail: int) -> Iterator[tuple[Samples, Bools]]:
        """Yield what is left, followed by `tail` samples of missing sound, which are not counted."""
        return self._windows(np.zeros(tail, dtype=np.int16), np.ones(tail, dtype=np.bool_))

    def _windows(self, samples: Samples, missing: Bools) -> Iterator[tuple[Samples, Bools]]:
        pending, is_missing = np.concatenate((self._pending, samples)), np.concatenate((self._missing, missing))
        window = MARGIN + self._step + MARGIN
        count = max(0, (pending.size - window) // self._step + 1)
        rest = count * self._step
        self._pending, self._missing = pending[rest:].copy(), is_missing[rest:].copy()
        for first in range(0, rest, self._step):
            yield pending[first : first + window], is_missing[first : first + window]
