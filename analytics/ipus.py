"""Cut the sound into inter-pausal units while it arrives.

`IpuBuilder` is fed 100 ms at a time and hands out stretches that nothing later can change any more, about 0.7 s
after their end::

    core    ....#######..##........................
                            |<-- 0.7 s -->| now: (4, 13) is certain

Whoever is speaking is not its business (`talkers.py`), nor whether it was a cough (`noise.py`).
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Bools, Floats, Spans
from analytics.gate import REACH_FRAMES, stretches

_MAX_PENDING = 3000
"""A stretch longer than 30 s is handed out in pieces: group work must not fill the memory."""


class IpuBuilder:
    """Stretches of speech, in frames from the start of the lesson."""

    def __init__(self, min_silence: float, min_speech: float) -> None:
        self._min_silence, self._min_speech = min_silence, min_speech
        self._core: list[Bools] = []
        self._level: list[Floats] = []
        self._floor: list[Floats] = []
        self._first = 0
        self._pending = 0
        self._since_core = 0
        self._has_core = False

    def feed(self, is_core: Bools, level_db: Floats, floor: float) -> Spans:
        """Take in the next frames; return (n, 2) frames of finished stretches, often none."""
        self._core.append(is_core)
        self._level.append(level_db)
        self._floor.append(np.full(is_core.size, floor, dtype=np.float32))
        self._pending += is_core.size
        seen = np.flatnonzero(is_core)
        if seen.size:
            self._has_core, self._since_core = True, is_core.size - 1 - int(seen[-1])
        else:
            self._since_core += is_core.size
        if self._has_core and (self._since_core >= REACH_FRAMES or self._pending >= _MAX_PENDING):
            return self.finish()
        if not self._has_core and self._pending > REACH_FRAMES:
            self._drop(keep=REACH_FRAMES // 2)
        return np.empty((0, 2), dtype=np.intp)

    def finish(self) -> Spans:
        """Hand out what is open."""
        if not self._has_core:
            return np.empty((0, 2), dtype=np.intp)
        found = stretches(
            np.concatenate(self._core),
            np.concatenate(self._level),
            np.concatenate(self._floor),
            self._min_silence,
            self._min_speech,
        )
        found = found + self._first
        self._drop(keep=min(self._since_core, REACH_FRAMES // 2))
        return found

    def _drop(self, keep: int) -> None:
        """Forget all frames but the last `keep`."""
        core, level, floor = np.concatenate(self._core), np.concatenate(self._level), np.concatenate(self._floor)
        start = core.size - keep
        self._core, self._level, self._floor = [core[start:]], [level[start:]], [floor[start:]]
        self._first += start
        self._pending, self._has_core = keep, False
