"""What every microphone promises.

::

    blocks()   |320|320|320|...|n|        16 kHz, mono, 20 ms each; only the last may be shorter
    counted     0   320 640              first_sample is the sum of all samples before: no hole, no overlap

Sound that never came (a cable, a hole in a file) is handed over as zeros with `is_missing`: the count of samples
is the lesson's clock, so it must not stop. A microphone that is gone for good raises `MicrophoneLostError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from lesson.sound import BLOCK_SAMPLES, BYTES_A_SAMPLE, AudioBlock


class Microphone(Protocol):
    """Hands over the sound of one lesson, once."""

    @property
    def zero(self) -> float | None:
        """The moment of lesson second 0 in CLOCK_MONOTONIC.

        Known with the first block as well as one date is; a device knows it better after a second, and from then on it
        is the same. None: not known yet, or this lesson (a file, a drawing) has a time of its own.
        """

    @property
    def drift(self) -> float | None:
        """How much too fast it counts, of 1, which is put right. None: not known yet, or a time of its own."""

    def blocks(self) -> Iterator[AudioBlock]:
        """Blocks in order, from the lesson's start until it ends or `close` is called.

        Raises:
            MicrophoneLostError: the device is gone and must be opened again.
        """

    def close(self) -> None:
        """Let go of the device or the file; `blocks` then ends. May be called twice. From the thread that reads."""


class BlockCutter:
    """Cuts sound of any length into blocks, and counts.

    >>> cutter = BlockCutter()
    >>> [block.first_sample for block in cutter.feed(bytes(2 * 700))]
    [0, 320]
    >>> [(block.first_sample, block.samples) for block in cutter.finish()]
    [(640, 60)]
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._rest_is_missing = False
        self._next_sample = 0

    @property
    def fed_samples(self) -> int:
        """All samples fed so far."""
        return self._next_sample + len(self._rest) // BYTES_A_SAMPLE

    def feed(self, pcm: bytes, *, is_missing: bool = False) -> Iterator[AudioBlock]:
        """Full blocks that `pcm` completes. A block that is missing in part is missing, and is zeros."""
        size = BLOCK_SAMPLES * BYTES_A_SAMPLE
        self._rest += pcm
        self._rest_is_missing |= is_missing and bool(pcm)
        while len(self._rest) >= size:
            yield self._cut(size)
            self._rest_is_missing = is_missing and bool(self._rest)

    def finish(self) -> Iterator[AudioBlock]:
        """The last block, if anything is left."""
        if self._rest:
            yield self._cut(len(self._rest))

    def _cut(self, size: int) -> AudioBlock:
        pcm = bytes(size) if self._rest_is_missing else bytes(self._rest[:size])
        block = AudioBlock(self._next_sample, pcm, self._rest_is_missing)
        del self._rest[:size]
        self._next_sample += block.samples
        return block
