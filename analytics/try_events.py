"""What is told while a teacher rehearses: the ring that fills, each try, what became of it; and all tries together.

::

    PoseEnded  Pausing Pausing ...  Try(3, 5.2 s, yes)  Confirmed(3, named)      the usual course
                                    Try(3, 2.1 s, no)   Reopened(3)              that was a cough: the pause goes on
               Pausing Pausing ...  Lapsed(too_long)                             no try will come of it

Times are seconds of sound since the rehearsal began. Nobody else's numbers are in here, and no mean.
"""

from __future__ import annotations

import dataclasses
import statistics
from dataclasses import dataclass
from enum import StrEnum

from lesson.wire import seconds


class Verdict(StrEnum):
    """Whether a pause reached the teacher's own goal."""

    YES = "yes"
    BORDERLINE = "borderline"
    """Nearer to the goal than what we can measure."""
    NO = "no"
    CUT = "cut"
    """She went on speaking before her goal, and named nobody."""


class Kind(StrEnum):
    """What ended a pause."""

    NAMED = "named"
    SPOKE_ON = "spoke_on"


class Why(StrEnum):
    """Why a pause was given up."""

    TOO_LONG = "too_long"
    MISSING_SOUND = "missing_sound"


@dataclass(frozen=True, slots=True)
class PoseEnded:
    """The pose is over, and this is more than a phrasing pause."""

    at: float = seconds()


@dataclass(frozen=True, slots=True)
class Pausing:
    """How long it has been quiet, for a ring that fills."""

    has_reached_goal: bool
    at: float = seconds()
    silence: float = seconds()


@dataclass(frozen=True, slots=True)
class Try:
    """A pose-pause-name repetition. `Confirmed` says later whether it was a name."""

    number: int
    verdict: Verdict
    pause: float = seconds()
    at: float = seconds()
    """Onset of the name."""
    latency: float = seconds()
    """Sound that was heard after the onset until this was said."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What ended the pause of a try. A pause that was cut gets its final verdict here."""

    number: int
    kind: Kind
    verdict: Verdict
    at: float = seconds()


@dataclass(frozen=True, slots=True)
class Reopened:
    """What ended the try was no voice after all: the pause goes on, the number is free again."""

    number: int
    at: float = seconds()


@dataclass(frozen=True, slots=True)
class Lapsed:
    """No try will come of this pause."""

    why: Why
    at: float = seconds()


RehearsalEvent = PoseEnded | Pausing | Try | Confirmed | Reopened | Lapsed


class TrySet:
    """The tries of one rehearsal: what a page or a terminal shows at its end."""

    def __init__(self) -> None:
        self._tries: dict[int, Try] = {}
        self._kinds: dict[int, Kind] = {}

    def take(self, event: RehearsalEvent) -> None:
        """Remember a try, or what became of it."""
        match event:
            case Try():
                self._tries[event.number] = event
            case Confirmed():
                self._kinds[event.number] = event.kind
                self._tries[event.number] = dataclasses.replace(self._tries[event.number], verdict=event.verdict)
            case Reopened():
                self._tries.pop(event.number, None)

    @property
    def tries(self) -> tuple[Try, ...]:
        """All, in order."""
        return tuple(self._tries.values())

    @property
    def named(self) -> tuple[Try, ...]:
        """Those that ended with a name, or with the rehearsal itself."""
        return tuple(each for each in self.tries if self._kinds.get(each.number) is not Kind.SPOKE_ON)

    @property
    def median(self) -> float | None:
        """Median pause of those that were named. Never a mean: one long pause would move it."""
        return statistics.median(each.pause for each in self.named) if self.named else None

    @property
    def range(self) -> tuple[float, float] | None:
        """Shortest and longest pause of those that were named."""
        pauses = [each.pause for each in self.named]
        return (min(pauses), max(pauses)) if pauses else None
