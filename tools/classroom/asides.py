"""Small things that nobody asked for, and when: a "mm", a laugh, a cough.

::

    due     laugh ....... her backchannel ....... cough ..... shh ....... their backchannel
    comes            laugh (in the next long silence)      her backchannel (in the next long answer)

Each comes when there is room for it. All kinds take their turns, so that a lesson of some minutes has every one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

HERS, THEIRS = "her backchannel", "their backchannel"
SOUNDS = ("laugh", "shh", "cough")
_EVERY = 60.0
"""Seconds from one to the next, on average: one a minute in all. Ours."""


class Asides:
    """What is due in one lesson."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._next = 0.0
        self._due: list[str] = []
        self._deck: list[str] = []

    def take(self, kinds: Sequence[str], now: float) -> str:
        """Return one of the kinds if it is due, and count it as done; otherwise nothing."""
        while self._next <= now:
            self._deck = self._deck or [str(kind) for kind in self._rng.permutation([HERS, THEIRS, *SOUNDS])]
            self._due.append(self._deck.pop())
            self._next += float(self._rng.exponential(_EVERY))
        found = next((kind for kind in self._due if kind in kinds), "")
        if found:
            self._due.remove(found)
        return found
