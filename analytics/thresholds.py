"""Every threshold a number rests on, in one place, each with where it comes from.

::

    0.2 s        1.0 s                  2.7  3.0              5.0                        15 s
     |------------|----------------------|----|----------------|---------------------------|
     a pause      an offered wait        Rowe Lake, Stahl      the goal                    work time
     counts when  counts when she
     a pupil      goes on herself
     answers

A lesson keeps `config_hash`, so that two lessons are only compared when they were measured alike. The manual's
table is generated from these fields.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any


class ThresholdError(ValueError):
    """A threshold is outside what can be measured."""


def _from(source: str, default: float, unit: str = "s") -> Any:
    return field(default=default, metadata={"source": source, "unit": unit})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What counts as what. Seconds unless the field's metadata says otherwise."""

    min_silence: float = _from(
        "Inter-pausal units are bounded by 0.1 to 0.2 s; adults leave gaps of about 0.2 s.", 0.20
    )
    min_speech: float = _from("A quarter of pupils' answers is one word, so anything longer would lose them.", 0.15)
    phrase_pause_max: float = _from("Campione and Veronis 2002: pauses over 1 s are a class of their own.", 1.0)
    typical_wait: float = _from("Rowe 1972: teachers typically wait 1 s or less.", 1.0)
    rowe_threshold: float = _from("Rowe 1986: below it little effect, above it a marked one.", 2.7)
    criterion_wait: float = _from("Lake 1973, Stahl 1990, Rowe 1987: 3 s.", 3.0)
    goal_wait: float = _from("The usual first action step; the teacher may set 2 to 10 s.", 5.0)
    max_wait: float = _from("Above it is work time; 1 % of Heinze and Erhard's waits are longer.", 15.0)
    guard: float = _from("Within it of a line we say borderline: edges are known to about a quarter second.", 0.25)
    chain_gap: float = _from("As the longest wait: a question asked later is another question.", 15.0)
    name_max_speech: float = _from("A name and a word or two (our choice).", 1.2)
    name_answer_within: float = _from("A pupil who was named starts within 3 s (our choice).", 3.0)
    choral_max: float = _from("A class answers together for 3 s at most (our choice).", 3.0)
    group_min: float = _from("A phase lasts 20 s or more (our choice).", 20.0)
    turn_link: float = _from("LENA counts a turn as an answer within 5 s.", 5.0)
    turn_split: float = _from("A shorter word from the other side does not end a turn (our choice).", 0.25)
    backchannel_max: float = _from("A pupil's 'yes' inside the teacher's talk (our choice).", 0.5)
    backchannel_resume: float = _from("She goes on within 0.3 s of a backchannel (our choice).", 0.3)
    within_answer_pause: float = _from("Stahl 1994: a pause in a pupil's answer is think-time too.", 1.0)
    unheard_min: float = _from("A silence of 3 s or more may hide a pupil the unit did not hear (our choice).", 3.0)
    unheard_rise_db: float = _from("Sound this far over the floor is not silence (our choice).", 3.0, "dB")
    unheard_for: float = _from("... when it lasts this long (our choice).", 0.3)
    low_snr_db: float = _from("Below 10 dB edges wander by more than the guard.", 10.0, "dB")
    role_weak: float = _from("Below 0.7 a role is flagged.", 0.7, "probability")
    role_unknown: float = _from("Below it we do not say who spoke (our choice).", 0.55, "probability")
    question: float = _from("A teacher's words count as a question from here (our choice).", 0.5, "probability")
    clipped_share: float = _from("More clipped sound than 1 % makes edges useless.", 0.01, "share")
    min_events_for_summary: int = _from("Under 10 events a median means nothing.", 10, "events")

    def __post_init__(self) -> None:
        if not 2.0 <= self.goal_wait <= 10.0:
            raise ThresholdError(f"A goal of {self.goal_wait} s is not between 2 and 10 s. Set one that is.")

    @property
    def config_hash(self) -> str:
        """16 hexadecimal digits that change when any threshold does."""
        canonical = json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]
