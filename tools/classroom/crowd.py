"""Many voices that are one: a class that answers together, or talks in pairs.

::

    chorus      pupil01  ~~~~~~        pair talk   pair 1  ~~~~ ~~~~ ~~ ~~~~~ |
                pupil02    ~~~~~~                  pair 2    ~~~~~ ~~~~ ~~~   |
                pupil03 ~~~~~~                     pair 3   ~~ ~~~~~~ ~~~ ~~  |  nobody begins what does not fit
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lesson.sound import RATE_HZ
from tools.classroom.script import Chorus, PairTalk, Speaker

if TYPE_CHECKING:
    from tools.classroom.render import Stage


def chorus(stage: Stage, turn: Chorus) -> None:
    """Let many answer with the same words."""
    first = stage.last_end + _samples(turn.after)
    onsets = stage.onsets.normal(0, turn.jitter, len(turn.who))
    for who, onset in zip(turn.who, onsets - onsets.min(), strict=True):
        speaker = stage.script.speakers[who]
        end = stage.place("choral", speaker, turn.words, first + _samples(onset), turn.level_db)
        stage.last_end = max(stage.last_end, end)


def pair_talk(stage: Stage, turn: PairTalk) -> None:
    """Let the class talk in pairs."""
    first = stage.last_end + _samples(turn.after)
    last = first + _samples(turn.length)
    for number, pair in enumerate(turn.pairs):
        start = first if number == 0 else first + _samples(stage.onsets.uniform(0.1, 0.9))
        for speaker, words in _talk_in_turn(stage, turn, number, pair):
            end = stage.place("group", speaker, words, start, turn.level_db, before=last)
            if end == start:
                break
            stage.last_end = max(stage.last_end, end)
            start = end + _samples(stage.onsets.uniform(0.15, 0.6))


def _talk_in_turn(stage: Stage, turn: PairTalk, number: int, pair: tuple[str, str]) -> Iterator[tuple[Speaker, str]]:
    # Every pair begins elsewhere in the list, so that the same words never coincide.
    begin = number * len(turn.sayings) // len(turn.pairs)
    for index in range(len(turn.sayings)):
        yield stage.script.speakers[pair[index % 2]], turn.sayings[(begin + index) % len(turn.sayings)]


def _samples(seconds: float) -> int:
    return round(seconds * RATE_HZ)
