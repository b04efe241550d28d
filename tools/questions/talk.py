"""Draw lessons as rows of stretches, so that it is known which of hers asked. No sound.

::

    talk talk question --.34--> wait, a pupil                      TalkMoves: 49,608 questions of teachers
                       --.25--> wait, she asks again
                       --.15--> wait, a name, mostly a pupil
                       --.26--> wait, she goes on

| number | from |
|---|---|
| what follows a question, and the share of turns that follow none | 566 mathematics transcripts (TalkMoves) |
| pupil after pupil, words a turn, short tags ("okay?") | the same |
| waits | Rowe 1972, Heinze and Erhard 2006, and a trained profile, a third each |
| phrasing pauses | three classes of Campione and Veronis 2002; weights are our choice |
| words a second, words in a question, silences in which she writes or hands out | our choice |

So the evidence of rhythm that is fitted on this is simulated: it is as good as those numbers, and not measured in a
lesson.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from lesson.talk import Ipu, Role

AFTER_QUESTION = {"pupil": 0.34, "ask again": 0.25, "name": 0.15, "go on": 0.26}
_NO_QUESTION = 0.30
_NAME_ANSWERED = 0.8
_TAGS = 0.164 / (1 - 0.164)
_PUPIL_AGAIN = 0.215
_LATCH = 0.20
_WAITS = ((0.0, 0.7), (math.log(1.55), 0.975), (math.log(3.3), 0.45))
_ASKED_BY_TURN = AFTER_QUESTION["pupil"] + AFTER_QUESTION["name"] * _NAME_ANSWERED
_UNASKED = _ASKED_BY_TURN * _NO_QUESTION / (1 - _NO_QUESTION)
"""Turns given to a pupil without a question, for each question."""


@dataclass
class Lesson:
    """A row of stretches, and which of them ask."""

    chance: np.random.Generator
    ipus: list[Ipu] = field(default_factory=list)
    asks: list[bool] = field(default_factory=list)
    _now: float = 0.0

    def __post_init__(self) -> None:
        self._wait = _WAITS[self.chance.integers(len(_WAITS))]
        self._pace = max(1.5, self.chance.normal(2.6, 0.4))

    def hold(self, seconds: float) -> None:
        """Go on for about so long."""
        while self._now < seconds:
            self._talk()
            draw = self.chance.uniform() * (1 + _UNASKED + _TAGS)
            if draw < 1:
                self._ask()
            elif draw < 1 + _UNASKED:
                self._pupils(self._handover())
            else:
                self._say(self.chance.uniform(0.2, 0.55), self._phrase_pause(), asks=False)
                self._now += self._phrase_pause()

    def _talk(self) -> None:
        words = min(400.0, self.chance.lognormal(2.86, 1.40))
        gap = self._after_pupil if self.ipus and self.ipus[-1].role is Role.PUPIL else self._phrase_pause()
        while words > 0:
            some = min(words, self.chance.uniform(5, 9))
            self._say(some / self._pace, gap, asks=False)
            words -= some
            gap = self._phrase_pause()

    def _ask(self) -> None:
        gap = self._phrase_pause()
        while True:
            self._say(self.chance.lognormal(math.log(6), 0.45) / self._pace, gap, asks=True)
            then = self.chance.choice(list(AFTER_QUESTION), p=list(AFTER_QUESTION.values()))
            wait = float(self.chance.lognormal(*self._wait))
            if then == "ask again":
                gap = wait
                continue
            if then == "pupil":
                self._pupils(self._handover())
            elif then == "name":
                self._say(self.chance.uniform(0.25, 0.9), wait, asks=False)
                if self.chance.uniform() < _NAME_ANSWERED:
                    self._pupils(float(self.chance.lognormal(math.log(0.7), 0.6)))
            else:
                self._say(self.chance.uniform(5, 9) / self._pace, wait, asks=False)
            return

    def _pupils(self, gap: float) -> None:
        while True:
            length = max(0.15, min(80.0, self.chance.lognormal(1.49, 1.13)) / 2.3)
            self._add(Role.PUPIL, length, gap, asks=False)
            if self.chance.uniform() >= _PUPIL_AGAIN:
                return
            gap = float(self.chance.lognormal(math.log(0.7), 0.6))

    @property
    def _after_pupil(self) -> float:
        return float(self.chance.lognormal(math.log(0.7), 0.6))

    def _handover(self) -> float:
        if self.chance.uniform() < _LATCH:
            return float(self.chance.normal(-0.1, 0.25))
        return float(self.chance.lognormal(*self._wait))

    def _phrase_pause(self) -> float:
        draw = self.chance.uniform()
        if draw < 0.25:
            return float(self.chance.uniform(0.08, 0.2))
        if draw < 0.85:
            return float(self.chance.lognormal(math.log(0.45), 0.45))
        if draw < 0.97:
            return float(self.chance.lognormal(math.log(1.2), 0.3))
        return float(self.chance.lognormal(math.log(2.5), 0.7))

    def _say(self, length: float, gap: float, *, asks: bool) -> None:
        self._add(Role.TEACHER, max(length, 0.15), gap, asks=asks)

    def _add(self, role: Role, length: float, gap: float, *, asks: bool) -> None:
        start = max(self._now + gap, 0.0)
        last = self.ipus[-1] if self.ipus else None
        if last is not None and last.role is role and start - last.end < 0.2:
            # What is said without a pause of 0.2 s is one stretch; it asks if its end does.
            self.ipus[-1] = Ipu(role, last.start, start + length)
            self.asks[-1] = asks
        else:
            self.ipus.append(Ipu(role, start, start + length))
            self.asks.append(asks)
        self._now = start + length


def lessons(count: int, seed: int, seconds: float = 2400.0) -> list[Lesson]:
    """Draw lessons."""
    drawn = []
    for source in np.random.SeedSequence(seed).spawn(count):
        lesson = Lesson(np.random.default_rng(source))
        lesson.hold(seconds)
        drawn.append(lesson)
    return drawn
