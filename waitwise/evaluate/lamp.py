"""The lamp that follows a silence while it goes on: how late it is, and whether it lights when it should not.

::

    truth     she stops |------ 1.0 s ------|----->
    lamp                                       * lights here, this much late

A lamp set to one second is watched, the shortest wait anybody trains for: of short silences there are enough to count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.listener import LevelReading
from lesson.talk import Phase, Role
from waitwise.evaluate.events import percentile
from waitwise.evaluate.lessons import Truth

SET_TO_S = 1.0
MAY_BE_LATE_S = 0.3
"""Our goal, and so the least that a silence must go on for the lamp to be judged by it."""
_TOO_EARLY_S = 0.5
"""A lamp that lights so much before its time was lit by something else."""
_QUIET = (Role.SILENCE, Role.NOISE)


class LampWatch:
    """Watches a lesson's readings for the moments at which the lamp lights."""

    def __init__(self) -> None:
        self._is_lit = False
        self._lit: list[float] = []

    def take(self, now: float, reading: LevelReading) -> None:
        """Take in what the lamp is shown at `now` seconds of the lesson."""
        is_lit = reading.silence_so_far >= SET_TO_S
        if is_lit and not self._is_lit:
            self._lit.append(now)
        self._is_lit = is_lit

    def lit(self) -> list[float]:
        """Seconds of the lesson at which it lit."""
        return list(self._lit)


@dataclass(frozen=True, slots=True)
class Lamp:
    """The lamp of one or several lessons against their truth."""

    late: tuple[float, ...] = ()
    """Of each silence that was long enough, seconds; infinite: it did not light."""
    false: int = 0
    """Times it lit in no such silence."""
    seconds: float = 0.0

    def __add__(self, other: Lamp) -> Lamp:
        return Lamp(self.late + other.late, self.false + other.false, self.seconds + other.seconds)

    @property
    def figures(self) -> dict[str, Any]:
        """By name, for the report."""
        off = [abs(late) for late in self.late]
        return {
            "lamp_silences": len(self.late),
            "lamp_missed": sum(math.isinf(late) for late in self.late),
            "lamp_off_median_s": percentile(off, 50),
            "lamp_off_p95_s": percentile(off, 95),
            "lamp_false_per_hour": self.false / self.seconds * 3600 if self.seconds else None,
        }


def score_lamp(truth: Truth, lit: Sequence[float]) -> Lamp:
    """Compare the moments at which the lamp lit with the silences of a lesson's whole-class time."""
    free = list(lit)
    late: list[float] = []
    for start, end in _silences(truth):
        own = [at for at in free if start + SET_TO_S - _TOO_EARLY_S <= at <= end + _TOO_EARLY_S]
        for at in own:
            free.remove(at)
        if end - start >= SET_TO_S + MAY_BE_LATE_S:
            late.append(own[0] - start - SET_TO_S if own else math.inf)
    class_time = [(phase.start, phase.end) for phase in truth.phases if phase.phase is Phase.WHOLE_CLASS]
    false = sum(any(start <= at < end for start, end in class_time) for at in free)
    return Lamp(tuple(late), false, sum(end - start for start, end in class_time))


def _silences(truth: Truth) -> list[tuple[float, float]]:
    """Silences of the set length and more in whole-class time, in order; noise does not end one."""
    found: list[tuple[float, float]] = []
    for state in truth.states:
        if state.role not in _QUIET:
            continue
        if found and found[-1][1] >= state.start:
            found[-1] = (found[-1][0], state.end)
        else:
            found.append((state.start, state.end))
    return [
        (start, end)
        for start, end in found
        if end - start >= SET_TO_S
        and any(
            phase.phase is Phase.WHOLE_CLASS and phase.start <= start and end <= phase.end for phase in truth.phases
        )
    ]
