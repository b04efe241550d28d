"""Hear that many are talking at once, as in group work.

::

                      one voice at a time        many voices
    sound             ###..####...##...###       ####################    pauses: hardly any
    pitch             one line, clear            lost in each other      clean pitch: seldom
    pitch, next       goes on smoothly           jumps from voice to voice   smooth pitch: seldom

A pause is 0.1 s that lies 8 dB under what the class reaches in the same twelve seconds, so a teacher who talks over
babble still leaves pauses, and group work does not. Fourteen bytes a second are kept (50 kB an hour). How loud
the class is on average, and how much that varies, is not asked: that method is patented (US 10 522 169 B2).
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Bools, Floats
from analytics.level import RoomLevel
from analytics.spectrum import HOP_S, STEP_FRAMES, Frames

# Measured on six labelled lessons: pauses take 0.28 to 0.7 of talk to the whole class, 0.35 and more with babble
# 10 dB below it, and at most 0.1 of group work.
FEW_PAUSES = 0.18
LOUD = 0.80
CLEAR = 0.30
SMOOTH = 0.70
_PAUSE_DB = 8.0
_PEAK_PERCENT = 92
_WINDOW_S = 12
_OVER_FLOOR_DB = 8.0
_SLOW_S = 300.0
"""The floor must not rise to the babble while a class works in groups."""
_CLEAR_VOICING = 0.85
_PITCHED = 0.4
_SMOOTH_OCTAVES = 0.5 / 12
_STEPS = round(1 / (STEP_FRAMES * HOP_S))
_COUNTS = 4
_BYTES = _COUNTS + _STEPS
_LOWEST_DB = -115.0
_EMPTY = 20
"""Fewer loud frames in a window tell nothing about pitch."""


class Babble:
    """Counts and levels of each second so far, and what they mean."""

    def __init__(self) -> None:
        self._room = RoomLevel(span=_SLOW_S)
        self._kept = bytearray()
        self._counts = np.zeros(_COUNTS, dtype=np.intp)
        self._levels: list[int] = []
        self._last_pitch = 0.0

    def feed(self, frames: Frames) -> bool:
        """Take in 100 ms. True when a second is full."""
        self._room.feed(frames.level_db)
        loud = frames.level_db > self._room.floor_dbfs + _OVER_FLOOR_DB
        octaves = np.log2(frames.pitch_hz[::2])
        jump = np.abs(np.diff(octaves, prepend=self._last_pitch))
        self._last_pitch = float(octaves[-1])
        pitched = loud[::2] & (frames.voicing[::2] > _PITCHED)
        self._counts += np.array(
            [
                np.count_nonzero(loud),
                np.count_nonzero(loud & (frames.voicing > _CLEAR_VOICING)),
                np.count_nonzero(pitched),
                np.count_nonzero(pitched & (jump < _SMOOTH_OCTAVES)),
            ]
        )
        level = 10 * np.log10(float(np.mean(np.power(10.0, frames.level_db / 10))))
        self._levels.append(int(np.clip(2 * (level - _LOWEST_DB), 0, 255)))
        if len(self._levels) < _STEPS:
            return False
        self._kept += self._counts.astype(np.uint8).tobytes() + bytes(self._levels)
        self._counts[:] = 0
        self._levels.clear()
        return True

    def is_group(self) -> Bools:
        """(seconds,) whether many voices were heard around each second."""
        return _group_like(self._kept)

    @property
    def is_group_now(self) -> bool:
        """Whether many voices were heard over the last window."""
        marks = _group_like(self._kept[-_BYTES * _WINDOW_S :])
        return bool(marks[_WINDOW_S // 2]) if marks.size >= _WINDOW_S else False


def _group_like(kept: bytearray) -> Bools:
    table = np.frombuffer(bytes(kept), dtype=np.uint8).reshape(-1, _BYTES)
    return many_voices(table[:, :_COUNTS].astype(np.float32), table[:, _COUNTS:].astype(np.float32) / 2)


def many_voices(counts: Floats, level_db: Floats) -> Bools:
    """(n,) whether the seconds around each sound like many voices.

    Args:
        counts: (n, 4) frames of each second: loud, loud with clear pitch, pitched (of 50), pitched and smooth.
        level_db: (n, 10) level of each 100 ms, from any zero.
    """
    if len(counts) < _WINDOW_S:
        return np.zeros(len(counts), dtype=np.bool_)
    loud, clear, pitched, smooth = (_window(column) for column in counts.T)
    length = _window(np.full(len(counts), round(1 / HOP_S), dtype=np.float32))
    told = (loud > _EMPTY) & (pitched > _EMPTY / 2) & (loud > LOUD * length)
    confused = (clear < CLEAR * loud) & (smooth < SMOOTH * pitched)
    return np.asarray(told & confused & (_pauses(level_db) < FEW_PAUSES))


def _pauses(level_db: Floats) -> Floats:
    """Share of pauses in the window around each second."""
    half = _WINDOW_S // 2
    padded = np.pad(level_db, ((half, half), (0, 0)), mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW_S, axis=0)[: len(level_db)]
    around = around.reshape(len(level_db), -1)
    peak = np.percentile(around, _PEAK_PERCENT, axis=1, keepdims=True)
    return np.asarray((around < peak - _PAUSE_DB).mean(axis=1), dtype=np.float32)


def _window(values: Floats) -> Floats:
    """Sum of the seconds around each."""
    total = np.convolve(values, np.ones(_WINDOW_S, dtype=np.float32))
    first = _WINDOW_S // 2
    return np.asarray(total[first : first + values.size])
