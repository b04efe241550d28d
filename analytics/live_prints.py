"""Follow her voice by its prints while the lesson goes on.

::

    a stretch is over --> its prints --> the plane learnt so far --> log odds of the teacher
                             |                    ^
                             '--> remembered -----'   learnt anew every 25 stretches, in the first minutes every five

Memory: the last 240 stretches.
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Floats
from analytics.prints import Plane, hers, smoothed, unit
from analytics.talkers import REMEMBERED, is_time_to_learn

_MOST_PRINTS = 40
"""Of one stretch: a long one tells no more of a voice."""
_TRUST = 6.0
_WEIGHT = 2.0
"""A stretch's prints are of one voice: their mean counts this much (our choice)."""


class LivePrints:
    """Stretches in, how surely each is hers."""

    def __init__(self, teacher: Floats | None = None) -> None:
        """`teacher`: her voice print, if she gave one."""
        self._teacher = teacher
        self._recent: list[tuple[Floats, float]] = []
        self._heard = 0
        self._plane: Plane | None = None

    def hear(self, prints: Floats, guess: float) -> float | None:
        """Take in one stretch's (n, PRINT) and what else says of it; returns log odds. None: too early, or no print."""
        if not len(prints):
            return None
        own = smoothed(prints[:_MOST_PRINTS], np.ones(min(len(prints), _MOST_PRINTS), dtype=np.bool_))
        self._recent.append((own, guess))
        del self._recent[:-REMEMBERED]
        self._heard += 1
        if is_time_to_learn(self._heard):
            self._learn()
        if self._plane is None:
            return None
        return float(np.clip(_WEIGHT * self._plane.odds(unit(own.sum(axis=0))), -_TRUST, _TRUST))

    def _learn(self) -> None:
        prints = np.concatenate([own for own, _ in self._recent])
        guesses = np.concatenate([np.full(len(own), guess) for own, guess in self._recent])
        is_voice = np.ones(len(prints), dtype=np.bool_)
        self._plane = hers(prints, guesses, is_voice, self._teacher) or self._plane
