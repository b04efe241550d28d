"""When the class did what: whole class, group work, silent work, a film, a transition.

::

    marks    |whole_class             |silent_work     |whole_class
    blocks            [group]                                       [av]      from the first voice to the last
    phases   |whole   |group|whole    |silent_work     |whole       |av|
"""

from __future__ import annotations

from itertools import pairwise

from tools.classroom.script import ADULT
from tools.classroom.take import Take, in_ms

WHOLE_CLASS = "whole_class"
BLOCKS = ("group", "av")
"""Roles that are a phase by themselves."""
SET_APART = frozenset({*BLOCKS, ADULT})
"""Roles that are on neither side of the talk: a silence beside them is nobody's wait."""

Span = tuple[str, int, int]
"""What, from, to; milliseconds."""


def blocks(take: Take) -> list[Span]:
    """Return group work and films, each from its first sound to its last."""
    found: list[Span] = []
    current = ""
    for ipu in take.ipus:
        if ipu.role in BLOCKS:
            start, end = in_ms(ipu.start), in_ms(ipu.end)
            if current == ipu.role:
                found[-1] = (ipu.role, found[-1][1], max(found[-1][2], end))
            else:
                found.append((ipu.role, start, end))
        current = ipu.role
    return found


def phases(take: Take) -> list[Span]:
    """Return the phases of the whole lesson, without a hole."""
    length, apart = in_ms(len(take.sound)), blocks(take)
    marks = [(0, WHOLE_CLASS), *((in_ms(at), phase) for at, phase in take.marks)]
    edges = {0, length, *(at for at, _ in marks)} | {edge for _, start, end in apart for edge in (start, end)}
    found: list[Span] = []
    for start, end in pairwise(sorted(edge for edge in edges if edge <= length)):
        marked = [phase for at, phase in marks if at <= start][-1]
        phase = next((role for role, since, until in apart if since <= start < until), marked)
        if found and found[-1][0] == phase:
            found[-1] = (phase, found[-1][1], end)
        else:
            found.append((phase, start, end))
    return found


def phase_at(spans: list[Span], at: int) -> str:
    """Return the phase that lasts until, or over, a moment."""
    return next((phase for phase, start, end in spans if start < at <= end), spans[0][0])


def work_begun(spans: list[Span], end: int, start: int) -> str | None:
    """Return the phase of its own that begins between the end of a voice and the start of the next, if one does."""
    return next((phase for phase, since, _ in spans if end <= since <= start and phase not in _TALK), None)


_TALK = {WHOLE_CLASS, "transition"}
