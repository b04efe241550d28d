"""What people say of a lesson's events: the words that can be typed, and the bytes that can be sealed.

::

    not-a-question            HumanLabel(is_question=False)
    me                        HumanLabel(role=teacher)         that voice was mine
    pupil,question            HumanLabel(role=pupil, is_question=True)

    teacher  09:00  me            \
    coach    09:30  question       >--what_is_said-->  me, question         the later word on the same thing counts
    teacher  10:00  as-heard      /                    and takes back all of it

The order in which labels arrive is of no matter: each says when it was said.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lesson.talk import EventLabel, HumanLabel, Outcome, Role
from lesson.wire import WireError, dumps, from_wire, loads

SCHEMA = "1.0.0"

AS_HEARD = HumanLabel()

WORDS = {
    "question": HumanLabel(is_question=True),
    "not-a-question": HumanLabel(is_question=False),
    "pupil": HumanLabel(role=Role.PUPIL),
    "me": HumanLabel(role=Role.TEACHER),
    "class": HumanLabel(role=Role.CHORAL),
    "group-work": HumanLabel(role=Role.GROUP),
    "nobody": HumanLabel(role=Role.NOISE),
    "asked-again": HumanLabel(outcome=Outcome.REASKED),
    "went-on": HumanLabel(outcome=Outcome.CONTINUED),
    "named": HumanLabel(outcome=Outcome.NAMED),
    "silent-work": HumanLabel(outcome=Outcome.TO_SILENT_WORK),
    "before-was-pupil": HumanLabel(role_before=Role.PUPIL),
    "before-was-me": HumanLabel(role_before=Role.TEACHER),
    "as-heard": AS_HEARD,
}
"""What can be said of an event."""

MEANINGS = {
    "question": "she asked something",
    "not-a-question": "she asked nothing: the pause is no wait",
    "pupil": "the voice after the pause was a pupil's",
    "me": "the voice after the pause was the teacher's",
    "class": "the class spoke together after the pause",
    "group-work": "pair or group talk came after the pause",
    "nobody": "no voice came there: a chair, a cough",
    "asked-again": "the teacher asked again",
    "went-on": "the teacher went on",
    "named": "the teacher said a name, and a pupil answered",
    "silent-work": "silent work began",
    "before-was-pupil": "the voice before the pause was a pupil's",
    "before-was-me": "the voice before the pause was the teacher's",
    "as-heard": "take back what was said of this pause",
}
"""The same in sentences, for the manual and the page."""


@dataclass(frozen=True, slots=True)
class LessonLabels:
    """All that was said of one lesson: what is sealed."""

    schema: str
    lesson_id: str
    labels: tuple[EventLabel, ...]

    def encode(self) -> bytes:
        """One line of JSON."""
        return dumps(self)

    @classmethod
    def decode(cls, data: bytes) -> LessonLabels:
        """Read it again; raise `WireError` for anything else."""
        made = from_wire(cls, loads(data))
        if made.schema.split(".", maxsplit=1)[0] != SCHEMA.split(".", maxsplit=1)[0]:
            raise WireError(f"Labels of version {made.schema} are not known here.")
        return made


def label_of(words: str) -> HumanLabel:
    """Read one or more of `WORDS`, with commas between; raise `ValueError` for others and for contradictions.

    >>> label_of("pupil,question")
    HumanLabel(outcome=None, is_question=True, role=<Role.PUPIL: 'pupil'>, role_before=None)
    """
    said: dict[str, object] = {}
    for word in words.split(","):
        if word not in WORDS:
            raise ValueError(f"{word!r} is nothing that can be said of a pause.")
        for name, value in _said(WORDS[word]).items():
            if said.setdefault(name, value) != value:
                raise ValueError(f"{words!r} contradicts itself.")
    return HumanLabel(**said)  # type: ignore[arg-type]


def in_order(labels: Iterable[EventLabel]) -> tuple[EventLabel, ...]:
    """Each label once, in the order in which they were said, however they arrived."""
    return tuple(sorted(set(labels), key=lambda each: (each.said_at, each.event_id, dumps(each.label))))


def what_is_said(labels: Iterable[EventLabel]) -> dict[str, tuple[datetime, HumanLabel]]:
    """What counts of all labels, by event, the one said last at the end."""
    found: dict[str, tuple[datetime, HumanLabel]] = {}
    for each in in_order(labels):
        _, before = found.pop(each.event_id, (each.said_at, AS_HEARD))
        found[each.event_id] = each.said_at, _joined(before, each.label)
    return found


def _joined(before: HumanLabel, later: HumanLabel) -> HumanLabel:
    if later == AS_HEARD:
        return later
    said = _said(later)
    if {"outcome", "role"} & said.keys():
        # One thing in two words: who spoke next, and what it was.
        said = {"outcome": None, "role": None, **said}
    return dataclasses.replace(before, **said)  # type: ignore[arg-type]


def _said(label: HumanLabel) -> dict[str, object]:
    values = {field.name: getattr(label, field.name) for field in dataclasses.fields(label)}
    return {name: value for name, value in values.items() if value is not None}
