"""What is told while the lesson goes on: how soon, and how true.

::

    truth     she stops |--- 2.0 s ---| a pupil speaks
    told                                   ^ delay: here the wait is told first, this long after the silence was over

The account at the end knows more and replaces this; a lamp, a rehearsal and the live page have nothing else. An event
may come again when more is known: its delay is that of the first time, its length and kind are those of the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lesson.talk import Heard, WaitTime
from waitwise.evaluate.events import USUAL, Counts, percentile
from waitwise.evaluate.lessons import FIRST, Event, Truth
from waitwise.evaluate.told import is_counted
from waitwise.matching import Wait, match


@dataclass(frozen=True, slots=True)
class LiveWait:
    """A wait as it was told live."""

    event: Event
    told_at: float
    """Seconds from the start of the lesson when it was told first."""


class LiveWaits:
    """Collects what is heard, block by block."""

    def __init__(self) -> None:
        self._first: dict[str, float] = {}
        self._last: dict[str, WaitTime] = {}

    def take(self, now: float, heard: Sequence[Heard]) -> None:
        """Take in what was told at `now` seconds of the lesson."""
        for one in heard:
            if one.wait is not None:
                self._first.setdefault(one.wait.event_id, now)
                self._last[one.wait.event_id] = one.wait

    def told(self) -> list[LiveWait]:
        """What a coach would have seen counted, at the end."""
        return [
            LiveWait(Event(wait.kind.value, wait.t_end, wait.offered_wait, wait.outcome.value), self._first[name])
            for name, wait in self._last.items()
            if wait.usable and is_counted(wait)
        ]


@dataclass(frozen=True, slots=True)
class Live:
    """Live waits of one or several lessons against their truth."""

    counts: Counts = field(default_factory=Counts)
    delays: tuple[float, ...] = ()
    """Of each found wait, from the end of the true silence until it was told."""

    def __add__(self, other: Live) -> Live:
        return Live(self.counts + other.counts, self.delays + other.delays)

    @property
    def figures(self) -> dict[str, Any]:
        """By name, for the report."""
        return {
            "live_told": self.counts.told,
            "live_found": self.counts.found,
            "live_f1": self.counts.f1 if self.counts.true else None,
            "live_delay_median_s": percentile(self.delays, 50),
            "live_delay_p90_s": percentile(self.delays, 90),
        }


def score_live(truth: Truth, told: Sequence[LiveWait]) -> Live:
    """Compare what was told live of one lesson with its truth."""
    true = [wait for wait in truth.waits if wait.kind in FIRST]
    said = [one for one in told if one.event.kind in FIRST]
    pairs = match(
        [Wait(wait.kind, wait.start, wait.length) for wait in true],
        [Wait(one.event.kind, one.event.start, one.event.length) for one in said],
        USUAL,
    )
    delays = tuple(said[at].told_at - (true[t].start + true[t].length) for t, at in pairs)
    return Live(Counts(len(true), len(said), len(pairs)), delays)
