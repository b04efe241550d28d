"""Sound with holes in it to the blocks of a lesson without any.

::

    sounds    |0|960|1920|      (nothing)         |0|960|     counted by the device, at its rate; opened anew: from 0
    blocks    |-|-|-|==|==|==|==|==|==|==|==|==|==|==|-|-|     counted by the lesson, 16 kHz; == is missing, zeros

Where one sound follows the other, samples are counted. Where the count is broken, the moments of capture say how much
is missing (timeline.py). What stays away longer than `patience` is given up: blocks go on, a little behind the clock,
and sound of a time that was given up comes too late.
"""

from __future__ import annotations

from collections.abc import Iterator

from capture.hearing import Sound
from capture.microphone import BlockCutter
from capture.rate_changer import RateChanger
from capture.timeline import Timeline
from lesson.sound import BLOCK_SAMPLES, BYTES_A_SAMPLE, RATE_HZ, AudioBlock


class Stitcher:
    """Fed with sounds and with the time, gives blocks.

    >>> stitcher = Stitcher(started_at=100.0, patience=1.0)
    >>> first = Sound(first_sample=0, captured_at=100.0, has_overflowed=False, pcm=bytes(640))
    >>> [block.is_missing for block in stitcher.take(first, rate_hz=16_000)]
    [False]
    >>> len(list(stitcher.give_up(100.9))), len(list(stitcher.give_up(101.5)))
    (0, 24)
    """

    def __init__(self, started_at: float, patience: float) -> None:
        """`started_at`: the moment the lesson begins. What was captured before is thrown away."""
        self.zero = started_at
        """The moment of sample 0. Fixed when there is one: the first sound of a lesson may begin a little later."""
        self.is_lost = False
        """Sound has been given up, and none has come since."""
        self.missing = 0.0
        """Seconds that are missing so far."""
        self._patience = patience
        self._timeline = Timeline(started_at)
        self._cutter = BlockCutter()
        self._changer: RateChanger | None = None
        self._expected: int | None = None

    def take(self, sound: Sound, rate_hz: int) -> Iterator[AudioBlock]:
        """The blocks that a sound completes, and those that are missing before it."""
        follows = sound.first_sample == self._expected
        if not follows or sound.has_overflowed:
            due = self._timeline.due(sound.captured_at)
            if due < self._cutter.fed_samples and not follows:
                return
            yield from self._break_off(due, rate_hz)
        elif slipped := self._timeline.slipped():
            yield from self._break_off(self._cutter.fed_samples + round(slipped * RATE_HZ), rate_hz, slipped)
        if self._cutter.fed_samples == 0:
            self.zero = sound.captured_at
        self.is_lost = False
        self._expected = sound.first_sample + len(sound.pcm) // BYTES_A_SAMPLE
        self._timeline.place(self._cutter.fed_samples, sound.captured_at)
        yield from self._cutter.feed(sound.pcm if self._changer is None else self._changer.change(sound.pcm))

    def give_up(self, now: float) -> Iterator[AudioBlock]:
        """Nothing is heard: the blocks that are older than sound can be late."""
        due = self._timeline.due(now - self._patience)
        if due >= self._cutter.fed_samples + BLOCK_SAMPLES:
            self.is_lost = True
            self._expected = None
            yield from self._break_off(due, RATE_HZ)

    def _break_off(self, due: int, rate_hz: int, slipped: float = 0.0) -> Iterator[AudioBlock]:
        """Fill up to `due`; what comes next has another rate."""
        if self._changer is not None:
            yield from self._cutter.feed(self._changer.finish())
        self._changer = RateChanger(rate_hz) if rate_hz != RATE_HZ else None
        self._timeline.break_off(slipped)
        if self._cutter.fed_samples == 0 and due < BLOCK_SAMPLES:
            return  # the lesson begins with its first sound, not in the middle of the one before
        self.missing += max(due - self._cutter.fed_samples, 0) / RATE_HZ
        while (left := due - self._cutter.fed_samples) > 0:
            yield from self._cutter.feed(bytes(min(left, RATE_HZ) * BYTES_A_SAMPLE), is_missing=True)
