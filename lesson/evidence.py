"""How far a figure can be trusted, each reason beside the others.

::

    median 2.4 s      signal    good
                      coverage  good
                      roles     fair   Who spoke is doubtful at 3 of 14 pauses.
                      spread    weak   The usual pause may be anywhere from 1.2 to 4.4 s.
                      count     weak   14 pauses are few: from 20 on they say what is usual.

Grades are of the measurement, never of the teaching, and there is no sum of them. Which number gets which grade is
analytics/evidence.py's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How far one aspect of a measurement can be trusted."""

    GOOD = "good"
    FAIR = "fair"
    WEAK = "weak"


class Aspect(StrEnum):
    """What a figure rests on."""

    SIGNAL = "signal"
    """Share of the whole-class time that could be heard well."""
    COVERAGE = "coverage"
    """Share of the pauses that could be measured."""
    ROLES = "roles"
    """Share of who-spoke that is surely right: the mean certainty, or what is not weak if that is less."""
    SPREAD = "spread"
    """How far a median may be off, as a factor; a share, as a part of one."""
    COUNT = "count"
    """Pauses counted; for shares of talk the rounds of teacher and pupils."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One aspect of one figure."""

    aspect: Aspect
    value: float
    grade: Grade
    says: str | None = None
    """What is not good about it, in a sentence. None: nothing."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a figure rests on."""

    n: int = 0
    """What was counted: pauses, or rounds of talk."""
    grounds: tuple[Ground, ...] = ()
    refused: str | None = None
    """Why the figure is not told, in a sentence. None: it is told."""

    @property
    def weakest(self) -> Grade | None:
        """The grade of the weakest aspect: a figure is as sure as that, and good aspects do not make up for it."""
        order = list(Grade)
        return max((ground.grade for ground in self.grounds), key=order.index, default=None)

    @property
    def says(self) -> tuple[str, ...]:
        """What is not good, the weakest first, in sentences."""
        order = list(Grade)
        told = sorted(self.grounds, key=lambda ground: order.index(ground.grade), reverse=True)
        return tuple(ground.says for ground in told if ground.says is not None)


NO_EVIDENCE = Evidence()
"""Of a figure that nobody has judged."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a share lies, 95 times of 100."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reach:
    """How many pauses reached a line; within the guard band of it nobody can say."""

    yes: int = 0
    borderline: int = 0
    no: int = 0


NOTHING_REACHED = Reach()
"""Of no pauses at all."""


@dataclass(frozen=True, slots=True)
class RoleCertainty:
    """How sure it is who spoke."""

    mean: float
    """Mean probability that the role is right."""
    weak_share: float
    """Share whose probability is under `role_weak`."""
    n_weak: int | None = None
    """How many these are, where they can be counted."""
