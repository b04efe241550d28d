"""A block of sound, as every microphone hands it over.

::

    |<-- 20 ms -->|<-- 20 ms -->|
    | 320 samples | 320 samples |      16 kHz, mono, signed 16 bit, little endian
    first_sample=0 first_sample=320

Time is counted in samples, never taken from a clock: a block that arrives late is not late sound.
"""

from __future__ import annotations

from dataclasses import dataclass

RATE_HZ = 16_000
"""Samples a second. Speech detectors are made for this rate, and every figure of ours was measured at it."""

BLOCK_SAMPLES = 320
"""Samples in a full block: 20 ms, a frame length that webrtcvad accepts."""

BYTES_A_SAMPLE = 2


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """Sound between two moments of a lesson.

    >>> block = AudioBlock(first_sample=16_000, pcm=bytes(640))
    >>> block.start, block.end
    (1.0, 1.02)
    """

    first_sample: int
    """Index of the first sample, counted from the start of the lesson."""
    pcm: bytes
    """Mono, signed 16 bit, little endian. The last block of a lesson may be short."""
    is_missing: bool = False
    """The microphone did not deliver: the samples are zeros put in to keep the count."""

    @property
    def samples(self) -> int:
        """How many samples."""
        return len(self.pcm) // BYTES_A_SAMPLE

    @property
    def start(self) -> float:
        """Seconds from the start of the lesson to the first sample."""
        return self.first_sample / RATE_HZ

    @property
    def end(self) -> float:
        """Seconds from the start of the lesson to the end of the last sample."""
        return (self.first_sample + self.samples) / RATE_HZ
