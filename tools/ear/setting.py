"""Who sits where in a lesson: the teacher, up to ten pupils, the unit on a wall or the ceiling.

::

    +------ unit (or side, rear, ceiling) ------+
    |  T   T      T  T     she walks: four places
    |     p   p  p     p   p   p   p  p    p  p |
    +-------------------------------------------+
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tools.ear.room import ways
from tools.ear.voices import Person, Voices

Rng = np.random.Generator


def people(rng: Rng, voices: Voices) -> tuple[Person, list[Person]]:
    """The teacher and her pupils; of a primary school more often than not."""
    is_primary = rng.random() < 0.55
    name = voices.teachers[rng.integers(len(voices.teachers))]
    teacher = Person(rng, voices, name, 1.0 if rng.random() < 0.7 else rng.uniform(0.93, 1.07))
    pupils = [_pupil(rng, voices, is_primary=is_primary) for _ in range(10)]
    return teacher, [pupil for pupil in pupils if pupil.name != name]


def _pupil(rng: Rng, voices: Voices, *, is_primary: bool) -> Person:
    kind = rng.random()
    if is_primary:
        if kind < 0.6:
            return Person(rng, voices, rng.choice(voices.children), rng.uniform(0.9, 1.15))
        return Person(rng, voices, rng.choice(voices.adults), rng.uniform(1.12, 1.4))
    if kind < 0.35:
        return Person(rng, voices, rng.choice(voices.children), rng.uniform(0.85, 1.0))
    if kind < 0.75:
        return Person(rng, voices, rng.choice(voices.teens), rng.uniform(0.95, 1.12))
    return Person(rng, voices, rng.choice(voices.adults), rng.uniform(0.98, 1.2))


class Places:
    """Ways to the unit from four places of the teacher and one of each pupil, and how loud (dB) each is."""

    def __init__(self, rng: Rng, pupils: int) -> None:
        size = np.array([rng.uniform(6, 10.5), rng.uniform(6.5, 10), rng.uniform(2.6, 3.5)])
        self.decay = rng.uniform(0.3, 0.85) if rng.random() < 0.85 else rng.uniform(0.85, 1.25)
        side = rng.choice(["front", "side", "rear", "ceiling"])
        unit = {
            "front": [size[0] * rng.uniform(0.2, 0.8), 0.15, rng.uniform(1.4, 2.5)],
            "side": [0.15, size[1] * rng.uniform(0.3, 0.7), rng.uniform(1.4, 2.5)],
            "rear": [size[0] * rng.uniform(0.2, 0.8), size[1] - 0.15, rng.uniform(1.4, 2.5)],
            "ceiling": [size[0] * 0.5, size[1] * rng.uniform(0.3, 0.6), size[2] - 0.1],
        }[side]
        hers = [
            [rng.uniform(0.8, size[0] - 0.8), rng.uniform(0.6, size[1] * 0.35), rng.uniform(1.4, 1.75)]
            for _ in range(4)
        ]
        theirs = [
            [rng.uniform(0.6, size[0] - 0.6), rng.uniform(size[1] * 0.3, size[1] - 0.5), rng.uniform(0.95, 1.3)]
            for _ in range(pupils)
        ]
        found = ways(rng, size, self.decay, unit, [_not_at(unit, place, size[0]) for place in hers + theirs])
        self.hers, self.theirs = [way for way, _ in found[:4]], [way for way, _ in found[4:]]
        louder = rng.uniform(-1, 9)
        far_hers = np.array([far for _, far in found[:4]])
        far_theirs = np.array([far for _, far in found[4:]])
        self.hers_db = -20 * np.log10(far_hers / far_hers.mean()) * 0.5
        theirs_db = -20 * np.log10(far_theirs / far_hers.mean()) * 0.5 - louder + rng.normal(0, 2, pupils)
        self.theirs_db = np.clip(theirs_db, -14, 5)


def _not_at(unit: Any, place: list[Any], width: Any) -> list[Any]:
    if np.linalg.norm(np.subtract(place, unit)) < 0.9:
        return [(place[0] + width / 2) % width * 0.98 + 0.01 * width, *place[1:]]
    return place
