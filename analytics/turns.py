"""Put IPUs together to turns: all that one side says before the other takes over.

::

    IPUs   TTTT..TT.p.TTT....PPP..PP....TT        p: a word of under 0.25 s does not end her turn
    turns  [   teacher  ]    [pupil]    [t]
"""

from __future__ import annotations

from collections.abc import Iterable

from analytics.thresholds import Thresholds
from lesson.talk import Ipu, Role, Turn

PUPILS = frozenset({Role.PUPIL, Role.CHORAL})
"""Pupils speaking to the class: one, or all together."""
SPEECH = PUPILS | {Role.TEACHER, Role.OVERLAP, Role.GROUP, Role.UNKNOWN}


def turns(ipus: Iterable[Ipu], thresholds: Thresholds) -> list[Turn]:
    """Turns in order of their start."""
    found: list[Turn] = []
    for ipu in ipus:
        if ipu.role not in SPEECH:
            continue
        if found and found[-1].role is ipu.role:
            last = found[-1]
            found[-1] = Turn(last.role, last.start, max(last.end, ipu.end), last.n_ipus + 1)
        elif ipu.end - ipu.start >= thresholds.turn_split or not found:
            found.append(Turn(ipu.role, ipu.start, ipu.end))
    return found


def is_backchannel(before: Ipu, word: Ipu, after: Ipu, thresholds: Thresholds) -> bool:
    """Whether `word` is a pupil's "yes" between the teacher's words: no silence before it, and she goes on at once.

    A short answer after a silence is an answer, however soon she replies.
    """
    return (
        _is_short_word(before, word, thresholds)
        and after.role is Role.TEACHER
        and after.start - word.end < thresholds.backchannel_resume
    )


def is_inside(before: Ipu, word: Ipu, thresholds: Thresholds) -> bool:
    """Whether `word` is a pupil's "yes" over the teacher's voice, which goes on after it."""
    return _is_short_word(before, word, thresholds) and word.end <= before.end


def _is_short_word(before: Ipu, word: Ipu, thresholds: Thresholds) -> bool:
    return (
        before.role is Role.TEACHER
        and word.role in PUPILS
        and word.end - word.start <= thresholds.backchannel_max
        and word.start - before.end < thresholds.min_silence
    )


def without_backchannels(ipus: Iterable[Ipu], thresholds: Thresholds) -> list[Ipu]:
    """IPUs in order of start, without pupils' backchannels."""
    kept: list[Ipu] = []
    row = sorted(ipus, key=lambda ipu: ipu.start)
    for at, ipu in enumerate(row):
        if kept and is_inside(kept[-1], ipu, thresholds):
            continue
        if kept and at + 1 < len(row) and is_backchannel(kept[-1], ipu, row[at + 1], thresholds):
            continue
        kept.append(ipu)
    return kept
