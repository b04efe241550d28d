"""Sound with holes in it to the blocks of a lesson without any.

::

    sounds    |0|960|1920|      (nothing)         |0|960|     counted by the device, at its rate; opened anew: from 0
    blocks    |-|-|-|==|==|==|==|==|==|==|==|==|==|==|==|-|-|     counted by the lesson, 16 kHz; == is missing, zeros
                    ^ zero + first_sample / 16,000: the moment of each of them in CLOCK_MONOTONIC

Where one sound follows the other, samples are counted. Where the count is broken, the moment of capture says how much
is missing. What stays away longer than `patience` is given up: blocks go on, a little behind the clock, and sound of a
time that was given up comes too late.

No crystal counts as the clock does, and one date is as wrong as the computer is busy. What all dates together say
(crystal.py) is put right by making the sound longer or shorter (stretcher.py): by what the crystal is off, and by what
the count is wrong just now, a little at a time. So neither a fast crystal nor many breaks add up.
"""

from __future__ import annotations

from collections.abc import Iterator

from capture.crystal import Crystal
from capture.hearing import Sound
from capture.microphone import BlockCutter
from capture.rate_changer import RateChanger
from capture.stretcher import Stretcher
from lesson.sound import BLOCK_SAMPLES, BYTES_A_SAMPLE, RATE_HZ, AudioBlock

CAUGHT_UP_IN = 20.0
"""Seconds in which a wrong count becomes a third as wrong."""

FASTEST = 0.002
"""How much longer or shorter sound is made for that, of 1: a thirtieth of a semitone, 6 ms of a wait of 3 s."""


class Stitcher:
    """Fed with sounds and with the time, gives blocks.

    >>> stitcher = Stitcher(started_at=100.0, patience=1.0)
    >>> first = Sound(first_sample=0, captured_at=100.0, has_overflowed=False, pcm=bytes(960))
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
        self._crystal = Crystal()
        self._cutter = BlockCutter()
        self._changer: RateChanger | None = None
        self._stretcher = Stretcher(1.0)
        self._has_begun = False
        self._expected: int | None = None

    @property
    def drift(self) -> float | None:
        """How much too fast the device counts, of 1; None while that is not known."""
        return self._crystal.drift if self._crystal.knows_drift else None

    def take(self, sound: Sound, rate_hz: int) -> Iterator[AudioBlock]:
        """The blocks that a sound completes, and those that are missing before it."""
        follows = sound.first_sample == self._expected
        if not follows or sound.has_overflowed:
            due = self._due(sound.captured_at)
            if due < self._cutter.fed_samples and not follows:
                return
            yield from self._break_off(due, rate_hz)
        elif slipped := self._crystal.slipped():
            yield from self._break_off(self._cutter.fed_samples + round(slipped * RATE_HZ), rate_hz)
        if not self._has_begun:
            self._has_begun, self.zero = True, sound.captured_at
        self.is_lost = False
        self._expected = sound.first_sample + len(sound.pcm) // BYTES_A_SAMPLE
        self._keep_time(sound, rate_hz)
        yield from self._feed(sound.pcm if self._changer is None else self._changer.change(sound.pcm))

    def give_up(self, now: float) -> Iterator[AudioBlock]:
        """Nothing is heard: the blocks that are older than sound can be late."""
        due = self._due(now - self._patience)
        if due >= self._cutter.fed_samples + BLOCK_SAMPLES:
            self.is_lost = True
            self._expected = None
            yield from self._break_off(due, RATE_HZ)

    def _due(self, moment: float) -> int:
        """How many samples the lesson should have at a moment."""
        return round((moment - self.zero) * RATE_HZ)

    def _feed(self, pcm: bytes) -> Iterator[AudioBlock]:
        return self._cutter.feed(self._stretcher.feed(pcm))

    def _keep_time(self, sound: Sound, rate_hz: int) -> None:
        """Learn from the moment of a sound, and have it, and all after it, begin when it should."""
        counted = sound.first_sample / rate_hz
        self._crystal.hear(counted, sound.captured_at)
        if not self._crystal.has_learnt:
            return
        at = self.zero + (self._cutter.fed_samples + self._stretcher.held) / RATE_HZ
        ahead = at - self._crystal.moment(counted)
        self._stretcher.step = 1 + self._crystal.drift + max(-FASTEST, min(ahead / CAUGHT_UP_IN, FASTEST))

    def _break_off(self, due: int, rate_hz: int) -> Iterator[AudioBlock]:
        """Fill up to `due`; what comes next has another rate."""
        if self._changer is not None:
            yield from self._feed(self._changer.finish())
        yield from self._cutter.feed(self._stretcher.finish())
        self._changer = RateChanger(rate_hz) if rate_hz != RATE_HZ else None
        self._stretcher = Stretcher(1 + self._crystal.drift)
        self._crystal.break_off()
        if not self._has_begun and due < BLOCK_SAMPLES:
            return  # the lesson begins with its first sound, not in the middle of the one before
        self._has_begun = True
        self.missing += max(due - self._cutter.fed_samples, 0) / RATE_HZ
        while (left := due - self._cutter.fed_samples) > 0:
            yield from self._cutter.feed(bytes(min(left, RATE_HZ) * BYTES_A_SAMPLE), is_missing=True)
