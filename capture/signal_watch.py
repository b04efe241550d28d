"""Tell a microphone that hears nothing at all from a room in which nothing is heard.

::

    peak of the samples   0 0 0 0 0 ... 0       muted, or a line without a microphone: no signal after SILENT_AFTER
                          9 41 17 33 ... 28     an empty room: every microphone has some noise
"""

from __future__ import annotations

import numpy as np

from lesson.sound import RATE_HZ, AudioBlock

SILENT_AFTER = 10.0
"""Seconds of sound. Nobody waits this long for an alarm; a plug that is pushed in again takes less."""

MUTED_PEAK = 16
"""Of 32,768. Users of such recorders found 16 to 33 on muted analogue lines and 560 and more in silent rooms; zeros are
what a switch on a USB microphone gives. Under the lower figure there is no microphone."""


class SignalWatch:
    """Fed with blocks, knows whether there is a signal."""

    def __init__(self) -> None:
        self._nothing_for = 0.0
        self.is_silent = False
        """Nothing at all was heard for `SILENT_AFTER` seconds."""

    def feed(self, block: AudioBlock) -> None:
        """Look at a block. A missing one says nothing about the microphone."""
        if block.is_missing or not block.pcm:
            return
        samples = np.frombuffer(block.pcm, "<i2")
        is_something = max(int(samples.max()), -int(samples.min())) >= MUTED_PEAK
        self._nothing_for = 0.0 if is_something else self._nothing_for + block.samples / RATE_HZ
        self.is_silent = self._nothing_for >= SILENT_AFTER
