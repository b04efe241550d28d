"""Was anybody speaking, frame by frame of 10 ms, whoever it was.

::

    truth    ..SSSSSSSS....SSSS..GGGGGG     miss           missed speech / speech
    told     ...SSSSSSSSS..SS....SSSSSS     false alarm    told speech / silence
               m       ff    mm ------      error          (missed + false) / speech, the usual detection error rate

Group work that really was (G) is left out: its truth is many voices at once and does not say when each begins.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.arrays import Bools
from lesson.talk import Role, State

FRAME_S = 0.01
VOICES = frozenset({Role.TEACHER, Role.PUPIL, Role.CHORAL, Role.OVERLAP, Role.UNKNOWN})
"""A voice, if not always whose."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Frames of one or several lessons."""

    speech: int = 0
    silence: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: Speech) -> Speech:
        return Speech(
            self.speech + other.speech,
            self.silence + other.silence,
            self.missed + other.missed,
            self.false + other.false,
        )

    @property
    def figures(self) -> dict[str, Any]:
        """By name, for the report."""
        return {
            "speech_miss": _share(self.missed, self.speech),
            "speech_false_alarm": _share(self.false, self.silence),
            "detection_error": _share(self.missed + self.false, self.speech),
        }


def score_speech(truth: Sequence[State], told: Sequence[State], duration: float) -> Speech:
    """Compare the states of one lesson."""
    counts = ~painted(((state.start, state.end) for state in truth if state.role is Role.GROUP), duration)
    true = painted(((state.start, state.end) for state in truth if state.role in VOICES), duration)
    heard = VOICES | {Role.GROUP}
    said = painted(((state.start, state.end) for state in told if state.role in heard), duration)
    return compared(true, said, counts)


def compared(true: Bools, said: Bools, counts: Bools) -> Speech:
    """Compare frame by frame, where it counts."""
    return Speech(
        speech=int(np.sum(true & counts)),
        silence=int(np.sum(~true & counts)),
        missed=int(np.sum(true & ~said & counts)),
        false=int(np.sum(~true & said & counts)),
    )


def painted(spans: Iterable[tuple[float, float]], duration: float) -> Bools:
    """Frames whose middle lies in a span.

    >>> painted([(0.01, 0.03)], 0.05).tolist()
    [False, True, True, False, False]
    """
    frames = np.zeros(max(0, round(duration / FRAME_S)), dtype=np.bool_)
    for start, end in spans:
        frames[_first(start) : _first(end)] = True
    return frames


def _first(moment: float) -> int:
    """First frame whose middle is not before a moment. Times are rounded to a microsecond: 0.3 is not 0.29999."""
    return max(0, math.ceil(round(moment / FRAME_S - 0.5, 4)))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
