"""What the class is doing, for 20 s or more: whole class, group work, silent work.

::

    many voices   ......x....xxxxxxxxx.xxxxxxxx.........     short doubts are filled, short finds dropped
    speech        ## ## # ###################### #  #....................## ##
    phase         [ whole class ][   group    ][whole ][ silent work ][ whole class ]

`PhaseFollower` says live what has lasted 20 s; `find_phases` draws the exact edges when the lesson is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analytics.arrays import Bools
from analytics.gate import joined, spans
from analytics.thresholds import Thresholds
from lesson.talk import Phase, PhaseSpan

TENTHS = 10
"""Many voices are looked for in tenths of a second."""
_FILL_S = 8
_SURE_S = 12
"""Many voices for this long inside a window of 12 s is at least 20 s of group work."""
_REACH_S = 8.0
_CLOSE_S = 0.6
_FADES_S = 1.0
"""Group work is heard late and its end at once: a teacher who calls the class back speaks within a second."""


class PhaseFollower:
    """The phase now, with hysteresis: another one counts when it has lasted `group_min`."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._min = thresholds.group_min
        self.phase = Phase.WHOLE_CLASS
        self.since = 0.0
        self._other: tuple[Phase, float] | None = None

    def feed(self, now: float, is_group: bool, silent_since: float | None) -> PhaseSpan | None:
        """Take in one second. Returns the phase that is over, when another has lasted long enough."""
        seems, since = self._seems(now, is_group, silent_since)
        if seems is self.phase:
            self._other = None
            return None
        if self._other is None or self._other[0] is not seems:
            self._other = seems, max(since, self.since)
        wait = self._min if self.phase is Phase.WHOLE_CLASS else self._min / 4
        if now - self._other[1] < wait:
            return None
        over = PhaseSpan(self.phase, self.since, self._other[1])
        self.phase, self.since = seems, self._other[1]
        self._other = None
        return over

    def finish(self, duration: float) -> PhaseSpan:
        """Close the last phase."""
        return PhaseSpan(self.phase, self.since, max(duration, self.since))

    def _seems(self, now: float, is_group: bool, silent_since: float | None) -> tuple[Phase, float]:
        if silent_since is not None and now - silent_since >= self._min:
            return Phase.SILENT_WORK, silent_since
        if is_group:
            return Phase.GROUP, now - 1.0
        return Phase.WHOLE_CLASS, now - 1.0


def find_phases(
    duration: float, is_group: Bools, speech: Sequence[tuple[float, float]], thresholds: Thresholds
) -> list[PhaseSpan]:
    """Phases from 0 to `duration` without a hole.

    `is_group`: for each tenth of a second; `speech`: start and end of each stretch of speech, in order.
    """
    work = [(start, end, Phase.GROUP) for start, end in _group_work(is_group, speech, duration, thresholds.group_min)]
    edges = [(0.0, 0.0), *speech, (duration, duration)]
    for (_, quiet), (loud, _) in pairwise(edges):
        if loud - quiet >= thresholds.group_min and not any(quiet < end and loud > start for start, end, _ in work):
            work.append((quiet, loud, Phase.SILENT_WORK))
    found, at = [], 0.0
    for start, end, phase in sorted(work):
        if start > at:
            found.append(PhaseSpan(Phase.WHOLE_CLASS, at, start))
        found.append(PhaseSpan(phase, max(at, start), min(end, duration)))
        at = end
    if at < duration or not found:
        found.append(PhaseSpan(Phase.WHOLE_CLASS, at, duration))
    return found


def _group_work(
    is_group: Bools, speech: Sequence[tuple[float, float]], duration: float, shortest: float
) -> list[tuple[float, float]]:
    """Spans of group work, drawn out to the pause before and after it."""
    found = []
    for first, last in joined(spans(is_group), TENTHS * _FILL_S, TENTHS * _SURE_S).tolist():
        start, end = _snapped(first / TENTHS, last / TENTHS, speech)
        start, end = max(0.0, start), min(duration, end)
        if end - start >= shortest:
            found.append((start, end))
    return found


def _snapped(start: float, end: float, speech: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Follow the unbroken sound to where it began, and at the end to the end of what still sounds."""
    early, late = start, end
    for first, last in reversed(speech):
        if first <= early <= last + _CLOSE_S:
            early = first
    for first, last in speech:
        if first <= end <= last <= end + _FADES_S:
            late = last
    return max(early, start - _REACH_S), late


def phase_at(phases: Sequence[PhaseSpan], moment: float) -> Phase:
    """The phase at a moment; the last one also at its very end."""
    starts = np.array([span.start for span in phases])
    return phases[max(0, int(np.searchsorted(starts, moment, side="right")) - 1)].phase
