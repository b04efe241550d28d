"""Decide what is said in a whole lesson: several phases, long and short turns, and what nobody asked for.

::

    plan     whole_class                       | transition            | group            | whole_class ...
    turns    Say Say Say? Say(pupil) Say ...   | Say [chair] Say [..]  | PairTalk         | Say ...

    her turn --+-- 0.78 a question --wait-- .25 again | .15 a name, a pupil | .26 she goes on | .34 a pupil answers
               '-- 0.22 none ------wait--- a pupil asks, or tells something
"""

from __future__ import annotations

from itertools import pairwise

from tools.classroom.asides import Asides
from tools.classroom.lesson_plan import Span, draw_plan
from tools.classroom.pen import FullError, Pen
from tools.classroom.phases import WHOLE_CLASS
from tools.classroom.profiles import ANOTHER_PUPIL, draw_wait, draw_wait2
from tools.classroom.script import Babble, Enter, Turn
from tools.classroom.talk import Talk
from tools.classroom.whole_work import film, group, move, silent_work

_UNASKED = 0.22
"""Share of her turns that a pupil takes over from without a question: 0.30 of all hand-overs to pupils are such (566
TalkMoves transcripts), and of her questions two in three end in one."""
_OWN_QUESTION = 0.62
"""Share of those that are pupils' own questions: 0.12 of all questions (the same)."""

_WORKS = {"group": group, "silent_work": silent_work, "av": film}


class WholeLesson:
    """A lesson from its first sentence to its last."""

    def __init__(self, pen: Pen) -> None:
        pen.asides = Asides(pen.rng)
        self._pen, self._rng, self._profile = pen, pen.rng, pen.profile
        self._talk = Talk(pen)
        self._phase = WHOLE_CLASS
        self.plan = draw_plan(pen.rng, pen.seconds)

    def turns(self) -> list[Turn]:
        """Return turns until the lesson is full."""
        try:
            for span, following in pairwise([*self.plan, self.plan[-1]]):
                self._play(span, following.phase)
        except FullError:
            pass
        return self._pen.finish()

    def babbles(self) -> tuple[Babble, ...]:
        """Nobody talks behind the lesson."""
        return ()

    def _play(self, span: Span, following: str) -> None:
        # Work is as long as planned; whole-class talk takes up what was early or late.
        length = span.end - span.start
        match span.phase:
            case "whole_class":
                self._enter(WHOLE_CLASS)
                while self._pen.now < span.end:
                    self._exchange(span.end)
            case "transition":
                self._enter("transition")
                move(self._talk, length)
            case work:
                _WORKS[work](self._talk, length, following)
                self._phase = following

    def _enter(self, phase: str) -> None:
        """Let a phase of talk begin with her next word."""
        if phase != self._phase:
            self._pen.turns.append(Enter(phase, self._talk.after))
            self._phase = phase

    def _exchange(self, until: float) -> None:
        is_asked = self._rng.random() >= _UNASKED
        self._talk.hers(until, asks=is_asked)
        if is_asked:
            self._after_question()
        else:
            self._unasked()

    def _after_question(self) -> None:
        match self._pen.after_question():
            case "name", wait:
                self._answers(wait)
            case "goes on", wait:
                self._talk.after = wait
            case _, wait:
                self._answered(wait)

    def _answered(self, wait: float) -> None:
        if self._rng.random() < self._profile.choral:
            self._pen.chorus(wait)
            self._talk.react("reply")
        else:
            self._answers(wait)

    def _answers(self, wait: float) -> None:
        self._talk.pupils("answer", self._pen.silence_before_answer(wait))
        if self._rng.random() < ANOTHER_PUPIL:
            self._talk.pupils("answer", draw_wait2(self._rng))
        self._talk.react("reply")

    def _unasked(self) -> None:
        wait = self._pen.spoilt(draw_wait(self._rng, self._profile.waits))
        if self._rng.random() < _OWN_QUESTION:
            self._pen.speak(self._pen.next_pupil(), self._pen.one("own question"), wait)
            self._talk.react("statement")
        else:
            self._talk.pupils("remark", wait)
            self._talk.react("reply")
