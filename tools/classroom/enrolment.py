"""The teacher's voice sample: the same voice in the same room, in sentences that no lesson has.

::

    |0.8 s| sentence |0.3 to 0.7 s| sentence | ... up to 45 s
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.script import TEACHER, Piece, Say, Script, Turn
from tools.classroom.sentences import Side, sentences
from tools.classroom.voices import Speaks


def enrolment(script: Script, voices: Speaks) -> Script:
    """Write the teacher's voice sample in the same room: 20 to 50 s, sentences that no lesson has."""
    rng = np.random.default_rng([script.seed, *b"enrolment"])
    turns: list[Turn] = []
    total = 0.8
    for words in rng.permutation(sentences("enrolment", Side.of(script.seed))):
        after = float(rng.uniform(0.3, 0.7)) if turns else 0.0
        total += after + voices.say(str(words), script.speakers[TEACHER]).length / RATE_HZ
        if total > 45:
            break
        turns.append(Say(TEACHER, after, (Piece(0.0, str(words)),)))
    return replace(script, turns=tuple(turns), babbles=(), lead=0.8, length=None)
