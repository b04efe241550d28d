"""What is true of each 10 ms of a made lesson.

::

    0 silence   1 the teacher   2 a pupil   3 both   4 the class together   5 group work: who speaks is not said

Beside it: which voice (-1 nobody, -2 several), and where others babble behind the talk.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SILENCE, TEACHER, PUPIL, BOTH, CHORAL, GROUP = range(6)
RATE = 16000
HOP = 160


class Labels:
    """Filled while a lesson is made."""

    def __init__(self, frames: int) -> None:
        self.teacher, self.pupil, self.choral, self.group, self.babble = np.zeros((5, frames), bool)
        self.voice = np.full(frames, -1, "i2")

    def mark(self, who: Any, at: float, spans: list[list[int]], voice: int | None = None) -> None:
        """Mark an utterance's `spans` (samples), begun `at` seconds, in `who`: one of the arrays here."""
        for start, end in spans:
            first = round(at * 100 + start / HOP)
            last = min(round(at * 100 + end / HOP), len(who))
            if first < last:
                who[first:last] = True
                if voice is not None:
                    now = self.voice[first:last]
                    self.voice[first:last] = np.where(now == -1, voice, -2)

    def roles(self) -> Any:
        """One of the six for each frame."""
        out = np.zeros(len(self.voice), "u1")
        out[self.pupil] = PUPIL
        out[self.teacher] = TEACHER
        out[self.teacher & (self.pupil | self.choral)] = BOTH
        out[self.choral & ~self.teacher] = CHORAL
        out[self.group] = GROUP
        return out
