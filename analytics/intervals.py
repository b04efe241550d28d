r"""Name the silences between stretches of speech by who spoke before and after (Fowler 1975).

::

    from \ to   teacher        pupil, class
    teacher      SI  1 - 15 s   SR  any, negative in an overlap
    pupil        TR  any        TI  0.2 s and more, another pupil
                                WP  1.0 s and more, the same pupil

Signed offsets under 0.2 s (a latch, an overlap) are kept for SR and TR and are no waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analytics.thresholds import Thresholds
from analytics.turns import PUPILS, SPEECH, without_backchannels
from lesson.talk import Flag, Interval, IntervalKind, Ipu, Phase, Role

SPOILING = frozenset({Flag.GAP_IN_AUDIO, Flag.CLIPPED})
"""What makes an interval useless as a number. Babble does not: two of three silences told behind it are there, so it
only makes us less sure (`events.py`)."""


def intervals(ipus: Iterable[Ipu], phase_at: Callable[[float], Phase], thresholds: Thresholds) -> list[Interval]:
    """All intervals of a lesson, in order. `phase_at`: the phase at a moment."""
    found = []
    before: Ipu | None = None
    for after in without_backchannels(ipus, thresholds):
        if after.role is Role.AV:
            before = None
        if after.role not in SPEECH:
            continue
        kind = kind_of(before, after, thresholds) if before is not None else None
        if before is not None and kind is not None:
            usable = not (before.flags | after.flags) & SPOILING
            sure = min(before.p_role, after.p_role)
            found.append(Interval(kind, phase_at(before.end), before.end, after.start - before.end, usable, sure))
        if before is None or after.end > before.end:
            before = after
    return found


def kind_of(before: Ipu, after: Ipu, thresholds: Thresholds) -> IntervalKind | None:
    """Name one silence. None: it is none of the five."""
    seconds = after.start - before.end
    sides = before.role is Role.TEACHER, after.role is Role.TEACHER
    if not all(ipu.role in PUPILS or ipu.role is Role.TEACHER for ipu in (before, after)):
        return None
    match sides:
        case (True, False):
            return IntervalKind.SR if seconds < thresholds.max_wait else None
        case (True, True):
            return IntervalKind.SI if thresholds.phrase_pause_max <= seconds < thresholds.max_wait else None
        case (False, True):
            return IntervalKind.TR if seconds < thresholds.max_wait else None
    if after.is_same_voice is False and thresholds.min_silence <= seconds < thresholds.max_wait:
        return IntervalKind.TI
    if after.is_same_voice is not False and thresholds.within_answer_pause <= seconds < thresholds.max_wait:
        return IntervalKind.WP
    return None
