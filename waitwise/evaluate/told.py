"""What somebody told of a lesson, in the same words whoever it was: our analytics, or a simple way beside it.

::

    account of our analytics    --.
    spans of a voice detector   --+-->  Told: waits, states, phases, coverage  -->  scored alike

Only waits that a coach would see counted are told: whole class, usable, and with a silence (no overlap, no work time).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.account import time_waits
from analytics.intervals import intervals
from analytics.phases import phase_at
from analytics.room import Room
from analytics.states import cover
from analytics.summary import WAITS
from analytics.thresholds import Thresholds
from lesson.talk import Account, Interval, IntervalKind, Ipu, Phase, PhaseSpan, State, WaitTime
from waitwise.evaluate.lessons import Event

OURS = "waitwise"
"""What our own way is called in reports."""
AFTER_PUPILS = {IntervalKind.TR: "teacher", IntervalKind.TI: "pupil"}
"""Wait time 2, and who ends it."""
_LESSON_ID = "00000000000000000000000000000000"


@dataclass(frozen=True, slots=True)
class Told:
    """All that is scored."""

    waits: tuple[Event, ...]
    states: tuple[State, ...]
    phases: tuple[PhaseSpan, ...]
    usable: int = 0
    """How many of the told elicitations may be used ..."""
    all_waits: int = 0
    """... and how many there are: their ratio is the coverage."""


def told_by(account: Account) -> Told:
    """What an account says."""
    return _told(account.waits, account.intervals, account.states, account.phases)


def told_from(ipus: Sequence[Ipu], phases: Sequence[PhaseSpan], duration: float, thresholds: Thresholds) -> Told:
    """Put IPUs together to waits and states by the product's own rules, without any correction for the room."""

    def at(moment: float) -> Phase:
        return phase_at(phases, moment)

    waits = time_waits(ipus, phases, _LESSON_ID, thresholds=thresholds, room=Room(), duration=duration)
    return _told(waits, intervals(ipus, at, thresholds), cover(duration, ipus, phases), phases)


def is_counted(wait: WaitTime) -> bool:
    """Whether it is a wait in whole-class time, usable or not."""
    return wait.outcome in WAITS and wait.phase is Phase.WHOLE_CLASS


def _told(
    waits: Sequence[WaitTime], gaps: Sequence[Interval], states: Sequence[State], phases: Sequence[PhaseSpan]
) -> Told:
    first = [wait for wait in waits if is_counted(wait)]
    events = [
        Event(wait.kind.value, wait.t_end, wait.offered_wait, wait.outcome.value, wait.conf, wait.p_role, wait.p_q)
        for wait in first
        if wait.usable
    ]
    shortest = Thresholds().min_silence
    events += [
        Event(gap.kind.value, gap.t_end, gap.offered_wait, AFTER_PUPILS[gap.kind])
        for gap in gaps
        if gap.kind in AFTER_PUPILS and gap.usable and gap.phase is Phase.WHOLE_CLASS and gap.offered_wait >= shortest
    ]
    usable = sum(wait.usable for wait in first)
    ordered = tuple(sorted(events, key=lambda event: (event.start, event.kind)))
    return Told(ordered, tuple(states), tuple(phases), usable, len(first))
