"""Draw which phases a whole lesson has, in which order, and how long each is.

::

    whole_class   | transition | group | whole_class  | silent_work | transition | whole_class | ...
    '- 55 % of the time, in all    20 %                    15 %           7 %      av: 3 %

After whole-class talk comes work of some kind, after work whole-class talk, and once a piece of work a transition
stands before or after it. Kinds of work are drawn in strata: how many group phases a lesson has is chance, that it has
one is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.classroom.errors import ClassroomError
from tools.classroom.phases import WHOLE_CLASS

SHARES = {WHOLE_CLASS: 0.55, "group": 0.20, "silent_work": 0.15, "transition": 0.07, "av": 0.03}
"""Of the lesson's time; ours."""
SHORTEST = {"group": 60.0, "silent_work": 60.0, "av": 30.0}
LONGEST_WORK = 480.0
"""Group and silent work last from one to eight minutes ..."""
_OF_LESSON = 1 / 6
"""... but no more than a sixth of a lesson, so that a short one has several phases; a film half as long."""
_UNEVEN = (0.6, 1.4)
"""How much transitions, and stretches of whole-class talk, differ from their mean."""
SHORTEST_LESSON = 300.0
"""From here on a fifth of the lesson is at least one whole group phase."""


@dataclass(frozen=True, slots=True)
class Span:
    """A phase as planned, in seconds from the start of the lesson."""

    phase: str
    start: float
    end: float


def draw_plan(rng: np.random.Generator, seconds: float) -> tuple[Span, ...]:
    """Draw a plan that begins and ends with whole-class talk.

    Raises:
        ClassroomError: too short for a phase of group work.
    """
    if seconds < SHORTEST_LESSON:
        raise ClassroomError(f"A whole lesson needs {SHORTEST_LESSON:.0f} s or more for its phases.")
    works = [(kind, float(rng.uniform(*_limits(kind, seconds)))) for kind in _kinds(rng, seconds)]
    moves = _spread(rng, SHARES["transition"] * seconds, len(works))
    talk = _spread(rng, seconds - sum(moves) - sum(length for _, length in works), len(works) + 1)
    row = [(WHOLE_CLASS, talk[0])]
    for work, move, after in zip(works, moves, talk[1:], strict=True):
        moved = ("transition", move)
        row += [moved, work] if rng.random() < 0.5 else [work, moved]
        row.append((WHOLE_CLASS, after))
    ends = np.cumsum([length for _, length in row])
    return tuple(Span(phase, float(end - length), float(end)) for (phase, length), end in zip(row, ends, strict=True))


def _kinds(rng: np.random.Generator, seconds: float) -> list[str]:
    """Draw the kinds of work: as many of each as its share needs, the fraction by chance, in any order."""
    wanted = {kind: SHARES[kind] * seconds / (sum(_limits(kind, seconds)) / 2) for kind in SHORTEST}
    points = np.arange(rng.random(), sum(wanted.values()), 1.0)
    kinds = np.searchsorted(np.cumsum(list(wanted.values())), points, side="right")
    return [list(wanted)[int(at)] for at in rng.permutation(kinds)]


def _limits(kind: str, seconds: float) -> tuple[float, float]:
    shortest = SHORTEST[kind]
    longest = min(LONGEST_WORK, seconds * _OF_LESSON) * shortest / SHORTEST["group"]
    return shortest, max(shortest, longest)


def _spread(rng: np.random.Generator, total: float, parts: int) -> list[float]:
    weights = rng.uniform(*_UNEVEN, parts)
    return [float(part) for part in total * weights / weights.sum()]
