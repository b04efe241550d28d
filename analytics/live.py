"""What can be said while the lesson goes on: states, phases and waits, as far as they are certain.

::

    a stretch is over (0.4 s ago) --> whose? --> State silence, State teacher|pupil|unknown --> WaitTime
    a second is over              --> many voices? long silence? --> PhaseSpan when one is over

Roles are `unknown` until six seconds of voice were heard. The account at the end replaces all of this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats
from analytics.live_prints import LivePrints
from analytics.odds import probability
from analytics.phases import PhaseFollower
from analytics.remembered import Names, ipu_rows, phase_rows
from analytics.talkers import Talkers
from analytics.thresholds import Thresholds
from analytics.waits import TOLD_AGAIN, WaitTimer
from lesson.talk import Flag, Heard, Ipu, Phase, Role, State, WaitTime

_DIRECT = 0.5
"""How far the ear's own opinion counts beside this lesson's mixtures (our choice, not tried on lessons)."""
_TRUST = 4.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech between two silences, seconds, and what the ear says of it."""

    start: float
    end: float
    slices: Floats
    """(n, features.SIZE)"""
    prints: Floats
    """(n, PRINT) of its tenths of a second."""
    direct: float
    """Mean log odds of the teacher against pupils."""
    flags: frozenset[Flag] = frozenset()


class LiveTalk:
    """Stretches and seconds in, what was heard out."""

    def __init__(self, lesson_id: str, thresholds: Thresholds, teacher: Floats | None = None) -> None:
        self.timer = WaitTimer(lesson_id, thresholds)
        self._limits = thresholds
        self._talkers, self._prints = Talkers(), LivePrints(teacher)
        self._phases = PhaseFollower(thresholds)
        self._covered = 0.0
        self._speech_end = 0.0
        self.told = Names(TOLD_AGAIN)
        self.ipus = ipu_rows()
        self.phases = phase_rows()
        """Those that are over."""

    def stretch(self, stretch: Stretch) -> list[Heard]:
        """Take in a finished stretch of speech."""
        start, end = max(stretch.start, self._covered), max(stretch.end, self._covered)
        self._speech_end = end
        if self._phases.phase is Phase.GROUP:
            return self._states(Role.GROUP, start, end)
        mixed = self._talkers.hear(stretch.slices)
        direct = float(np.clip(_DIRECT * stretch.direct, -_TRUST, _TRUST))
        odds = direct if mixed is None else direct + mixed
        printed = self._prints.hear(stretch.prints, odds)
        role, p_role = self._role(odds if printed is None else odds + printed)
        ipu = Ipu(role, start, end, p_role, flags=stretch.flags)
        self.ipus.append(ipu)
        return [*self._states(role, start, end), *self._waits(self.timer.feed(ipu))]

    def _role(self, odds: float) -> tuple[Role, float]:
        teacher = float(probability(odds))
        p_role = max(teacher, 1 - teacher)
        if p_role < self._limits.role_unknown:
            return Role.UNKNOWN, p_role
        return (Role.TEACHER if teacher >= 0.5 else Role.PUPIL), p_role

    def second(self, now: float, is_group: bool, is_speech: bool) -> list[Heard]:
        """Take in that a second is over."""
        silent_since = None if is_speech else self._speech_end
        over = self._phases.feed(now, is_group, silent_since)
        out: list[Heard] = []
        if over is not None:
            self.phases.append(over)
            out += [Heard(phase=over), *self._waits(self.timer.enter(self._phases.phase, self._phases.since))]
        if not is_speech:
            out += self._waits(self.timer.silent_until(now))
        return out

    def finish(self, duration: float) -> list[Heard]:
        """Close what is open."""
        out = self._waits(self.timer.finish(duration))
        if duration > self._covered:
            out.append(Heard(state=State(Role.SILENCE, self._covered, duration)))
        last = self._phases.finish(duration)
        self.phases.append(last)
        return [*out, Heard(phase=last)]

    def _states(self, role: Role, start: float, end: float) -> list[Heard]:
        out = []
        if start > self._covered:
            out.append(Heard(state=State(Role.SILENCE, self._covered, start)))
        if end > start:
            out.append(Heard(state=State(role, start, end)))
        self._covered = max(end, self._covered)
        return out

    def _waits(self, events: list[WaitTime]) -> list[Heard]:
        for event in events:
            self.told.tell(event)
        return [Heard(wait=event) for event in events]
