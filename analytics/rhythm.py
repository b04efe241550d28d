"""When she spoke and when she stopped: what is known of one of her stretches by time alone.

::

    before    how long this stretch, how long her turn so far, who spoke before and how long ago
    after     the gap, and who spoke then; known in the account only

    ....TTTTTTTT.TTTTT[  gap  ]PPPP
        |----- turn -----|     follower
              before |length|

Teachers often go on after their own questions, so the follower alone decides nothing. No sound is looked at here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.turns import PUPILS, SPEECH
from lesson.talk import Ipu, Role

BEFORE = ("length", "is short", "turn", "after a pupil", "after her own silence", "that silence")
AFTER = (
    "a pupil follows",
    "at once",
    "she resumes",
    "gap to a pupil",
    "gap to herself",
    "a name follows",
    "nobody follows",
)
"""What the numbers are, in their order."""

SHORT_S = 0.6
"""About two words: "okay?", a name."""
LATCH_S = 0.2
SILENCE_S = 1.0
NOBODY_S = 15.0
_WORD_S = 1.2
_WORD_ANSWER_S = 3.0


@dataclass(frozen=True, slots=True)
class Before:
    """What is known when one of her stretches ends."""

    length: float
    turn: float
    """Seconds since her turn began."""
    is_after_pupil: bool
    silence: float
    """Between her own stretch before and this one; 0 after a pupil."""

    @property
    def values(self) -> tuple[float, ...]:
        """In the order of `BEFORE`."""
        own = self.silence if not self.is_after_pupil and self.silence >= SILENCE_S else 0.0
        return (
            math.log(max(self.length, 0.1)),
            float(self.length <= SHORT_S),
            math.log1p(self.turn),
            float(self.is_after_pupil),
            float(own > 0),
            math.log(own) if own > 0 else 0.0,
        )


@dataclass(frozen=True, slots=True)
class After:
    """What came then."""

    follower: Role | None
    """Teacher, pupil (or the class), or nobody for 15 s."""
    gap: float
    is_name: bool = False
    """She said a word or two, and then a pupil spoke."""

    @property
    def values(self) -> tuple[float, ...]:
        """In the order of `AFTER`."""
        is_pupil = self.follower in PUPILS
        is_hers = self.follower is Role.TEACHER and self.gap >= SILENCE_S
        gap = math.log(min(max(self.gap, LATCH_S), NOBODY_S))
        return (
            float(is_pupil),
            float(is_pupil and self.gap < LATCH_S),
            float(is_hers),
            gap if is_pupil else 0.0,
            gap if is_hers else 0.0,
            float(self.is_name and self.gap >= SILENCE_S),
            float(self.follower is None),
        )


class Rhythm:
    """Follows who spoke when. Memory: the last stretch, and where her turn began."""

    def __init__(self) -> None:
        self._last: Ipu | None = None
        self._turn = 0.0

    def hear(self, ipu: Ipu) -> Before | None:
        """Take in the next IPU; returns what is known at the end of one of hers."""
        if ipu.role not in SPEECH:
            return None
        last, self._last = self._last, ipu
        if ipu.role is not Role.TEACHER:
            return None
        is_hers = last is not None and last.role is Role.TEACHER
        if last is None or not is_hers or ipu.start - last.end >= NOBODY_S:
            self._turn = ipu.start
        silence = max(ipu.start - last.end, 0.0) if last is not None and is_hers else 0.0
        is_after_pupil = last is not None and last.role in PUPILS
        return Before(ipu.end - ipu.start, ipu.end - self._turn, is_after_pupil, min(silence, NOBODY_S))


def afters(ipus: Sequence[Ipu]) -> list[After]:
    """What came after each of the IPUs, which are in order of their start."""
    speech = [ipu if ipu.role in SPEECH else None for ipu in ipus]
    out: list[After] = []
    for at, ipu in enumerate(ipus):
        then = _next(speech, at)
        if then is None or speech[then] is None or ipus[then].start - ipu.end >= NOBODY_S:
            out.append(After(None, NOBODY_S))
            continue
        follower = ipus[then]
        out.append(After(follower.role, follower.start - ipu.end, _is_name(ipus, speech, then)))
    return out


def _next(speech: Sequence[Ipu | None], at: int) -> int | None:
    return next((then for then in range(at + 1, len(speech)) if speech[then] is not None), None)


def _is_name(ipus: Sequence[Ipu], speech: Sequence[Ipu | None], then: int) -> bool:
    """Whether she said a word or two there, and a pupil spoke soon after."""
    word = ipus[then]
    if word.role is not Role.TEACHER or word.end - word.start > _WORD_S:
        return False
    answer = _next(speech, then)
    return answer is not None and ipus[answer].role in PUPILS and ipus[answer].start - word.end < _WORD_ANSWER_S
