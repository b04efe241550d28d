"""What was heard of a lesson, in small numbers, so that it can be judged again when all of it is known.

::

    each 10 ms    level      one byte   0 to 255 for -115 to 12.5 dBFS in steps of half a decibel
                  voice      one byte   log odds in steps of a tenth
                  character  one byte   5 bits voicing | 1 missing | 1 clipped
    each 20 ms    sides      two bytes  log odds of the teacher, of pupils
    each 0.1 s    many       three bytes
                  print      32 bytes   the mean of the ear's voice prints, the surer of a voice the longer

2.7 MB an hour, in memory for the lesson only, and of a very long one only its last hours; made into numbers only
where it is looked at (`column.py`). No speech can be made of it: there is no spectrum in it, and no sample.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Bools, Floats
from analytics.column import Column
from analytics.ear import DELAY_FRAMES, FRAMES_A_STEP, Answer
from analytics.kept import Kept
from analytics.odds import probability
from analytics.print_network import PRINT

STEPS_A_PRINT = 5
"""A print stands for 0.1 s."""
FRAMES_A_PRINT = STEPS_A_PRINT * FRAMES_A_STEP

_MOST = 36_000
"""Tenths of a second in an hour, which hardly a lesson is longer than."""
_LOWEST_DB = -115.0
_MISSING, _CLIPPED = 0x40, 0x80
_LOG_ODDS = 10.0
_UNIT = 127.0
_NOBODY = -12.7


class Track:
    """The lesson so far. What the ear says comes `DELAY_FRAMES` after the rest."""

    def __init__(self, most: int = _MOST) -> None:
        """`most`: tenths of a second that it is expected to hold at most."""
        self._level, self._character, self._voice, self._sides = (Kept(most * FRAMES_A_PRINT) for _ in range(4))
        self._many, self._prints = Kept(most * 3), Kept(most * PRINT)
        self._early = DELAY_FRAMES
        self._waiting: list[Answer] = []

    def __len__(self) -> int:
        return len(self._level)

    @property
    def answered(self) -> int:
        """Frames about which the ear has spoken."""
        return len(self._voice)

    def append(self, level_db: Floats, voicing: Floats, is_missing: Bools, is_clipped: Bools) -> None:
        """Add frames."""
        self._level.add(np.clip((level_db - _LOWEST_DB) * 2 + 0.5, 0, 255).astype(np.uint8).tobytes())
        character = np.clip(voicing * 31 + 0.5, 0, 31).astype(np.uint8)
        character |= np.where(is_missing, _MISSING, 0).astype(np.uint8)
        character |= np.where(is_clipped, _CLIPPED, 0).astype(np.uint8)
        self._character.add(character.tobytes())

    def answer(self, answer: Answer) -> tuple[Floats, Floats]:
        """Add what the ear says about the next frames; what it says about the time before the lesson is dropped.

        Returns voice and sides as they were kept.
        """
        skip = min(self._early, answer.voice.size)
        self._early -= skip
        steps = skip // FRAMES_A_STEP
        heard, sides = answer.voice[skip:], answer.sides[steps:]
        known = self.is_missing[self.answered : self.answered + heard.size]
        is_missing = np.zeros(heard.size, dtype=np.bool_)
        is_missing[: known.size] = known
        # Where the microphone delivered nothing nobody was heard.
        heard = np.where(is_missing, np.float32(_NOBODY), heard)
        sides = np.where(is_missing[::FRAMES_A_STEP, None], np.float32(_NOBODY), sides)
        self._voice.add(_bytes(heard, _LOG_ODDS))
        self._sides.add(_bytes(sides, _LOG_ODDS))
        self._waiting.append(Answer(heard, sides, answer.many[steps:], answer.prints[steps:]))
        voice, many, prints = (
            np.concatenate([getattr(one, name) for one in self._waiting]) for name in ("voice", "many", "prints")
        )
        blocks = len(many) // STEPS_A_PRINT
        if not blocks:
            return heard, sides
        whole = blocks * STEPS_A_PRINT
        weight = probability(voice[: whole * FRAMES_A_STEP].reshape(whole, FRAMES_A_STEP).mean(axis=1))
        mean = (prints[:whole] * weight[:, None]).reshape(blocks, STEPS_A_PRINT, PRINT).mean(axis=1)
        self._prints.add(_bytes(mean, _UNIT))
        self._many.add(_bytes(many[:whole].reshape(blocks, STEPS_A_PRINT, -1).mean(axis=1), _LOG_ODDS))
        left = Answer(voice[whole * FRAMES_A_STEP :], np.empty((0, 2), dtype=np.float32), many[whole:], prints[whole:])
        self._waiting = [left]
        return heard, sides

    def cut(self, frames: int) -> None:
        """Forget what is past the lesson's end, but for the rest of its last 0.1 s."""
        blocks = -(-frames // FRAMES_A_PRINT)
        for kept, width in self._columns():
            kept.cut(blocks * width)

    def forget(self, prints: int) -> None:
        """Forget the first `prints` tenths of a second; all counts are from what is left on."""
        for kept, width in self._columns():
            kept.forget(prints * width)

    def _columns(self) -> list[tuple[Kept, int]]:
        """What is kept, and how many bytes of it stand for a print's 0.1 s."""
        frames = (self._level, self._character, self._voice, self._sides)
        return [*((kept, FRAMES_A_PRINT) for kept in frames), (self._many, 3), (self._prints, PRINT)]

    @property
    def level_db(self) -> Column[Floats]:
        """(n,) dBFS."""
        return Column(self._level, _levels)

    @property
    def voicing(self) -> Column[Floats]:
        """(n,) 0 to 1."""
        return Column(self._character, _voicing)

    @property
    def voice(self) -> Column[Floats]:
        """(n,) log odds that somebody speaks to the class; of the frames the ear has spoken about."""
        return Column(self._voice, _odds)

    @property
    def sides(self) -> Column[Floats]:
        """(n / 2, 2) log odds of the teacher, and of pupils."""
        return Column(self._sides, _odds, 2)

    @property
    def many(self) -> Column[Floats]:
        """(n / 10, 3) log odds of a choral answer, of group work, of babble."""
        return Column(self._many, _odds, 3)

    @property
    def prints(self) -> Column[Floats]:
        """(n / 10, PRINT)."""
        return Column(self._prints, _units, PRINT)

    @property
    def is_missing(self) -> Column[Bools]:
        """(n,) the microphone did not deliver."""
        return Column(self._character, _is_missing)

    @property
    def is_clipped(self) -> Column[Bools]:
        """(n,) samples at the end of the scale."""
        return Column(self._character, _is_clipped)

    def prints_between(self, start: int, end: int) -> Floats:
        """(m, PRINT) of the prints that begin inside some frames, as far as they are known."""
        return self.prints[-(-start // FRAMES_A_PRINT) : -(-end // FRAMES_A_PRINT)]


def _bytes(values: Floats, scale: float) -> bytes:
    return bytes(np.clip(np.rint(values * scale), -127, 127).astype(np.int8).tobytes())


def _signed(kept: NDArray[np.uint8], scale: float) -> Floats:
    return kept.view(np.int8).astype(np.float32) / np.float32(scale)


def _odds(kept: NDArray[np.uint8]) -> Floats:
    return _signed(kept, _LOG_ODDS)


def _units(kept: NDArray[np.uint8]) -> Floats:
    return _signed(kept, _UNIT)


def _levels(kept: NDArray[np.uint8]) -> Floats:
    return kept.astype(np.float32) / 2 + np.float32(_LOWEST_DB)


def _voicing(kept: NDArray[np.uint8]) -> Floats:
    return (kept & 0x1F).astype(np.float32) / 31


def _is_missing(kept: NDArray[np.uint8]) -> Bools:
    return np.asarray((kept & _MISSING) != 0)


def _is_clipped(kept: NDArray[np.uint8]) -> Bools:
    return np.asarray((kept & _CLIPPED) != 0)
