"""Write the script of a simulated lesson: drawn from a seed, and never longer than was asked for.

::

    statement --phrasing pause--> statement --> question --wait--+-- .34 a pupil answers --wait 2--> a reply
                                                                 +-- .25 asked again
                                                                 +-- .15 a name, then a pupil
                                                                 '-- .26 she goes on
    in the middle, if the profile says so: group work, silent work or a film

The author keeps a clock of its own: it asks the voices how long a sentence takes. A lesson has more questions a minute
than a real one has, so that a short one says something. Where the numbers come from, and what is left out:
docs/developer/simulated-classroom.md.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.cast import Cast, draw_cast
from tools.classroom.noise import LONGEST
from tools.classroom.profiles import Profile, draw_pause, draw_wait, draw_wait2
from tools.classroom.script import (
    ADULT,
    TEACHER,
    Babble,
    Chorus,
    Enter,
    Film,
    Levels,
    PairTalk,
    Piece,
    Say,
    Script,
    Sound,
    Speaker,
    Turn,
)
from tools.classroom.sentences import Side, sentences
from tools.classroom.venue import draw_room, levels_by_distance, seat
from tools.classroom.voices import Speaks

LEAD = 1.5
_TEACHER_DBFS = -33.0
_WORK = 28.0
"""Seconds of group work, silent work or film in a lesson of 90 s; longer lessons have more."""
_LATCH = (-0.1, 0.25)


def write(name: str, profile: Profile, seed: int, seconds: float, voices: Speaks, bank: str) -> Script:
    """Write a lesson. The side of the split follows from the seed."""
    rng = np.random.default_rng([seed, *name.encode()])
    side = Side.of(seed)
    teacher = profile.teacher or str(rng.choice(["woman", "man"]))
    ages = profile.ages or str(rng.choice(["6-10", "11-13", "14-16"]))
    cast = draw_cast(rng, side, teacher, ages, 12, bank, boys_only=profile.boys_only)
    unit = profile.unit or str(rng.choice(["front", "side", "rear"]))
    room = draw_room(rng, side, profile.rt60, unit)
    placed = levels_by_distance(rng, seat(rng, cast, room), room, profile.pupil_db)
    snr = float(rng.choice(profile.snr_db))
    # With further noise the sum of all is what the ratio counts.
    share = 10 * math.log10(1 + len(profile.steady))
    author = _Author(rng, side, profile, cast, placed, voices, seconds)
    return Script(
        title=f"{name}, seed {seed}",
        profile=name,
        seed=seed,
        lead=LEAD,
        room=room,
        levels=Levels(_TEACHER_DBFS, _TEACHER_DBFS - snr - share, -71.0, _TEACHER_DBFS - 8),
        murmurs=(),
        speakers=placed,
        turns=tuple(author.turns()),
        babbles=author.babbles(),
        steady=tuple((kind, _TEACHER_DBFS - snr - share) for kind in profile.steady),
        about=_about(profile, teacher, ages, unit, room.rt60, snr),
        length=seconds,
    )


def _about(profile: Profile, teacher: str, ages: str, unit: str, rt60: float, snr: float) -> dict[str, Any]:
    """What kind of lesson it is. "A" and "B" are the sets that have targets; the rest is there to be looked at."""
    is_plain = rt60 <= 0.8 and snr >= 15 and not profile.steady and not profile.is_damaged
    has_babble = profile.babble_db is not None
    return {
        "teacher": teacher,
        "phase_of_school": "primary" if ages == "6-10" else "secondary",
        "pupil_ages": [int(age) for age in ages.split("-")],
        "mic": unit,
        "noise": ["hvac", *profile.steady],
        "wait_profile": profile.waits,
        "babble": has_babble,
        "simulated": "B" if has_babble else "A" if is_plain else "stress",
    }


class _FullError(Exception):
    """The next words do not fit any more."""


class _Author:
    def __init__(
        self,
        rng: np.random.Generator,
        side: Side,
        profile: Profile,
        cast: Cast,
        placed: dict[str, Speaker],
        voices: Speaks,
        seconds: float,
    ) -> None:
        self._rng, self._side, self._profile = rng, side, profile
        self._pupils, self._placed, self._voices = cast.pupils, placed, voices
        self._seconds = seconds
        self._now = LEAD
        self._turns: list[Turn] = []
        self._pupil = ""

    def turns(self) -> list[Turn]:
        """Return turns until the lesson is full."""
        is_worked = not self._profile.work
        try:
            while True:
                if not is_worked and self._now > self._seconds * 0.3:
                    self._work()
                    is_worked = True
                else:
                    self._cycle()
        except _FullError:
            # A chair that was to fall into the silence before the words that did not fit.
            while isinstance(self._turns[-1], Sound):
                self._turns.pop()
        return self._turns

    def babbles(self) -> tuple[Babble, ...]:
        """Return the voices behind the lesson, if there are any."""
        below = self._profile.babble_db
        if below is None:
            return ()
        sayings = sentences("group talk", self._side)
        return (Babble(self._seconds * 0.2, self._seconds * 0.9, self._pupils[-6:], sayings, below),)

    def _cycle(self) -> None:
        self._teacher("statement", draw_pause(self._rng) if self._turns else 0.0)
        for _ in range(int(self._rng.integers(0, 3))):
            self._teacher("statement", draw_pause(self._rng))
        self._teacher("question", draw_pause(self._rng))
        for _ in range(2):
            wait = draw_wait(self._rng, self._profile.waits)
            way = self._rng.random()
            if way < 0.25:
                self._teacher("question", self._spoilt(wait))
            elif way < 0.40:
                self._teacher("name", self._spoilt(wait), is_name=True)
                self._answer(draw_wait(self._rng, "untrained"))
                return
            elif way < 0.66:
                self._teacher("statement", self._spoilt(wait))
                return
            else:
                break
        wait = draw_wait(self._rng, self._profile.waits)
        if self._rng.random() < self._profile.choral:
            words = self._one("chorus")
            who = self._pupils[: int(self._rng.integers(8, 13))]
            longest = max(self._voices.say(words, self._placed[one]).length for one in who) / RATE_HZ
            # Everybody's onset is scattered; the clock only has to be late enough.
            self._spend(wait + longest + 0.7)
            self._turns.append(Chorus(who, self._spoilt(wait), words, 0.12, 2.0))
            self._teacher("reply", draw_wait2(self._rng))
        elif self._rng.random() < self._profile.adult:
            self._speak(ADULT, "adult", wait)
            self._teacher("statement", draw_wait2(self._rng))
        else:
            self._answer(wait)

    def _answer(self, wait: float) -> None:
        if self._rng.random() < self._profile.overlap:
            wait = float(np.clip(self._rng.normal(*_LATCH), -0.3, 0.5))
            self._pupil_speaks("answer", wait)
        else:
            self._pupil_speaks("answer", self._spoilt(wait))
        if self._rng.random() < 0.215:
            self._pupil_speaks("answer", draw_wait2(self._rng))
        self._teacher("reply", draw_wait2(self._rng))

    def _pupil_speaks(self, kind: str, after: float) -> None:
        others = [name for name in self._pupils if name != self._pupil]
        self._pupil = others[int(self._rng.integers(len(others)))]
        self._speak(self._pupil, kind, after)

    def _teacher(self, kind: str, after: float, *, is_name: bool = False) -> None:
        self._speak(TEACHER, kind, after, is_name=is_name)

    def _speak(self, who: str, kind: str, after: float, *, is_name: bool = False) -> None:
        words = self._one(kind)
        length = self._voices.say(words, self._placed[who]).length / RATE_HZ
        if after < 0 and length < 0.6:
            # A short word that starts early would lie wholly inside the other's.
            after = 0.05
        self._spend(after + length)
        self._turns.append(Say(who, after, (Piece(0.0, words),), is_name=is_name))

    def _spend(self, seconds: float) -> None:
        if self._now + seconds > self._seconds - LEAD:
            raise _FullError
        self._now += seconds

    def _work(self) -> None:
        work = self._profile.work
        length = _WORK * max(1.0, self._seconds / 180)
        self._teacher(
            {"group": "to group", "silent_work": "to silent work", "av": "to film"}[work], draw_pause(self._rng)
        )
        if work == "group":
            talk = sentences("group talk", self._side)
            pairs = tuple((self._pupils[at], self._pupils[at + 1]) for at in range(0, 12, 2))
            self._turns.append(PairTalk(pairs, 1.2, length, talk, 2.0))
        elif work == "av":
            self._turns.append(Film(1.2, length, sentences("film", self._side), -4.0))
        else:
            self._turns.append(Enter("silent_work", 0.0))
            for at in np.arange(2.0, length - LONGEST, 3.0):
                kind = str(self._rng.choice(["tap", "page", "keyboard"]))
                where = self._placed[self._pupils[0]].position
                self._turns.append(Sound(kind, float(at + self._rng.uniform(0, 1.5)), where))
            self._turns.append(Enter("whole_class", length))
        self._now += length if work != "silent_work" else 0.0
        self._teacher("call back", length if work == "silent_work" else 1.2)

    def _spoilt(self, wait: float) -> float:
        """Perhaps let something fall into a silence; it stays as long as it is."""
        if wait > LONGEST + 0.3 and self._rng.random() < self._profile.bangs:
            kind = str(self._rng.choice(["chair", "scrape", "tap", "page", "door", "cough"]))
            after = float(self._rng.uniform(0.15, wait - LONGEST - 0.05))
            where = self._placed[self._pupils[int(self._rng.integers(len(self._pupils)))]].position
            self._turns.append(Sound(kind, after, where))
        return wait

    def _one(self, kind: str) -> str:
        return str(self._rng.choice(sentences(kind, self._side)))
