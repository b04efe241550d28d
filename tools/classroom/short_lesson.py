"""Decide what is said in one of the sixteen short lessons.

::

    statement --phrasing pause--> statement --> question --wait--+-- .34 a pupil answers --wait 2--> a reply
                                                                 +-- .25 asked again
                                                                 +-- .15 a name, then a pupil
                                                                 '-- .26 she goes on
    in the middle, if the profile says so: group work, silent work or a film

A short lesson has more questions a minute than a real one has, so that 90 s say something.
"""

from __future__ import annotations

import numpy as np

from tools.classroom.noise import LONGEST
from tools.classroom.pen import FullError, Pen
from tools.classroom.profiles import ANOTHER_PUPIL, draw_pause, draw_wait2
from tools.classroom.script import ADULT, Babble, Enter, Film, PairTalk, Sound, Turn
from tools.classroom.sentences import sentences

_WORK = 28.0
"""Seconds of group work, silent work or film in a lesson of 90 s; longer lessons have more."""


class ShortLesson:
    """One kind of talk, with at most one phase of work in it."""

    def __init__(self, pen: Pen) -> None:
        self._pen, self._rng, self._profile = pen, pen.rng, pen.profile
        self._pupils = pen.cast.pupils

    def turns(self) -> list[Turn]:
        """Return turns until the lesson is full."""
        is_worked = not self._profile.work
        try:
            while True:
                if not is_worked and self._pen.now > self._pen.seconds * 0.3:
                    self._work()
                    is_worked = True
                else:
                    self._cycle()
        except FullError:
            return self._pen.finish()

    def babbles(self) -> tuple[Babble, ...]:
        """Return the voices behind the lesson, if there are any."""
        below, seconds = self._profile.babble_db, self._pen.seconds
        if below is None:
            return ()
        sayings = sentences("group talk", self._pen.side)
        return (Babble(seconds * 0.2, seconds * 0.9, self._pupils[-6:], sayings, below),)

    def _cycle(self) -> None:
        pen = self._pen
        pen.teacher("statement", draw_pause(self._rng) if pen.turns else 0.0)
        for _ in range(int(self._rng.integers(0, 3))):
            pen.teacher("statement", draw_pause(self._rng))
        pen.teacher("question", draw_pause(self._rng))
        match pen.after_question():
            case "name", wait:
                self._answer(wait)
            case "goes on", wait:
                pen.teacher("statement", wait)
            case _, wait:
                self._answered(wait)

    def _answered(self, wait: float) -> None:
        pen = self._pen
        if self._rng.random() < self._profile.choral:
            pen.chorus(wait)
            pen.teacher("reply", draw_wait2(self._rng))
        elif self._rng.random() < self._profile.adult:
            pen.speak(ADULT, pen.one("adult"), wait)
            pen.teacher("statement", draw_wait2(self._rng))
        else:
            self._answer(wait)

    def _answer(self, wait: float) -> None:
        pen = self._pen
        after = pen.silence_before_answer(wait)
        pen.speak(pen.next_pupil(), pen.one("answer"), after)
        if self._rng.random() < ANOTHER_PUPIL:
            after = draw_wait2(self._rng)
            pen.speak(pen.next_pupil(), pen.one("answer"), after)
        pen.teacher("reply", draw_wait2(self._rng))

    def _work(self) -> None:
        pen, work = self._pen, self._profile.work
        length = _WORK * max(1.0, pen.seconds / 180)
        pen.teacher(
            {"group": "to group", "silent_work": "to silent work", "av": "to film"}[work], draw_pause(self._rng)
        )
        if work == "group":
            talk = sentences("group talk", pen.side)
            pairs = tuple((self._pupils[at], self._pupils[at + 1]) for at in range(0, 12, 2))
            pen.turns.append(PairTalk(pairs, 1.2, length, talk, 2.0))
        elif work == "av":
            pen.turns.append(Film(1.2, length, sentences("film", pen.side), -4.0))
        else:
            self._silent_work(length)
        pen.now += length if work != "silent_work" else 0.0
        pen.teacher("call back", length if work == "silent_work" else 1.2)

    def _silent_work(self, length: float) -> None:
        pen = self._pen
        pen.turns.append(Enter("silent_work", 0.0))
        for at in np.arange(2.0, length - LONGEST, 3.0):
            kind = str(self._rng.choice(["tap", "page", "keyboard"]))
            where = pen.placed[self._pupils[0]].position
            pen.turns.append(Sound(kind, float(at + self._rng.uniform(0, 1.5)), where))
        pen.turns.append(Enter("whole_class", length))
