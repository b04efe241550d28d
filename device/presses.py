"""Presses of one button, told apart: short, double, hold.

::

    edges     ___|~~~~|________________    SHORT after the release; after DOUBLE_WITHIN where a double press would
                                           mean something, because it may become one
    edges     ___|~~~~|___|~~~~|_______    DOUBLE at the second press
    edges     ___|~~~~~~~~~~~~~~~~~~~~|    HOLD while it is still held: a person feels that it was heard
    edges     ___|~|_|~~|_|~~~~~~~~|___    a contact that bounces is one press

Fed with edges and with the time; no clock and no pin inside. Pins and their libraries may bounce or not: this does not.
"""

from __future__ import annotations

from enum import StrEnum

BOUNCE = 0.03
"""Seconds that a contact may bounce: makers give 5 to 20 ms. No finger is faster than 50 ms."""

DOUBLE_WITHIN = 0.4
"""Seconds from one release to the next press. Desktops have 0.4 to 0.5 from press to press."""

HOLD_AFTER = 1.2
"""Seconds. Longer than a slow press of a stiff button, shorter than a person goes on holding in doubt."""


class Gesture(StrEnum):
    """What a person does to a button."""

    SHORT = "short"
    DOUBLE = "double"
    HOLD = "hold"


class Presses:
    """Fed with edges and with the time, gives gestures.

    >>> presses = Presses()
    >>> presses.edge(10.0, is_down=True), presses.edge(10.2, is_down=False)
    ([], [])
    >>> presses.due(10.5), presses.due(10.7)
    ([], [<Gesture.SHORT: 'short'>])
    """

    def __init__(self) -> None:
        self.waits_for_double = True
        """Whether a double press means anything now. If not, a short one is told at its release."""
        self._is_down = False
        """As far as it is believed."""
        self._is_down_now = False
        """What the contact said last."""
        self._changed_at = float("-inf")
        """When the contact was last believed to change."""
        self._released_at: float | None = None
        """When a short press ended that may become a double one."""
        self._is_told = False
        """The press that goes on has been told."""

    @property
    def is_down(self) -> bool:
        """A finger is on it: the lamp answers to this at once."""
        return self._is_down

    def edge(self, at: float, *, is_down: bool) -> list[Gesture]:
        """The contact changed at a time, in seconds of a clock that never jumps."""
        told = self.due(at)
        self._is_down_now = is_down
        # The first edge is believed at once, so that the lamp answers at once; what follows within BOUNCE is not.
        if at - self._changed_at >= BOUNCE:
            told += self._believe(at)
        return told

    def due(self, at: float) -> list[Gesture]:
        """What can be told by a time, without an edge."""
        told: list[Gesture] = []
        if self._is_down_now != self._is_down and at - self._changed_at >= BOUNCE:
            told += self._believe(self._changed_at + BOUNCE)
        if self._is_down and not self._is_told and at - self._changed_at >= HOLD_AFTER:
            told += self._tell(Gesture.HOLD)
        if self._released_at is not None and not self._is_down and at - self._released_at >= DOUBLE_WITHIN:
            told += self._tell(Gesture.SHORT)
        return told

    def _believe(self, at: float) -> list[Gesture]:
        if self._is_down_now == self._is_down:
            return []
        self._is_down, self._changed_at = self._is_down_now, at
        if self._is_down:
            self._is_told = False
            return self._tell(Gesture.DOUBLE) if self._released_at is not None else []
        if self._is_told:
            return []
        self._released_at = at
        return [] if self.waits_for_double else self._tell(Gesture.SHORT)

    def _tell(self, gesture: Gesture) -> list[Gesture]:
        self._is_told, self._released_at = True, None
        return [gesture]
