"""A real microphone: what PortAudio hears, for as long as the lesson lasts, whatever happens to the device.

::

    heard      |--|--|--|--|   the cable is pulled ...  ... and is in again   |--|--|--|
    blocks     |--|--|--|--|==|==|==|==|==|==|==|==|==|==|==|==|==|==|==|==|==|--|--|--|      == is_missing, zeros
                            ^ given out a little later than now: what is found again soon is not lost

A small process opens the device (portaudio.py) and is replaced when it says nothing (hearing_process.py). Samples are
counted, never arrivals; only where the count is broken the clock says how much is missing (stitcher.py). Of a device
with two channels one is heard at a time, and a live one (two_channels.py).

Once there was sound this never raises: a lesson goes on without its microphone, and `on_problem` is told when one
begins and, with None, when it is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from capture.hearing_process import PATIENCE, Hearing
from capture.microphone_names import DEFAULT, SYSFS
from capture.signal_watch import SignalWatch
from capture.stitcher import Stitcher
from capture.two_channels import TwoChannels
from lesson.problems import CHANNEL_DEAD, MICROPHONE_LOST, MICROPHONE_SILENT, Problem
from lesson.sound import AudioBlock

AT_MOST = 0.1
"""Seconds without a block, even when there is no sound: whoever records looks at the button between two blocks."""


def _nobody_is_told(_: Problem | None) -> None:
    """Nobody listens."""


class PortAudioMicrophone:
    """A device of this computer as a microphone. The lesson starts when `blocks` is asked for its first one."""

    def __init__(
        self,
        name: str = DEFAULT,
        *,
        on_problem: Callable[[Problem | None], None] = _nobody_is_told,
        patience: float = PATIENCE,
        sysfs: Path = SYSFS,
    ) -> None:
        """Open the device called `name` (capture/microphone_names.py) and wait until it gives sound.

        Raises:
            MicrophoneUnknownError: none is called so.
            MicrophoneRefusedError: it cannot be opened.
            MicrophoneLostError: it is open, and gives no sound.
        """
        self._hearing = Hearing(name, patience=patience, sysfs=sysfs)
        self._patience = patience
        self._on_problem = on_problem
        self._problem: Problem | None = None
        self._signal = SignalWatch()
        self._channels = TwoChannels()
        self._is_closed = False
        self.zero: float | None = None
        """The moment of lesson second 0 in CLOCK_MONOTONIC; None before the first block (see `Microphone`)."""
        self.drift: float | None = None
        """How much too fast the device counts, of 1; None for the first minute and a half."""
        self.missing = 0.0
        """Seconds that were lost so far."""

    @property
    def warnings(self) -> list[str]:
        """What a person should know at the end of the lesson."""
        lost = [f"{self.missing:.1f} s of sound are missing: the microphone was away."] if self.missing else []
        silent = ["At the end the microphone heard nothing at all."] if self._signal.is_silent else []
        half = ["At the end one of the microphone's two channels heard nothing."] if self._channels.is_one_dead else []
        return lost + silent + half

    def blocks(self) -> Iterator[AudioBlock]:
        """Blocks of the room, from now until `close`. What was heard before is thrown away."""
        stitcher = Stitcher(time.monotonic(), self._patience)
        while not self._is_closed:
            for block in self._next(stitcher):
                self._signal.feed(block)
                self.zero = stitcher.zero
                self.drift = stitcher.drift
                self.missing = stitcher.missing
                self._tell(self._wrong(stitcher))
                yield block
                if self._is_closed:
                    return

    def close(self) -> None:
        """Let go of the device; `blocks` ends."""
        self._is_closed = True
        self._hearing.close()

    def _next(self, stitcher: Stitcher) -> Iterator[AudioBlock]:
        sound = self._hearing.receive(AT_MOST)
        if sound is None:
            return stitcher.give_up(time.monotonic())
        if self._hearing.channels == 2:
            sound = self._channels.choose(sound)
        return stitcher.take(sound, self._hearing.rate_hz)

    def _wrong(self, stitcher: Stitcher) -> Problem | None:
        if stitcher.is_lost:
            return MICROPHONE_LOST
        if self._signal.is_silent:
            return MICROPHONE_SILENT
        return CHANNEL_DEAD if self._channels.is_one_dead else None

    def _tell(self, problem: Problem | None) -> None:
        if problem != self._problem:
            self._problem = problem
            self._on_problem(problem)
