"""Was group work called group work?

::

    truth   whole class |####### group #######| whole class
    told    whole class    |####### group #######| whole class
                        |ee|                  |ee|           e: wrong, as a share of the lesson

Other phases (silent work) are no error here: what is scored is whether a moment is group work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lesson.talk import Phase, PhaseSpan
from waitwise.evaluate.lessons import Truth
from waitwise.evaluate.told import Told


@dataclass(frozen=True, slots=True)
class Phases:
    """Seconds that one or several lessons were right and wrong about group work."""

    lesson: float = 0.0
    wrong: float = 0.0
    true: float = 0.0
    told: float = 0.0

    def __add__(self, other: Phases) -> Phases:
        return Phases(
            self.lesson + other.lesson, self.wrong + other.wrong, self.true + other.true, self.told + other.told
        )

    @property
    def frame_error(self) -> float | None:
        """Wrong share of the lesson. None: no lesson."""
        return self.wrong / self.lesson if self.lesson else None


def score_phases(truth: Truth, told: Told) -> Phases:
    """Compare group work in one lesson."""
    true, said = _group(truth.phases, truth.duration), _group(told.phases, truth.duration)
    common = sum(max(0.0, min(end, until) - max(start, since)) for start, end in true for since, until in said)
    true_time, told_time = _time(true), _time(said)
    return Phases(truth.duration, true_time + told_time - 2 * common, true_time, told_time)


def _group(phases: Sequence[PhaseSpan], duration: float) -> list[tuple[float, float]]:
    return [(span.start, min(span.end, duration)) for span in phases if span.phase is Phase.GROUP]


def _time(spans: Iterable[tuple[float, float]]) -> float:
    return sum((end - start for start, end in spans), start=0.0)
