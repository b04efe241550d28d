"""Who had the floor at every moment of the lesson, without a hole.

::

    IPUs      TTTT....PP..  G  ....     plus noises, and the time of a group phase
    states    TTTTSSSSPPSSGGGGGSSSS     every moment once

Where two sides speak at once the state is `overlap`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from analytics.turns import PUPILS
from lesson.talk import Ipu, Phase, PhaseSpan, Role, State

_WHOLE_PHASE = {Phase.GROUP: Role.GROUP, Phase.AV: Role.AV}
"""Phases in which a moment has no other owner than the phase."""
_SHORTEST = 1e-6


def cover(duration: float, ipus: Sequence[Ipu], phases: Iterable[PhaseSpan]) -> tuple[State, ...]:
    """States from 0 to `duration` seconds. IPUs may overlap and may reach past the end."""
    owned = [(span.start, span.end, _WHOLE_PHASE[span.phase]) for span in phases if span.phase in _WHOLE_PHASE]
    changes: list[tuple[float, int, Role]] = []
    for start, end, role in [*((ipu.start, ipu.end, ipu.role) for ipu in ipus), *owned]:
        low, high = max(0.0, min(start, duration)), max(0.0, min(end, duration))
        if high > low:
            changes += [(low, 1, role), (high, -1, role)]
    changes.sort(key=lambda change: change[0])
    moments = sorted({0.0, duration, *(at for at, _, _ in changes)})
    active: dict[Role, int] = {}
    found: list[State] = []
    next_change = 0
    for start, end in pairwise(moments):
        while next_change < len(changes) and changes[next_change][0] <= start:
            _, step, role = changes[next_change]
            active[role] = active.get(role, 0) + step
            next_change += 1
        role = _owner({role for role, count in active.items() if count > 0})
        if found and found[-1].role is role:
            found[-1] = State(role, found[-1].start, end)
        elif end - start > _SHORTEST or not found:
            found.append(State(role, start, end))
        else:
            found[-1] = State(found[-1].role, found[-1].start, end)
    return tuple(found)


def _owner(roles: set[Role]) -> Role:
    for whole in (Role.AV, Role.GROUP):
        if whole in roles:
            return whole
    if Role.OVERLAP in roles or (Role.TEACHER in roles and roles & PUPILS):
        return Role.OVERLAP
    for role in (Role.TEACHER, Role.CHORAL, Role.PUPIL, Role.UNKNOWN, Role.NOISE):
        if role in roles:
            return role
    return Role.SILENCE
