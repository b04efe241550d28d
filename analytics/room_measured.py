"""What a check of the room says: for pages and states, which need none of the arithmetic of `room_check.py`.

::

    Measured(floor_dbfs=-71.0, front_db=41.2, back_db=6.0)  ->  Outcome.BACK_UNHEARD
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """From where somebody is listened for."""

    QUIET = "quiet"
    """From nowhere: nobody speaks."""
    FRONT = "front"
    BACK = "back"


SECONDS = {Place.QUIET: 3.0, Place.FRONT: 5.0, Place.BACK: 5.0}


class Outcome(StrEnum):
    """What follows from what was heard."""

    GOOD = "good"
    FAIR = "fair"
    """The back row is heard, only just."""
    BACK_UNHEARD = "back unheard"
    """The back row stands out too little, or not at all."""
    FRONT_UNHEARD = "front unheard"
    """Not even the front does."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What has been measured so far, in decibels."""

    floor_dbfs: float | None = None
    front_db: float | None = None
    """How far the voice from the front stands out of the floor. None: nobody was heard yet."""
    back_db: float | None = None


NOTHING = Measured()
