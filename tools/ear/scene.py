"""A random lesson: real dry voices in a made room, and what is true of each 10 ms.

::

    teacher ----- ---   wait   pupil --   wait   teacher ------   ...   group work | silent work | babble
                        with noises inside some silences; now and then the class together, or talk over talk

A number gives the same lesson each time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import fftconvolve

from tools.ear.labels import HOP, RATE, Labels
from tools.ear.noises import background, loudness, noise
from tools.ear.setting import Places, people
from tools.ear.voices import Person, Voices

_WAITS = {
    "untrained": (np.log(1.0), 0.7),
    "german": (np.log(1.55), 0.975),
    "trained": (np.log(3.3), 0.45),
    "rapid": (np.log(0.55), 0.45),
}
"""Mean and spread of the logarithm of a wait, in seconds."""
_SAMPLE_S = 30.0
_NOISY = 0.45
"""Share of silences with a noise in them."""


class Scene:
    """One lesson: `sound` (16 bit) and `labels`."""

    def __init__(self, number: int, voices: Voices, seconds: float = 90) -> None:
        rng = self._rng = np.random.default_rng(number)
        self._count = int(seconds * RATE)
        self._end = self._count / RATE
        self._waits = _WAITS[rng.choice(list(_WAITS))]
        self._teacher, self._pupils = people(rng, voices)
        self._recorded = voices.recorded
        self._places = Places(rng, len(self._pupils))
        self._dry = np.zeros(self._count + 2 * RATE, "f4")
        self.labels = Labels(self._count // HOP)
        self._at = int(rng.integers(4))
        self._play()
        self.sound = self._heard()

    def _put(self, sound: Any, at: float, way: Any, db: float) -> None:
        heard = fftconvolve(sound, way).astype("f4") * 10 ** (db / 20)
        first = int(at * RATE)
        if first < self._count:
            last = min(len(self._dry), first + len(heard))
            self._dry[first:last] += heard[: last - first]

    def _teach(self, at: float, least: float, most: float) -> float:
        """She speaks; returns when she ends."""
        rng = self._rng
        if rng.random() < 0.12:
            self._at = int(rng.integers(4))
        sound, spans = self._teacher.say(least, most)
        begun = at - spans[0][0] / RATE
        self._put(sound, begun, self._places.hers[self._at], self._places.hers_db[self._at] + rng.normal(0, 1.5))
        self.labels.mark(self.labels.teacher, begun, spans, self._teacher.voice_class)
        return at + (spans[-1][1] - spans[0][0]) / RATE

    def _answer(self, at: float, who: int, least: float, most: float, db: float = 0.0) -> float:
        sound, spans = self._pupils[who].say(least, most)
        begun = at - spans[0][0] / RATE
        level = self._places.theirs_db[who] + db + self._rng.normal(0, 1.0)
        self._put(sound, begun, self._places.theirs[who], level)
        self.labels.mark(self.labels.pupil, begun, spans, self._pupils[who].voice_class)
        return at + (spans[-1][1] - spans[0][0]) / RATE

    def _quiet(self, start: float, end: float) -> None:
        """Nobody speaks; maybe there is a noise."""
        rng = self._rng
        if end - start > 0.5 and rng.random() < _NOISY:
            sound = noise(rng, self._recorded)
            at = rng.uniform(start + 0.05, max(start + 0.06, end - len(sound) / RATE - 0.05))
            who = rng.integers(len(self._pupils))
            way = self._places.theirs[who] if rng.random() < 0.8 else self._places.hers[self._at]
            self._put(sound, at, way, rng.uniform(-14, 4))

    def _wait(self) -> float:
        return float(np.clip(self._rng.lognormal(*self._waits), 0.02, 12))

    def _pause(self, spread: float, least: float, most: float, middle: float = 0.7) -> float:
        return float(np.clip(self._rng.lognormal(np.log(middle), spread), least, most))

    def _play(self) -> None:
        rng, end = self._rng, self._end
        now = rng.uniform(0.3, 1.5)
        special = rng.choice(["none", "group", "silent", "babble"], p=[0.4, 0.27, 0.1, 0.23])
        moment = rng.uniform(0.1, 0.6) * end
        if special == "babble":
            self._babble(moment, min(end, moment + rng.uniform(15, 60)), -rng.uniform(5, 18))
        to_come = special in {"group", "silent"}
        rng.uniform(0.5, 1.3)  # drawn and not used; without it every number would give another lesson
        while now < end - 1:
            if to_come and now > moment:
                to_come = False
                now = (
                    self._group(now + rng.uniform(0.3, 2), rng.uniform(12, 35))
                    if special == "group"
                    else self._still(now)
                )
                continue
            said, now = self._talk(now)
            kind = rng.random()
            if kind < 0.72:
                now = self._exchange(said, by_name=kind < 0.12)
            else:
                wait = self._wait()
                self._quiet(said, said + wait)
                now = said + max(wait, 0.1)

    def _still(self, now: float) -> float:
        length = self._rng.uniform(10, 25)
        for _ in range(int(length / 6)):
            self._quiet(now + 1, now + length)
        return now + length

    def _talk(self, now: float) -> tuple[float, float]:
        """She says some sentences; returns when the last ends, and when the pause after it does."""
        rng, said = self._rng, now
        for _ in range(rng.geometric(0.6)):
            said = self._teach(now, 0.6, 5.5)
            kind = rng.random()
            if rng.random() < 0.05:
                at = max(now, said - rng.uniform(0.2, 0.6))
                self._answer(at, rng.integers(len(self._pupils)), 0.2, 0.5, -3)
            if kind < 0.2:
                pause = rng.uniform(0.05, 0.2)
            elif kind < 0.8:
                pause = self._pause(0.45, 0.1, 3, 0.45)
            else:
                pause = float(rng.lognormal(np.log(1.2), 0.3))
            self._quiet(said, said + pause)
            now = said + pause
        return said, now

    def _exchange(self, said: float, *, by_name: bool) -> float:
        """She asked; somebody answers, she goes on."""
        rng, wait = self._rng, self._wait()
        if by_name:
            self._quiet(said, said + wait)
            said = self._teach(said + wait, 0.25, 1.0)
            wait = self._pause(0.5, 0.1, 3)
        elif rng.random() < 0.18:
            wait = rng.normal(-0.1, 0.25)
        self._quiet(said, said + wait)
        start = max(0, said + wait)
        if rng.random() < 0.08:
            now = self._together(start)
        else:
            who = rng.integers(len(self._pupils))
            now = self._answer(start, who, *((0.2, 0.9) if rng.random() < 0.45 else (0.6, 4)))
            while rng.random() < 0.2:
                pause = self._pause(0.6, 0.05, 4)
                self._quiet(now, now + pause)
                other = who if rng.random() < 0.5 else rng.integers(len(self._pupils))
                now = self._answer(now + pause, other, 0.4, 3)
        wait = self._pause(0.6, 0.05, 5) if rng.random() > 0.18 else rng.normal(0, 0.2)
        self._quiet(now, now + wait)
        return max(0.0, now + wait)

    def _together(self, start: float) -> float:
        rng, end = self._rng, start
        count = min(rng.integers(5, 16), 12)
        length = rng.uniform(0.4, 1.6)
        for _ in range(count):
            who = rng.integers(len(self._pupils))
            sound, spans = self._pupils[who].say(length * 0.7, length * 1.3)
            at = max(start, start + abs(rng.normal(0, 0.1)))
            begun = at - spans[0][0] / RATE
            self._put(sound, begun, self._places.theirs[who], self._places.theirs_db[who] - rng.uniform(0, 6))
            self.labels.mark(self.labels.choral, begun, spans)
            end = max(end, at + (spans[-1][1] - spans[0][0]) / RATE)
        return end

    def _some_pupil(self, least: float, most: float) -> tuple[int, Any, float, float]:
        """Who, sound, seconds before the voice, seconds of voice."""
        who = self._rng.integers(len(self._pupils))
        pupil: Person = self._pupils[who]
        sound, spans = pupil.say(least, most)
        return who, sound, spans[0][0] / RATE, (spans[-1][1] - spans[0][0]) / RATE

    def _group(self, start: float, length: float) -> float:
        rng, end = self._rng, min(start + length, self._end - 0.1)
        level = rng.uniform(-4, 4)
        for group in range(rng.integers(4, 9)):
            now = start + (abs(rng.normal(0, 0.4)) if group == 0 else rng.uniform(0, 1.5))
            while now < end - 0.6:
                who, sound, before, lasts = self._some_pupil(0.5, 4)
                if now + lasts > end:
                    break
                db = self._places.theirs_db[who] + level - rng.uniform(0, 6)
                self._put(sound, now - before, self._places.theirs[who], db)
                now += lasts + rng.uniform(0.05, 0.8)
        self.labels.group[int(start * 100) : int(end * 100)] = True
        return end + rng.uniform(0.2, 1.5)

    def _babble(self, start: float, end: float, db: float) -> None:
        rng = self._rng
        level = db + rng.uniform(0, 3)
        for _ in range(rng.integers(4, 8)):
            now = start + rng.uniform(0, 1)
            while now < end - 0.6:
                who, sound, before, lasts = self._some_pupil(0.5, 4)
                self._put(sound, now - before, self._places.theirs[who], level - 7 - rng.uniform(0, 4))
                now += lasts + rng.uniform(0.05, 0.6)
        self.labels.babble[int(start * 100) : int(end * 100)] = True

    def _heard(self) -> Any:
        """With the room's noise, at the unit's level."""
        rng, sound = self._rng, self._dry[: self._count]
        labels = self.labels
        spoken = np.repeat(labels.teacher | labels.pupil | labels.choral, HOP)
        speech = loudness(sound[: len(spoken)][spoken]) if spoken.sum() > RATE else -40
        often = [0.1, 0.12, 0.15, 0.15, 0.15, 0.12, 0.1, 0.06, 0.05]
        over = rng.choice([25, 22, 20, 17, 15, 13, 11, 9, 7], p=often) + rng.uniform(-1, 1)
        around = background(rng, self._count, self._recorded)
        self._around = around * 10 ** ((speech - over - loudness(around)) / 20)
        out = sound + self._around
        self._gain = 10 ** ((-rng.uniform(20, 38) - loudness(out)) / 20)
        if rng.random() < 0.1:
            self._gain *= 3
        return self._recording(out)

    def _recording(self, out: Any) -> Any:
        return (np.clip(out * self._gain, -1, 1) * 32767).astype("i2")

    def sample(self) -> Any:
        """Her alone, in the same room, for about `_SAMPLE_S` seconds: the voice sample she would give."""
        count = min(self._count, int(_SAMPLE_S * RATE))
        self._dry[:] = 0
        now = 0.5
        while now < count / RATE - 1:
            sound, _ = self._teacher.say(1, 5)
            self._put(sound, now, self._places.hers[self._at], self._places.hers_db[self._at])
            now += len(sound) / RATE + self._rng.uniform(0.2, 0.8)
        return self._recording(self._dry[:count] + self._around[:count])
