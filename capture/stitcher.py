"""Sound with holes in it to the blocks of a lesson without any.

::

    sounds    |0|960|1920|      (nothing)         |0|960|     counted by the device, at its rate; opened anew: from 0
    blocks    |-|-|-|==|==|==|==|==|==|==|==|==|==|==|==|-|-|     counted by the lesson, 16 kHz; == is missing, zeros
                    ^ zero + first_sample / 16,000: the moment of each of them in CLOCK_MONOTONIC

Where one sound follows the other, samples are counted. Where the count is broken, the moments of capture say how much
is missing. What stays away longer than `patience` is given up: blocks go on, a little behind the clock, and sound of a
time that was given up comes too late.

One date is as wrong as the computer is busy, so a second of them is asked (crystal.py). After a break sound is held
back for that second: blocks come a second later, and once. At the beginning nobody waits: blocks come at once, and
`zero` is put right by what the first second says, so that nothing of the sound has to be.

No crystal counts as the clock does. What all dates together say is put right by making the sound longer or shorter
(stretcher.py): by what the crystal is off, and by what the count is wrong just now, a little at a time. So neither a
fast crystal nor many breaks add up.
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
        """The moment of sample 0: of the first sound, where there is one. Known to a date with the first block, and to
        a second of dates with the fiftieth; the same from then on."""
        self.is_lost = False
        """Sound has been given up, and none has come since."""
        self.missing = 0.0
        """Seconds that are missing so far."""
        self._patience = patience
        self._crystal = Crystal()
        self._cutter = BlockCutter()
        self._rate_hz = RATE_HZ
        self._changer: RateChanger | None = None
        self._stretcher = Stretcher(1.0)
        self._expected: int | None = None
        self._has_begun = False
        self._began_with: float | None = None
        """Seconds of its stretch that the device had counted at sample 0, while `zero` is being learnt."""
        self._held: list[Sound] = []
        self._is_placed = False
        """Sound of this stretch has been given: what comes next belongs behind it."""
        self._can_be_too_late = False

    @property
    def drift(self) -> float | None:
        """How much too fast the device counts, of 1; None while that is not known."""
        return self._crystal.drift if self._crystal.knows_drift else None

    def take(self, sound: Sound, rate_hz: int) -> Iterator[AudioBlock]:
        """The blocks that a sound completes, and those that are missing before it."""
        follows = sound.first_sample == self._expected
        if not follows or sound.has_overflowed:
            yield from self._break_off(rate_hz)
            self._is_placed, self._can_be_too_late = False, not follows
        elif slipped := self._crystal.slipped():
            yield from self._break_off(rate_hz)
            yield from self._miss(self._cutter.fed_samples + round(slipped * RATE_HZ))
        self.is_lost = False
        self._expected = sound.first_sample + len(sound.pcm) // BYTES_A_SAMPLE
        self._crystal.hear(self._counted(sound), sound.captured_at)
        self._learn_zero()
        if self._is_placed:
            self._keep_time(self._counted(sound))
            yield from self._feed(sound)
            return
        self._held.append(sound)
        if not self._has_begun or self._crystal.is_settled:
            yield from self._place()

    def give_up(self, now: float) -> Iterator[AudioBlock]:
        """Nothing is heard: the blocks that are older than sound can be late."""
        if self._held and now - self._held[-1].captured_at < self._patience:
            return
        due = self._due(now - self._patience)
        if due >= self._cutter.fed_samples + BLOCK_SAMPLES:
            yield from self._break_off(RATE_HZ)
            self.is_lost, self._has_begun, self._expected = True, True, None
            yield from self._miss(due)

    def _due(self, moment: float) -> int:
        """How many samples the lesson should have at a moment."""
        return round((moment - self.zero) * RATE_HZ)

    def _counted(self, sound: Sound) -> float:
        """Seconds into its stretch by the device's own count."""
        return sound.first_sample / self._rate_hz

    def _feed(self, sound: Sound) -> Iterator[AudioBlock]:
        pcm = sound.pcm if self._changer is None else self._changer.change(sound.pcm)
        return self._cutter.feed(self._stretcher.feed(pcm))

    def _learn_zero(self) -> None:
        if self._began_with is not None:
            self.zero = self._crystal.origin + self._began_with
            if self._crystal.is_settled:
                self._began_with = None

    def _keep_time(self, counted: float) -> None:
        """Have the sound that was counted there, and all after it, begin when it should."""
        if not self._crystal.has_learnt:
            return
        at = self.zero + (self._cutter.fed_samples + self._stretcher.held) / RATE_HZ
        ahead = at - self._crystal.moment(counted)
        self._stretcher.step = 1 + self._crystal.drift + max(-FASTEST, min(ahead / CAUGHT_UP_IN, FASTEST))

    def _place(self) -> Iterator[AudioBlock]:
        """What was held back, where its dates say."""
        held, self._held = self._held, []
        for sound in held:
            if not self._is_placed:
                moment = self._crystal.origin + self._counted(sound)
                due = self._due(moment)
                if self._can_be_too_late and due < self._cutter.fed_samples:
                    continue
                self._is_placed = True
                if self._has_begun:
                    yield from self._miss(due)
                else:
                    self._has_begun, self.zero, self._began_with = True, moment, self._counted(sound)
            yield from self._feed(sound)

    def _break_off(self, rate_hz: int) -> Iterator[AudioBlock]:
        """The count is broken: give what there is. What comes next has another rate."""
        yield from self._place()
        if self._changer is not None:
            yield from self._cutter.feed(self._stretcher.feed(self._changer.finish()))
        yield from self._cutter.feed(self._stretcher.finish())
        self._rate_hz = rate_hz
        self._changer = RateChanger(rate_hz) if rate_hz != RATE_HZ else None
        self._stretcher = Stretcher(1 + self._crystal.drift)
        self._crystal.break_off()
        self._began_with = None

    def _miss(self, due: int) -> Iterator[AudioBlock]:
        """Zeros, up to where the lesson should be."""
        self.missing += max(due - self._cutter.fed_samples, 0) / RATE_HZ
        while (left := due - self._cutter.fed_samples) > 0:
            yield from self._cutter.feed(bytes(min(left, RATE_HZ) * BYTES_A_SAMPLE), is_missing=True)
