"""Write one sentence after the other, and know how late it is by then.

::

    turns   Say(teacher, after 0.4) | Sound(chair) | Say(pupil07, after 1.3) | ...
    now     1.5 --------> 4.2 -------------------------------> 7.1 --> FullError when the next words do not fit

The pen asks the voices how long a sentence takes. What is said next is for others to decide: `short_lesson` and
`whole_lesson`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.asides import SOUNDS, Asides
from tools.classroom.cast import Cast
from tools.classroom.noise import LONGEST
from tools.classroom.profiles import Profile, draw_next, draw_wait
from tools.classroom.script import TEACHER, Backchannel, Chorus, Enter, Piece, Say, Sound, Speaker, Spot, Turn
from tools.classroom.sentences import Side, sentences
from tools.classroom.voices import Speaks
from tools.classroom.walk import Walk

LEAD = 1.5
_LATCH = (-0.1, 0.25)


class FullError(Exception):
    """The next words do not fit any more."""


@dataclass
class Pen:
    """What was written so far."""

    rng: np.random.Generator
    side: Side
    profile: Profile
    cast: Cast
    placed: dict[str, Speaker]
    voices: Speaks
    seconds: float
    walk: Walk | None = None
    """Where the teacher goes; None: she stays where she is."""
    asides: Asides | None = None
    """What comes in between; None: nothing."""
    now: float = LEAD
    turns: list[Turn] = field(default_factory=list)
    pupil: str = ""
    """Who spoke last of the pupils."""

    def teacher(self, kind: str, after: float, *, is_name: bool = False) -> None:
        """Let the teacher say a sentence of a kind."""
        self.speak(TEACHER, self.one(kind), after, is_name=is_name)

    def next_pupil(self) -> str:
        """Let another pupil than the last have the floor."""
        others = [name for name in self.cast.pupils if name != self.pupil]
        self.pupil = others[int(self.rng.integers(len(others)))]
        return self.pupil

    def speak(self, who: str, words: str, after: float, *, is_name: bool = False) -> None:
        """Let somebody say these words.

        Raises:
            FullError: they do not fit.
        """
        length = self.length(who, words)
        if after < 0 and length < 0.6:
            # A short word that starts early would lie wholly inside the other's.
            after = 0.05
        self.spend(after + length)
        self.turns.append(Say(who, after, (Piece(0.0, words),), is_name=is_name, spot=self.spot(who, length / 2)))

    def after_question(self) -> tuple[str, float]:
        """Let her ask again, twice at most, or say a name; returns what comes then, and the silence before it.

        "name": the one called answers; "goes on": she does; "answer": somebody, or everybody, does.
        """
        for _ in range(2):
            wait = draw_wait(self.rng, self.profile.waits)
            way = draw_next(self.rng)
            if way == "again":
                self.teacher("question", self.spoilt(wait))
            elif way == "name":
                self.teacher("name", self.spoilt(wait), is_name=True)
                return way, draw_wait(self.rng, "untrained")
            elif way == "goes on":
                return way, self.spoilt(wait)
            else:
                break
        return "answer", draw_wait(self.rng, self.profile.waits)

    def chorus(self, wait: float) -> None:
        """Let many pupils answer together.

        Raises:
            FullError: they do not fit.
        """
        words = self.one("chorus")
        who = self.cast.pupils[: int(self.rng.integers(8, 13))]
        longest = max(self.length(one, words) for one in who)
        # Everybody's onset is scattered; the clock only has to be late enough.
        self.spend(wait + longest + 0.7)
        self.turns.append(Chorus(who, self.spoilt(wait), words, 0.12, 2.0))

    def silence_before_answer(self, wait: float) -> float:
        """Return how long after her question the answer comes: at times at once, or before she has ended."""
        if self.rng.random() < self.profile.overlap:
            return float(np.clip(self.rng.normal(*_LATCH), -0.3, 0.5))
        return self.spoilt(wait)

    def spoilt(self, wait: float) -> float:
        """Perhaps let something fall into a silence; it stays as long as it is."""
        if wait <= LONGEST + 0.3:
            return wait
        if self.asides and (kind := self.asides.take(SOUNDS, self.now)):
            self.sound(kind, wait)
        elif self.rng.random() < self.profile.bangs:
            self.sound(str(self.rng.choice(["chair", "scrape", "tap", "page", "door", "cough"])), wait)
        return wait

    def sound(self, kind: str, wait: float) -> None:
        """Let something be heard in a silence of more than `LONGEST`."""
        after = float(self.rng.uniform(0.15, wait - LONGEST - 0.05))
        pupil = self.placed[self.cast.pupils[int(self.rng.integers(len(self.cast.pupils)))]]
        spot = self.spot(TEACHER, 0.0) if kind == "shh" else None
        self.turns.append(Sound(kind, after, spot.position if spot else pupil.position))

    def spend(self, seconds: float) -> None:
        """Let the clock go on.

        Raises:
            FullError: the lesson is not that long.
        """
        if self.now + seconds > self.seconds - LEAD:
            raise FullError
        self.now += seconds

    def finish(self) -> list[Turn]:
        """Return what was written, without what was to happen before words that did not fit."""
        while isinstance(self.turns[-1], Sound | Enter | Backchannel):
            self.turns.pop()
        return self.turns

    def length(self, who: str, words: str) -> float:
        """Return how long somebody takes for these words."""
        return self.voices.say(words, self.placed[who]).length / RATE_HZ

    def spot(self, who: str, ago: float) -> Spot | None:
        """Return where the teacher was that long ago."""
        return self.walk.at(self.now - ago) if self.walk and who == TEACHER else None

    def one(self, kind: str) -> str:
        """Draw a sentence of a kind."""
        return str(self.rng.choice(sentences(kind, self.side)))
