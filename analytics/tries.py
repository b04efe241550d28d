"""Count pose-pause-name repetitions from what is known each moment: is there a voice, and since when.

::

    pose          pause, 5 s             name
    TTTTTTTT ---- ring fills ----------> TT ...... she calls on somebody, the next pose may begin
            |    |                       |    |
            |    PoseEnded after 1 s     Try  Confirmed(named)       0.4 s after a name of 1.2 s at most
            Pausing each 0.1 s           Try  Confirmed(spoke_on)    when it goes on for longer

     turn      what it is                                      what its silence means
     POSE      words that a pause may follow                   under 1 s phrasing, 1 to 15 s a try, then Lapsed
     NAME      what ended a pause, not yet sure what           0.4 s: it was a name -> NAMED
     NAMED     a name is over                                  nothing is counted
     AFTER     starts within 3 s of that: a pretend reply,     nothing is counted. More than 1.2 s of it, or 3 s
               "good"; and what is said first of all           of silence after it, and it is a POSE

No sound in here: `rehearsal.py` hears, tests draw. Who speaks is not asked: she rehearses alone.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from analytics.thresholds import Thresholds
from analytics.try_events import (
    Confirmed,
    Kind,
    Lapsed,
    Pausing,
    PoseEnded,
    RehearsalEvent,
    Reopened,
    Try,
    Verdict,
    Why,
)

NAME_OVER_S = 0.4
"""Silence after which a name is over. Longer than a stop inside a word, shorter than a pretend reply takes to come."""
TELL_EVERY_S = 0.1
HANG_S = 0.35
"""A voice is known to be over this much later at most, so that long we do not call a name too long."""
_EPS = 1e-6


class _Turn(StrEnum):
    NONE = "none"
    POSE = "pose"
    NAME = "name"
    NAMED = "named"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class _Now:
    """Everything that is remembered, so that a noise can be forgotten again."""

    turn: _Turn = _Turn.NONE
    spoken: float = 0.0
    """Seconds of voice in this turn, the voice that is going on left out."""
    end: float = 0.0
    number: int = 0
    is_end_told: bool = False
    tenths: int = 1
    """Tenths of a second of this silence that were told."""


class TryCounter:
    """Moments in, tries out."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self._limits = thresholds or Thresholds()
        self._now = _Now()
        self._before = self._now
        self._try: Try | None = None
        self._voice_since: float | None = None

    @property
    def is_pausing(self) -> bool:
        """A pose is over and nothing has ended the pause yet."""
        return self._voice_since is None and self._now.turn is _Turn.POSE

    def feed(self, now: float, *, is_voice: bool, since: float) -> list[RehearsalEvent]:
        """Take in a moment.

        Args:
            now: seconds of sound heard so far.
            is_voice: whether somebody is speaking.
            since: where this voice began, or the last one ended. A silence that is older than the voice before it
                says that this was no voice.
        """
        out: list[RehearsalEvent] = []
        if is_voice and self._voice_since is None:
            out += self._begin(since, now)
        elif not is_voice and self._voice_since is not None:
            out += self._end(since, now)
        if self._voice_since is not None:
            return [*out, *self._speaking(now)]
        if since != self._now.end:
            self._now = dataclasses.replace(self._now, end=since)
        return [*out, *self._silent(now)]

    def missing(self, now: float) -> list[RehearsalEvent]:
        """Sound is missing: what it touches cannot be timed."""
        was_pose = self._now.turn is _Turn.POSE
        self._now = dataclasses.replace(self._now, turn=_Turn.NONE)
        return [Lapsed(at=now, why=Why.MISSING_SOUND)] if was_pose else []

    def verdict(self, pause: float) -> Verdict:
        """Compare with the goal; within the guard of it we cannot say."""
        goal, guard = self._limits.goal_wait, self._limits.guard
        if abs(pause - goal) < guard:
            return Verdict.BORDERLINE
        return Verdict.YES if pause > goal else Verdict.NO

    def _begin(self, start: float, now: float) -> list[RehearsalEvent]:
        self._before, self._voice_since = self._now, start
        silence = start - self._now.end
        match self._now.turn:
            case _Turn.NAME:
                return []
            case _Turn.POSE | _Turn.AFTER if silence < self._limits.phrase_pause_max:
                return []
            case _Turn.POSE if silence <= self._limits.max_wait:
                number = self._now.number + 1
                self._new_turn(_Turn.NAME, number)
                pause = round(silence, 3)
                self._try = Try(
                    number=number, pause=pause, verdict=self.verdict(pause), at=start, latency=round(now - start, 4)
                )
                return [self._try]
            case _Turn.NONE:
                self._new_turn(_Turn.AFTER, self._now.number)
            case _Turn.NAMED | _Turn.AFTER if silence <= self._limits.name_answer_within:
                self._new_turn(_Turn.AFTER, self._now.number)
            case _:
                self._new_turn(_Turn.POSE, self._now.number)
        return []

    def _new_turn(self, turn: _Turn, number: int) -> None:
        self._now = _Now(turn=turn, end=self._now.end, number=number)

    def _end(self, end: float, now: float) -> list[RehearsalEvent]:
        start, self._voice_since = self._voice_since or 0.0, None
        if end < start:
            was_try = self._now.number > self._before.number
            self._now = self._before
            return [Reopened(number=self._now.number + 1, at=now)] if was_try else []
        spoken = self._now.spoken + end - start
        self._now = dataclasses.replace(self._now, spoken=spoken, end=end, is_end_told=False, tenths=1)
        return self._judge_length(spoken, now)

    def _speaking(self, now: float) -> list[RehearsalEvent]:
        return self._judge_length(self._now.spoken + now - (self._voice_since or 0.0) - HANG_S, now)

    def _judge_length(self, spoken: float, now: float) -> list[RehearsalEvent]:
        """More than a name was said: it is a pose."""
        if spoken <= self._limits.name_max_speech or self._now.turn not in {_Turn.NAME, _Turn.AFTER}:
            return []
        was_name = self._now.turn is _Turn.NAME
        self._now = dataclasses.replace(self._now, turn=_Turn.POSE)
        return [self._confirmed(Kind.SPOKE_ON, now)] if was_name else []

    def _silent(self, now: float) -> list[RehearsalEvent]:
        silence = now - self._now.end + _EPS
        if self._now.turn is _Turn.NAME and silence >= NAME_OVER_S:
            self._now = dataclasses.replace(self._now, turn=_Turn.NAMED)
            return [self._confirmed(Kind.NAMED, now)]
        if self._now.turn is _Turn.AFTER and silence > self._limits.name_answer_within:
            # Nobody leaves a reply hanging for so long: it was a short question.
            self._now = dataclasses.replace(self._now, turn=_Turn.POSE)
        if self._now.turn is not _Turn.POSE:
            return []
        if silence > self._limits.max_wait:
            self._now = dataclasses.replace(self._now, turn=_Turn.NONE)
            return [Lapsed(at=now, why=Why.TOO_LONG)]
        out: list[RehearsalEvent] = []
        if silence >= self._limits.phrase_pause_max and not self._now.is_end_told:
            self._now = dataclasses.replace(self._now, is_end_told=True)
            out.append(PoseEnded(at=self._now.end))
        tenths = int(silence / TELL_EVERY_S)
        if tenths > self._now.tenths and silence >= self._limits.min_silence:
            self._now = dataclasses.replace(self._now, tenths=tenths)
            has_reached = silence >= self._limits.goal_wait
            out.append(Pausing(at=now, silence=round(silence, 3), has_reached_goal=has_reached))
        return out

    def _confirmed(self, kind: Kind, now: float) -> Confirmed:
        assert self._try is not None
        number, verdict = self._try.number, self._try.verdict
        if kind is Kind.SPOKE_ON and verdict is Verdict.NO:
            verdict = Verdict.CUT
        return Confirmed(number=number, kind=kind, verdict=verdict, at=now)
