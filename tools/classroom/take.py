"""A lesson that was played: the sound, and everything that was put into it, in samples at the unit.

::

    sound    ~~~~~~~~~~~~ ~~~~~~~~~~  nothing was measured on it
    ipus     [teacher ]   [pupil ]    one row a stretch of one voice
    noises              []            a chair
    marks    |whole_class    |silent_work
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lesson.sound import RATE_HZ
from tools.classroom.gate import Sound
from tools.classroom.script import Babble

PAUSE_FLOOR_MS = 200
"""A shorter silence of one voice is inside its stretch (the floor of inter-pausal units)."""


@dataclass(frozen=True, slots=True)
class Ipu:
    """A stretch of one voice as placed, in samples at the unit."""

    role: str
    """teacher, pupil, choral, group, adult or av."""
    who: str
    start: int
    end: int
    is_question: bool = False
    is_name: bool = False
    is_backchannel: bool = False
    """A "mm" while another has the floor."""


@dataclass(frozen=True, slots=True)
class Noise:
    """A single sound that is not speech."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Take:
    """A lesson that was played, and everything that was put into it."""

    sound: Sound
    ipus: tuple[Ipu, ...]
    noises: tuple[Noise, ...]
    snr_teacher_db: float
    """A-weighted: the teacher's mean active level against the steady ventilation."""
    snr_pupil_db: float
    rt60_measured: float
    distances: dict[str, float]
    marks: tuple[tuple[int, str], ...] = ()
    """Where a phase began that no group work and no film tells of."""
    babbles: tuple[Babble, ...] = ()
    """Who talked behind the lesson, and when; not moved by a clock that is off."""


def joined(ipus: Iterable[Ipu]) -> tuple[Ipu, ...]:
    """Return the stretches in order, those of one voice put together where less than a pause lies between them."""
    found: list[Ipu] = []
    last: dict[str, int] = {}
    for ipu in sorted(ipus, key=lambda one: (one.start, one.end)):
        at = last.get(ipu.who)
        before = found[at] if at is not None else None
        is_close = before is not None and in_ms(ipu.start) - in_ms(before.end) < PAUSE_FLOOR_MS
        if at is not None and before is not None and is_close:
            both = {"is_name": before.is_name and ipu.is_name}
            both["is_backchannel"] = before.is_backchannel and ipu.is_backchannel
            found[at] = replace(before, end=ipu.end, is_question=ipu.is_question, **both)
        else:
            last[ipu.who] = len(found)
            found.append(ipu)
    return tuple(found)


def in_ms(samples: int) -> int:
    """Return the nearest whole millisecond."""
    return round(samples * 1000 / RATE_HZ)
