"""The account of a drawn lesson, by the product's own rules: what would be told if all of it were heard.

::

    "TTTT?....PPPP"  --draw-->  IPUs, phases  --rules-->  Account
"""

from __future__ import annotations

from analytics.account import time_waits
from analytics.intervals import intervals
from analytics.phases import phase_at
from analytics.room import Room
from analytics.states import cover
from analytics.summary import summarise
from analytics.thresholds import Thresholds
from analytics.turns import turns
from lesson.talk import Account, Phase, Role
from tests.lessons.drawn import Drawn

LESSON = "0123456789abcdef0123456789abcdef"
LIMITS = Thresholds()


def account_of(drawn: Drawn, lesson_id: str = LESSON) -> Account:
    talk = [ipu for ipu in drawn.ipus if ipu.role is not Role.NOISE]
    waits = time_waits(talk, drawn.phases, lesson_id, thresholds=LIMITS, room=Room(), duration=drawn.duration)
    gaps = [
        gap for gap in intervals(talk, lambda at: phase_at(drawn.phases, at), LIMITS) if gap.phase is Phase.WHOLE_CLASS
    ]
    states = cover(drawn.duration, drawn.ipus, drawn.phases)
    summary = summarise(waits, gaps, states, drawn.phases, turns(talk, LIMITS), thresholds=LIMITS)
    return Account(
        duration=drawn.duration,
        states=states,
        phases=tuple(drawn.phases),
        waits=tuple(waits),
        intervals=tuple(gaps),
        summary=summary,
        config_hash=LIMITS.config_hash,
        version="drawn",
    )
