"""Write the script of a simulated lesson: drawn from a seed, and never longer than was asked for.

::

    profile + seed --> teacher, pupils --> room, places, noise --> what is said --> script
                          cast                 venue            short_lesson, whole_lesson

Where the numbers come from, and what is left out: docs/developer/simulated-classroom.md.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tools.classroom.cast import draw_cast
from tools.classroom.pen import LEAD, Pen
from tools.classroom.profiles import Profile
from tools.classroom.script import Levels, Script
from tools.classroom.sentences import Side
from tools.classroom.short_lesson import ShortLesson
from tools.classroom.venue import draw_room, levels_by_distance, seat
from tools.classroom.voices import Speaks
from tools.classroom.walk import draw_walk
from tools.classroom.whole_lesson import WholeLesson

_TEACHER_DBFS = -33.0


def write(name: str, profile: Profile, seed: int, seconds: float, voices: Speaks, bank: str) -> Script:
    """Write a lesson. The side of the split follows from the seed.

    Raises:
        ClassroomError: too short for what the profile wants in it, or no such bank of voices.
    """
    rng = np.random.default_rng([seed, *name.encode()])
    side = Side.of(seed)
    teacher = profile.teacher or str(rng.choice(["woman", "man"]))
    ages = profile.ages or str(rng.choice(["6-10", "11-13", "14-16"]))
    cast = draw_cast(rng, side, teacher, ages, profile.pupils, bank, boys_only=profile.boys_only)
    unit = profile.unit or str(rng.choice(["front", "side", "rear"]))
    room = draw_room(rng, side, profile.rt60, unit)
    placed = levels_by_distance(rng, seat(rng, cast, room), room, profile.pupil_db)
    snr = float(rng.choice(profile.snr_db, p=profile.snr_weights))
    steady = _steady(rng, profile)
    # With further noise the sum of all is what the ratio counts.
    share = 10 * math.log10(1 + len(steady))
    pen = Pen(rng, side, profile, cast, placed, voices, seconds)
    if profile.is_whole:
        pen.walk = draw_walk(rng, room, placed, seconds)
    lesson = WholeLesson(pen) if profile.is_whole else ShortLesson(pen)
    return Script(
        title=f"{name}, seed {seed}",
        profile=name,
        seed=seed,
        lead=LEAD,
        room=room,
        levels=Levels(_TEACHER_DBFS, _TEACHER_DBFS - snr - share, -71.0, _TEACHER_DBFS - 8),
        murmurs=(),
        speakers=placed,
        turns=tuple(lesson.turns()),
        babbles=lesson.babbles(),
        steady=tuple((kind, _TEACHER_DBFS - snr - share) for kind in steady),
        about=_about(profile, teacher, ages, unit, room.rt60, snr, steady),
        length=seconds,
    )


def _steady(rng: np.random.Generator, profile: Profile) -> tuple[str, ...]:
    if not profile.steady_drawn:
        return profile.steady
    drawn = str(rng.choice(profile.steady_drawn))
    return (*profile.steady, drawn) if drawn else profile.steady


def _about(
    profile: Profile, teacher: str, ages: str, unit: str, rt60: float, snr: float, steady: tuple[str, ...]
) -> dict[str, Any]:
    """What kind of lesson it is. "A" and "B" are the sets that have targets; the rest is there to be looked at."""
    is_plain = rt60 <= 0.8 and snr >= 15 and not steady and not profile.is_damaged and not profile.is_whole
    has_babble = profile.babble_db is not None
    return {
        "teacher": teacher,
        "phase_of_school": "primary" if ages == "6-10" else "secondary",
        "pupil_ages": [int(age) for age in ages.split("-")],
        "mic": unit,
        "noise": ["hvac", *steady],
        "wait_profile": profile.waits,
        "babble": has_babble or profile.is_whole,
        "simulated": "B" if has_babble else "A" if is_plain else "stress",
    }
