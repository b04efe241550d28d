"""Sound of any rate at ours.

::

    48 kHz, mono s16  ------------------------>  16 kHz, mono s16      low-passed first: nothing folds down
    |960|960|960|                                |309|320|320| |11|    the filter holds a little back until `finish`
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from lesson.sound import BYTES_A_SAMPLE, RATE_HZ


class RateChanger:
    """Fed with sound at `rate_hz`, gives the same at 16 kHz."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._resampler = AudioResampler("s16", "mono", RATE_HZ)

    def change(self, pcm: bytes) -> bytes:
        """What can be said of the sound so far."""
        frame = AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2")[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = self._rate_hz
        frame.time_base = Fraction(1, self._rate_hz)
        return self._through(frame)

    def finish(self) -> bytes:
        """The rest. Nothing can be fed afterwards."""
        return self._through(None)

    def _through(self, frame: AudioFrame | None) -> bytes:
        # The plane is padded: only the first samples are sound.
        return b"".join(bytes(out.planes[0])[: out.samples * BYTES_A_SAMPLE] for out in self._resampler.resample(frame))
