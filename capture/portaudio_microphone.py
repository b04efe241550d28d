"""A real microphone: what PortAudio hears, for as long as the lesson lasts, whatever happens to the device.

::

    heard      |--|--|--|--|   the cable is pulled ...  ... and is in again   |--|--|--|
    blocks     |--|--|--|--|==|==|==|==|==|==|==|==|==|==|==|==|==|==|==|==|==|--|--|--|      == is_missing, zeros
                            ^ given out a little later than now: what is found again soon is not lost

A small process opens the device (capture/portaudio.py) and is replaced when it says nothing (hearing_process.py).
Samples are counted, never arrivals; only where the count is broken the clock says how much is missing (timeline.py).
A device at another rate than ours is converted.

Once there was sound this never raises: a lesson goes on without its microphone, and `on_problem` is told when one
begins and, with None, when it is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from capture.hearing import Sound
from capture.hearing_process import PATIENCE, Hearing
from capture.microphone import BlockCutter
from capture.microphone_names import DEFAULT, SYSFS
from capture.rate_changer import RateChanger
from capture.signal_watch import SignalWatch
from capture.timeline import Timeline
from lesson.problems import MICROPHONE_LOST, MICROPHONE_SILENT, Problem
from lesson.sound import BLOCK_SAMPLES, BYTES_A_SAMPLE, RATE_HZ, AudioBlock

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
        self._is_lost = False
        self._cutter = BlockCutter()
        self._signal = SignalWatch()
        self._changer: RateChanger | None = None
        self._expected: int | None = None
        self._is_closed = False
        self.missing = 0.0
        """Seconds that were lost so far."""

    @property
    def warnings(self) -> list[str]:
        """What a person should know at the end."""
        lost = [f"{self.missing:.1f} s of sound are missing: the microphone was away."] if self.missing else []
        return lost + (["The microphone heard nothing at all in the end."] if self._signal.is_silent else [])

    def blocks(self) -> Iterator[AudioBlock]:
        """Blocks of the room, from now until `close`. What was heard before is thrown away."""
        timeline = Timeline(time.monotonic())
        while not self._is_closed:
            sound = self._hearing.receive(AT_MOST)
            for block in self._give_up(timeline) if sound is None else self._take(sound, timeline):
                self._signal.feed(block)
                self._tell()
                yield block
                if self._is_closed:
                    return

    def close(self) -> None:
        """Let go of the device; `blocks` ends."""
        self._is_closed = True
        self._hearing.close()

    def _take(self, sound: Sound, timeline: Timeline) -> Iterator[AudioBlock]:
        follows = sound.first_sample == self._expected
        if not follows or sound.has_overflowed:
            due = timeline.due(sound.captured_at)
            if due < self._cutter.fed_samples and not follows:
                return  # from before the lesson, or from a time that was given up
            yield from self._break_off(timeline, due)
        self._is_lost = False
        self._expected = sound.first_sample + len(sound.pcm) // BYTES_A_SAMPLE
        timeline.place(self._cutter.fed_samples, sound.captured_at)
        yield from self._cutter.feed(sound.pcm if self._changer is None else self._changer.change(sound.pcm))

    def _give_up(self, timeline: Timeline) -> Iterator[AudioBlock]:
        """Nothing is heard: call missing what is older than a microphone may be late."""
        due = timeline.due(time.monotonic() - self._patience)
        if due >= self._cutter.fed_samples + BLOCK_SAMPLES:
            self._is_lost = True
            self._expected = None
            yield from self._break_off(timeline, due)

    def _break_off(self, timeline: Timeline, due: int) -> Iterator[AudioBlock]:
        """The count is broken: what is missing up to `due` is zeros. The sound that follows may have another rate."""
        if self._changer is not None:
            yield from self._cutter.feed(self._changer.finish())
        self._changer = RateChanger(self._hearing.rate_hz) if self._hearing.rate_hz != RATE_HZ else None
        timeline.break_off()
        if self._cutter.fed_samples == 0 and due < BLOCK_SAMPLES:
            return  # the lesson begins with the first block, not in the middle of the one before
        self.missing += max(due - self._cutter.fed_samples, 0) / RATE_HZ
        while (left := due - self._cutter.fed_samples) > 0:
            yield from self._cutter.feed(bytes(min(left, RATE_HZ) * BYTES_A_SAMPLE), is_missing=True)

    def _tell(self) -> None:
        problem = MICROPHONE_LOST if self._is_lost else MICROPHONE_SILENT if self._signal.is_silent else None
        if problem != self._problem:
            self._problem = problem
            self._on_problem(problem)
