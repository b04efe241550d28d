"""The room a simulated class sits in, who sits where, and how loud each is at the unit.

::

    width   7.0 ... 7.4 | 7.5 ... 7.9 | 8.0 ... 8.4 | ...      tests: metres and under a half; tuning: the other half
               test         tuning        test

A voice at r metres is as loud as its direct sound and the room's together: Q / (4 pi r^2) + 4 / A, with A by Sabine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tools.classroom.cast import Cast
from tools.classroom.script import ADULT, FILM, TEACHER, Position, RoomPlan, Speaker
from tools.classroom.sentences import Side

_FACING = 2.0
"""Directivity of a mouth that looks into the room."""


def draw_room(rng: np.random.Generator, side: Side, rt60: tuple[float, float], unit: str) -> RoomPlan:
    """Draw a room; its width says which side of the split it belongs to."""
    width = int(rng.integers(7, 10)) + 0.5 * side + rng.uniform(0, 0.45)
    depth, height = rng.uniform(7, 10), rng.uniform(2.7, 3.5)
    up = rng.uniform(1.6, 2.6)
    places = {
        "front": (width * rng.uniform(0.3, 0.7), 0.15, up),
        "side": (0.15, depth * rng.uniform(0.3, 0.6), up),
        "rear": (width * rng.uniform(0.3, 0.7), depth - 0.15, up),
    }
    return RoomPlan(
        _rounded((width, depth, height)), round(rng.uniform(*rt60), 2), _rounded(places[unit]), has_drawn_tail=True
    )


def seat(rng: np.random.Generator, cast: Cast, room: RoomPlan) -> dict[str, Speaker]:
    """Give everybody a place: pupils at a grid of desks, the teacher before them, the film at the front wall."""
    width, depth, _ = room.size
    desks = [(width * (col + 0.5) / 4, 2.6 + (depth - 3.4) * row / 3, 1.1) for row in range(4) for col in range(4)]
    order = rng.permutation(len(desks))
    places: dict[str, Position] = {name: desks[int(at)] for name, at in zip(cast.pupils, order, strict=False)}
    places[TEACHER] = (width * rng.uniform(0.25, 0.75), rng.uniform(1.0, 1.8), 1.6)
    places[ADULT] = (width * 0.85, depth * 0.6, 1.5)
    places[FILM] = (width * 0.5, 0.4, 2.2)
    return {name: replace(one, position=_rounded(places[name])) for name, one in cast.speakers.items()}


def levels_by_distance(
    rng: np.random.Generator, speakers: Mapping[str, Speaker], room: RoomPlan, pupil_db: float
) -> dict[str, Speaker]:
    """Set how loud each is at the unit, relative to the teacher."""
    reference = _gain_db(speakers[TEACHER].position, room)
    found = {}
    for name, one in speakers.items():
        own = 0.0 if name == TEACHER else -2.0 if name in {ADULT, FILM} else rng.normal(pupil_db, 1.5)
        found[name] = replace(one, level_db=round(own + _gain_db(one.position, room) - reference, 1))
    return found


def louder_db(position: Position, than: Position, room: RoomPlan) -> float:
    """Return how much louder a voice is at the unit from one place than from another."""
    return _gain_db(position, room) - _gain_db(than, room)


def _gain_db(position: Position, room: RoomPlan) -> float:
    volume = math.prod(room.size)
    absorption = 0.161 * volume / room.rt60
    distance = max(0.5, math.dist(position, room.unit))
    return 10 * math.log10(_FACING / (4 * math.pi * distance**2) + 4 / absorption)


def _rounded(position: tuple[float, float, float]) -> Position:
    across, back, up = position
    return (round(float(across), 2), round(float(back), 2), round(float(up), 2))
