"""The simulated classes, by name: what each is good for finding out.

::

    clean_front   near unit, quiet room           group_then_plenary, silent_work, video   another phase inside
    far_quiet     unit at the rear, soft pupils   chairs, dropout, reverb12, babble10      what spoils the sound
    rapid_fire, goal5, choral, overlap_heavy      what the class does with the floor
    whole_lesson                                  several phases, long and short turns; not in the gate

Unless a row says otherwise: RT60 0.3 to 0.8 s, ventilation only, 15 to 25 dB(A) over noise, untrained waits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

WAITS = {"untrained": (1.0, 0.7), "trained": (3.3, 0.45)}
"""Median and spread (of the logarithm) of the silence after a question: Rowe's untrained second, and the goal."""
ANOTHER_PUPIL = 0.215
"""Share of pupils' turns that another pupil's follows (566 TalkMoves transcripts)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is peculiar to a simulated class."""

    teacher: str = ""
    """"woman" or "man"; drawn if empty."""
    ages: str = ""
    unit: str = ""
    """"front", "side" or "rear"."""
    rt60: tuple[float, float] = (0.3, 0.8)
    snr_db: tuple[float, ...] = (15.0, 20.0, 25.0)
    snr_weights: tuple[float, ...] | None = None
    """How often each of them is drawn; None: equally often."""
    waits: str = "untrained"
    work: str = ""
    """A phase in the middle: group, silent_work or av."""
    steady: tuple[str, ...] = ()
    steady_drawn: tuple[str, ...] = ()
    """One of these is added to `steady`; an empty one is none."""
    pupils: int = 12
    pupil_db: float = -8.5
    boys_only: bool = False
    choral: float = 0.05
    overlap: float = 0.2
    bangs: float = 0.15
    """Probability that a silence of 1 s or more has a chair, a pen or a page in it."""
    adult: float = 0.0
    babble_db: float | None = None
    is_damaged: bool = False
    """Drop-outs, clipping, and a clock that is off."""
    is_whole: bool = False
    """Several phases, and everything that `whole_lesson` writes."""
    seconds: float = 90.0
    """How long it is if nobody says otherwise."""


PROFILES = {
    "clean_front": Profile(unit="front", rt60=(0.3, 0.5), snr_db=(25.0,)),
    "far_quiet": Profile(unit="rear", snr_db=(15.0,), pupil_db=-11.0),
    "babble10": Profile(babble_db=10.0),
    "primary_woman": Profile(teacher="woman", ages="6-10"),
    "secondary_man_boys": Profile(teacher="man", ages="14-16", boys_only=True),
    "rapid_fire": Profile(waits="rapid"),
    "goal5": Profile(waits="goal"),
    "choral": Profile(choral=0.6),
    "group_then_plenary": Profile(work="group"),
    "silent_work": Profile(work="silent_work"),
    "video": Profile(work="av"),
    "overlap_heavy": Profile(overlap=0.6),
    "reverb12": Profile(rt60=(1.2, 1.2)),
    "chairs": Profile(bangs=0.9, steady=("corridor",)),
    "two_adults": Profile(adult=0.2),
    "dropout": Profile(is_damaged=True),
}
"""The sixteen that are made together and that the gate hears."""

WHOLE_LESSON = "whole_lesson"
EVERY_PROFILE = PROFILES | {
    WHOLE_LESSON: Profile(
        snr_db=(25.0, 20.0, 15.0, 11.0, 8.0, 5.0),
        snr_weights=(0.1, 0.2, 0.3, 0.2, 0.1, 0.1),
        steady_drawn=("", "projector", "playground", "rain"),
        pupils=16,
        is_whole=True,
        seconds=600.0,
    )
}


def draw_wait(rng: np.random.Generator, waits: str) -> float:
    """Draw the silence after a question, in seconds."""
    if waits == "rapid":
        return float(rng.uniform(0.3, 0.8))
    if waits == "goal":
        return float(np.clip(rng.normal(5.0, 0.6), 3.0, 7.0))
    median, spread = WAITS[waits]
    return float(np.clip(rng.lognormal(math.log(median), spread), 0.25, 10.0))


def draw_next(rng: np.random.Generator) -> str:
    """Draw what comes after a question of hers: "again", a "name", she "goes on", or an "answer" (566 transcripts)."""
    way = rng.random()
    return next((kind for until, kind in ((0.25, "again"), (0.40, "name"), (0.66, "goes on")) if way < until), "answer")


def draw_pause(rng: np.random.Generator) -> float:
    """Draw a pause between two sentences of the teacher's: brief, ordinary or long (Campione and Veronis 2002)."""
    kind = rng.random()
    if kind < 0.25:
        return float(rng.uniform(0.08, 0.2))
    median, spread = (0.45, 0.45) if kind < 0.85 else (1.2, 0.3)
    return float(np.clip(rng.lognormal(math.log(median), spread), 0.1, 3.0))


def draw_wait2(rng: np.random.Generator) -> float:
    """Draw the silence after an answer: a median of 0.7 s (Rowe: under a second)."""
    return float(np.clip(rng.lognormal(math.log(0.7), 0.6), 0.1, 4.0))
