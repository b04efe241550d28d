"""Turns of the length that turns have: one word, or many sentences; with a "mm" of the others in them.

::

    her words    log-normal, median 17, at most 400      Say <pause> Say <pause> Say?
    a pupil's    log-normal, median 4.4, at most 80      Say <pause> Say
                                                           mm            inside, or in a short pause

Sentences are joined until they come nearest to the number of words that was drawn.
"""

from __future__ import annotations

import numpy as np

from tools.classroom.asides import HERS, THEIRS
from tools.classroom.pen import Pen
from tools.classroom.profiles import draw_pause, draw_wait2
from tools.classroom.script import TEACHER, Backchannel
from tools.classroom.sentences import sentences

HER_WORDS = (2.86, 1.40, 400)
PUPIL_WORDS = (1.49, 1.13, 80)
"""Mean and spread of the logarithm, and the most (566 TalkMoves transcripts)."""
_NEAREST = 3
"""From so many sentences of about the right length one is drawn."""
_HALF = 4
"""Words of half a sentence: fewer are not worth another one."""
BACKCHANNEL_MAX = 0.5
"""Seconds; a longer word is a turn. Ours, as is the rest here."""
_BEFORE = (0.1, 0.18)
"""Seconds from the other's word to the "mm", if that is not inside."""
_RESUMED = (0.1, 0.28)
"""Seconds from there until the other goes on."""
_FROM_ONSET, _FROM_OFFSET = 0.7, 0.25
"""Seconds inside the other's sentence. An answer may start 0.3 s before she has ended, and a voice's "mm" is not to run
into its last word."""


class Talk:
    """Long and short turns; remembers how long it takes until she speaks again."""

    def __init__(self, pen: Pen) -> None:
        self.pen = pen
        self.after = 0.0
        """Silence before her next word."""
        self._opening = ""
        self._decks: dict[str, list[str]] = {}

    def says(self, kind: str) -> None:
        """Let her say one sentence, after the silence that is due."""
        self._hers(self._next(kind))

    def react(self, kind: str) -> None:
        """Let her next turn begin with a sentence of this kind, as it does after a pupil's."""
        self.after, self._opening = draw_wait2(self.pen.rng), kind

    def hers(self, until: float, *, asks: bool) -> None:
        """Let her take a turn, about as long as drawn; near the end of a phase she comes to the point."""
        left = draw_words(self.pen.rng, HER_WORDS)
        question = self._next("question") if asks else ""
        left -= _count(question)
        opening, self._opening = self._opening, ""
        if opening or not asks:
            words = self._next(opening or "statement")
            left -= _count(words)
            self._hers(words)
        while left > _HALF and self.pen.now < until:
            words = self._next("statement")
            left -= _count(words)
            self._hers(words)
            goes_on = asks or (left > _HALF and self.pen.now < until)
            self.after = self._nod(THEIRS, words, TEACHER, goes_on=goes_on) or self.after
        if asks:
            self._hers(question)

    def pupils(self, kind: str, after: float) -> None:
        """Let another pupil take a turn, about as long as drawn."""
        left = draw_words(self.pen.rng, PUPIL_WORDS)
        who = self.pen.next_pupil()
        while True:
            words = self._nearest(kind, left)
            left -= _count(words)
            self.pen.speak(who, words, after)
            goes_on = left > _HALF
            nod = self._nod(HERS, words, who, goes_on=goes_on)
            if not goes_on:
                return
            after = nod or draw_pause(self.pen.rng)

    def _hers(self, words: str) -> None:
        self.pen.speak(TEACHER, words, self.after)
        self.after = draw_pause(self.pen.rng)

    def _nod(self, kind: str, words: str, who: str, *, goes_on: bool) -> float | None:
        """Perhaps let somebody say "mm" to these words; returns the pause it is in, if it is in one."""
        pen, rng = self.pen, self.pen.rng
        said, (nodder, word, length) = pen.length(who, words), self._word(kind)
        is_inside = said >= _FROM_ONSET + length + _FROM_OFFSET
        if not word or not (goes_on or is_inside) or not (pen.asides and pen.asides.take((kind,), pen.now)):
            return None
        if is_inside and (not goes_on or rng.random() < 0.5):
            after = float(rng.uniform(_FROM_ONSET, said - length - _FROM_OFFSET)) - said
            pen.turns.append(Backchannel(nodder, after, word, pen.spot(nodder, -after)))
            return None
        after, resumed = float(rng.uniform(*_BEFORE)), float(rng.uniform(*_RESUMED))
        pen.turns.append(Backchannel(nodder, after, word, pen.spot(nodder, 0.0)))
        return after + length + resumed

    def _word(self, kind: str) -> tuple[str, str, float]:
        """Draw who says "mm", and a word short enough; an empty one if this voice has none."""
        pen = self.pen
        others = [name for name in pen.cast.pupils if name != pen.pupil]
        who = TEACHER if kind == HERS else others[int(pen.rng.integers(len(others)))]
        words = {word: pen.length(who, word) for word in sentences(kind, pen.side)}
        short = [word for word, length in words.items() if length <= BACKCHANNEL_MAX]
        word = short[int(pen.rng.integers(len(short)))] if short else ""
        return who, word, words.get(word, 0.0)

    def _next(self, kind: str) -> str:
        """Draw a sentence; none comes again before all of its kind have."""
        deck = self._decks.setdefault(kind, [])
        if not deck:
            deck += [str(words) for words in self.pen.rng.permutation(sentences(kind, self.pen.side))]
        return deck.pop()

    def _nearest(self, kind: str, words: float) -> str:
        """Draw one of the sentences that are nearest to that length, or any for a longer turn."""
        known = sentences(kind, self.pen.side)
        if words > max(map(_count, known)):
            return self._next(kind)
        near = sorted(known, key=lambda sentence: abs(_count(sentence) - words))[:_NEAREST]
        return near[int(self.pen.rng.integers(len(near)))]


def draw_words(rng: np.random.Generator, words: tuple[float, float, int]) -> float:
    """Draw how many words a turn has."""
    mean, spread, most = words
    return min(float(rng.lognormal(mean, spread)), most)


def _count(sentence: str) -> int:
    return len(sentence.split())
