"""The teacher walks: from the board to the desks and back, at a walking pace.

::

    y   7 |        desks        .--o 3.0 m, for 22 s           o  she stands
          |     o--------------'                               -  she walks, 0.5 to 1 m/s, speaking or not
        1 |   o'  the board
          '---------------------------------> x

Every sentence is heard from one place: where she is in its middle, to half a metre. The truth is exact all the same,
since the sound is made from that very place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tools.classroom.script import TEACHER, Position, RoomPlan, Speaker, Spot
from tools.classroom.venue import louder_db

PACE = (0.5, 1.0)
"""Metres a second."""
GRID = 0.5
"""Metres between the places she can be heard from: every place costs a room response."""
_REACH = (1.0, 7.0)
"""How near and how far from the unit she stands."""
_STANDS = (8.0, 40.0)
"""Seconds in one place. Ours."""
_AT_THE_BOARD = 0.5
"""Share of places in the front of the room. Ours."""
_BOARD = (1.0, 2.0)
"""Metres from the front wall."""
_FROM_WALLS = 1.0
_MOUTH = 1.6


@dataclass(frozen=True, slots=True)
class Walk:
    """Her way through the lesson: at these seconds, at these places, in a straight line between."""

    seconds: tuple[float, ...]
    across: tuple[float, ...]
    back: tuple[float, ...]
    room: RoomPlan
    reference: Position
    """The place that her level is given for."""

    def at(self, second: float) -> Spot:
        """Return where she is heard from."""
        across, back = (float(np.interp(second, self.seconds, way)) for way in (self.across, self.back))
        position = (round(across / GRID) * GRID, round(back / GRID) * GRID, _MOUTH)
        return Spot(position, round(louder_db(position, self.reference, self.room), 1))


def draw_walk(rng: np.random.Generator, room: RoomPlan, placed: Mapping[str, Speaker], seconds: float) -> Walk:
    """Draw her way."""
    reference = placed[TEACHER].position
    at, here = 0.0, (reference[0], reference[1])
    knots = [(at, *here)]
    while at < seconds:
        at += rng.uniform(*_STANDS)
        knots.append((at, *here))
        there = _place(rng, room)
        at += math.dist(here, there) / rng.uniform(*PACE)
        here = there
        knots.append((at, *here))
    times, across, back = zip(*knots, strict=True)
    return Walk(times, across, back, room, reference)


def _place(rng: np.random.Generator, room: RoomPlan) -> tuple[float, float]:
    width, depth, _ = room.size
    while True:
        across = rng.uniform(_FROM_WALLS, width - _FROM_WALLS)
        is_board = rng.random() < _AT_THE_BOARD
        back = rng.uniform(*_BOARD) if is_board else rng.uniform(_BOARD[1], depth - _FROM_WALLS)
        if _REACH[0] <= math.dist((across, back, _MOUTH), room.unit) <= _REACH[1]:
            return float(across), float(back)
