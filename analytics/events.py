"""What every event of a lesson has: a name of its own, and how much to trust it."""

from __future__ import annotations

import uuid
from collections.abc import Set as AbstractSet

from lesson.talk import Flag


class EventIds:
    """Names for events: the same lesson gives the same names, another lesson gives others."""

    def __init__(self, lesson_id: str, row: str = "live") -> None:
        self._lesson, self._row = uuid.UUID(lesson_id), row
        self._count = 0

    def next(self) -> str:
        """32 hexadecimal digits, a version 5 UUID of the lesson's id and a counter."""
        self._count += 1
        return uuid.uuid5(self._lesson, f"{self._row}-{self._count}").hex


def confidence(p_role: float, flags: AbstractSet[Flag]) -> float:
    """How much to trust an event: its roles, less a third for each reason to doubt its edges."""
    doubts = len(flags & {Flag.LOW_SNR, Flag.BABBLE, Flag.CLIPPED, Flag.GAP_IN_AUDIO})
    return float(p_role * (2 / 3) ** doubts)
