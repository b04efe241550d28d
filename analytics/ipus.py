"""Cut the sound into stretches of speech while it arrives.

`StretchBuilder` is fed the ear's odds and hands out stretches that nothing later can change any more, 0.2 s after
their end::

    voice   ____#######__##_________...........
                           |<0.2 s>| now: (4, 15) is certain

Whoever is speaking is not its business (`talkers.py`).
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Floats, Spans
from analytics.gate import OFF, stretches

_MAX_PENDING = 3000
"""A stretch longer than 30 s is handed out in pieces: group work must not fill the memory."""


class StretchBuilder:
    """Stretches of speech, in frames from the start of the lesson. `gap` and `shortest`: frames, as in `gate.py`."""

    def __init__(self, gap: int, shortest: int) -> None:
        self._gap, self._shortest = gap, shortest
        self._odds: list[Floats] = []
        self._first = 0
        self._pending = 0
        self._quiet = 0
        self._has_voice = False

    def feed(self, odds: Floats) -> Spans:
        """Take in the next frames; return (n, 2) frames of finished stretches, often none."""
        if not odds.size:
            return np.empty((0, 2), dtype=np.intp)
        self._odds.append(odds)
        self._pending += odds.size
        voiced = np.flatnonzero(odds > OFF)
        if voiced.size:
            self._has_voice, self._quiet = True, odds.size - 1 - int(voiced[-1])
        else:
            self._quiet += odds.size
        if self._quiet >= self._gap or self._pending >= _MAX_PENDING:
            return self.finish()
        return np.empty((0, 2), dtype=np.intp)

    def finish(self) -> Spans:
        """Hand out what is open."""
        found: Spans = np.empty((0, 2), dtype=np.intp)
        if self._has_voice:
            found = stretches(np.concatenate(self._odds), self._gap, self._shortest) + self._first
        self._first += self._pending
        self._odds, self._pending, self._has_voice = [], 0, False
        return found
