"""What is not whole-class talk in a whole lesson: group work, silent work, a film, and the moves between.

::

    transition    Say "Push your chairs under." [chair] Say(pupil) [scrape] Say "Quietly, please."
                  ~~~~~~~~~~~ others chatter ~~~~~~~~~~~
    group         Say "In your groups." | five to eight pairs, each one voice at a time | Say "And stop there."
    silent_work   Say "On your own."    | [page]   [tap]     [shh]    [cough]           | Say "Three, two, one."

Every function lets her say what begins it and, but for a transition, what ends it.
"""

from __future__ import annotations

import math

from tools.classroom.noise import LONGEST
from tools.classroom.script import TEACHER, Chatter, Enter, Film, PairTalk, Sound
from tools.classroom.sentences import sentences
from tools.classroom.talk import Talk

_GROUPS = (5, 8)
_ONE_SAYING = 1.2
"""Seconds that the shortest sentence and the pause after it take: so many sentences are always enough."""
_TO_NEIGHBOUR_DB = -6.0
"""To a neighbour a voice is used as in conversation, to the class raised: 62 and 68 dB at 1 m (ANSI S3.5-1997)."""
_BEGUN = 1.2
"""Seconds from her word to the first voice of a group or film, and from their last to hers, as in the short lessons."""
_FILM_DB = -4.0
_STIRS = (2.0, 8.0)
"""Seconds between small sounds in silent work. Ours."""
_QUIET_SOUNDS = ("tap", "page", "keyboard", "scrape", "cough", "shh")
_CHAIRS = ("chair", "scrape")
_MOVING = (1.4, 2.6)
"""Seconds in which a chair is moved and nobody speaks. Ours."""
_CHATTERING = 6
_CHATTER_BELOW_DB = 12.0
"""How many talk behind a transition, and how far under her voice all together are. Ours."""
_HUSHED = 2.0
"""Seconds at its end in which they are quiet again."""
_ONE_MOVE = 4.0
"""Seconds that a chair and a remark take together."""


def group(talk: Talk, length: float, following: str) -> None:
    """Let them work in groups, until she calls them back in the following phase."""
    pen = talk.pen
    talk.says("to group")
    count = int(pen.rng.integers(_GROUPS[0], _GROUPS[1] + 1))
    pairs = tuple((pen.cast.pupils[2 * at], pen.cast.pupils[2 * at + 1]) for at in range(count))
    known = sentences("group talk", pen.side)
    rounds = math.ceil(length / (_ONE_SAYING * len(known)))
    sayings = tuple(str(words) for _ in range(rounds) for words in pen.rng.permutation(known))
    pen.spend(_BEGUN + length)
    pen.turns.append(PairTalk(pairs, _BEGUN, length, sayings, _TO_NEIGHBOUR_DB + lombard_db(count)))
    _call_back(talk, Enter(following, 0.0), _BEGUN)


def lombard_db(groups: int) -> float:
    """Return how much louder everybody speaks in so many groups than in two.

    Each decibel of the others' noise raises a voice by half a decibel, which raises theirs: where that settles, a voice
    has risen as much as the others' noise would have without it.
    """
    return round(10 * math.log10(groups - 1), 1)


def film(talk: Talk, length: float, following: str) -> None:
    """Let them watch a film."""
    talk.says("to film")
    talk.pen.spend(_BEGUN + length)
    talk.pen.turns.append(Film(_BEGUN, length, sentences("film", talk.pen.side), _FILM_DB))
    _call_back(talk, Enter(following, 0.0), _BEGUN)


def silent_work(talk: Talk, length: float, following: str) -> None:
    """Let them work alone and in silence, but for small sounds."""
    pen = talk.pen
    talk.says("to silent work")
    pen.turns.append(Enter("silent_work", 0.0))
    at = float(pen.rng.uniform(*_STIRS))
    while at < length - LONGEST:
        kind = str(pen.rng.choice(_QUIET_SOUNDS))
        pupil = pen.cast.pupils[int(pen.rng.integers(len(pen.cast.pupils)))]
        spot = pen.spot(TEACHER, -at) if kind == "shh" else None
        pen.turns.append(Sound(kind, at, spot.position if spot else pen.placed[pupil].position))
        at += float(pen.rng.uniform(*_STIRS))
    _call_back(talk, Enter(following, length), length)


def move(talk: Talk, length: float) -> None:
    """Let chairs be moved, and something be said about it, for about so long."""
    pen = talk.pen
    start, after, first = pen.now, talk.after + _BEGUN, len(pen.turns)
    talk.says("to transition")
    while pen.now < start + length - _ONE_MOVE:
        wait = float(pen.rng.uniform(*_MOVING))
        pen.sound(str(pen.rng.choice(_CHAIRS)), wait)
        pen.speak(pen.next_pupil(), pen.one("moving"), wait)
        talk.react("instruction")
        talk.says("instruction")
    chatter = pen.now - start - after - _HUSHED
    if chatter > _HUSHED:
        who = tuple(str(name) for name in pen.rng.permutation(pen.cast.pupils)[:_CHATTERING])
        pen.turns.insert(first, Chatter(after, chatter, who, sentences("group talk", pen.side), _CHATTER_BELOW_DB))


def _call_back(talk: Talk, enter: Enter, after: float) -> None:
    talk.pen.turns.append(enter)
    talk.after = after
    talk.says("call back")
