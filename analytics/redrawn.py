"""Draw an account's stretches of speech again, so that the rules can be run over them once more.

::

    states    TTTTTTOOPPPP..TT       an account keeps states
    IPUs      TTTTTTTT               the rules want IPUs: who spoke, also where two did at once
                    PPPPPP
                            TT

How sure a role is, and what was wrong with its sound, an account says of its events only. An IPU is as sure as the
surest event that touches it, and has the faults that all of them share. What no event touches is as sure as the usual.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from analytics.turns import PUPILS
from lesson.talk import Account, Flag, Ipu, Phase, PhaseSpan, Role, WaitTime

NEAR_S = 2e-3
"""Two moments this near are the same: sums of decimals in binary."""
_LEFT_OUT = frozenset({Role.SILENCE, Role.OVERLAP, Role.GROUP})
_OF_SOUND = frozenset({Flag.LOW_SNR, Flag.BABBLE, Flag.CLIPPED, Flag.GAP_IN_AUDIO, Flag.AV})


def ipus_of(account: Account) -> list[Ipu]:
    """All IPUs and noises of an account, in order of their start. A group phase has none."""
    spans: list[tuple[float, float, Role]] = []
    open_sides: dict[str, tuple[float, float, Role]] = {}
    for state in account.states:
        for side, roles in (("teacher", frozenset({Role.TEACHER})), ("pupils", PUPILS)):
            speaks = state.role in roles or state.role is Role.OVERLAP
            before = open_sides.get(side)
            is_same = before is not None and (
                state.role is Role.OVERLAP or state.role is before[2] or before[2] is None
            )
            if speaks and before is not None and is_same:
                open_sides[side] = before[0], state.end, before[2]
                continue
            if before is not None:
                spans.append(open_sides.pop(side))
            if speaks:
                role = Role.TEACHER if side == "teacher" else _pupils_after(account, state.end, state.role)
                open_sides[side] = state.start, state.end, role
        if state.role not in _LEFT_OUT and state.role is not Role.TEACHER and state.role not in PUPILS:
            spans.append((state.start, state.end, state.role))
        elif state.role is Role.GROUP:
            spans += [(start, end, Role.GROUP) for start, end in _outside_group_work(state.start, state.end, account)]
    spans += open_sides.values()
    return [_judged(Ipu(role, start, end), account) for start, end, role in sorted(spans, key=_teacher_first)]


def _teacher_first(span: tuple[float, float, Role]) -> tuple[float, bool, float]:
    return span[0], span[2] is not Role.TEACHER, span[1]


def _pupils_after(account: Account, moment: float, role: Role) -> Role:
    """Which of the pupils' two roles a stretch has that begins in an overlap: what it goes on as."""
    if role in PUPILS:
        return role
    after = next((state for state in account.states if abs(state.start - moment) < NEAR_S), None)
    return after.role if after is not None and after.role in PUPILS else Role.PUPIL


def _outside_group_work(start: float, end: float, account: Account) -> list[tuple[float, float]]:
    spans = [span for span in account.phases if span.phase is Phase.GROUP and span.end > start and span.start < end]
    out, at = [], start
    for span in spans:
        if span.start - at > NEAR_S:
            out.append((at, span.start))
        at = max(at, span.end)
    return [*out, (at, end)] if end - at > NEAR_S else out


def _judged(ipu: Ipu, account: Account) -> Ipu:
    if ipu.role is Role.NOISE:
        return ipu
    touching = [wait for wait in account.waits if is_before(ipu, wait) or is_after(ipu, wait)]
    if touching:
        sure = max(wait.p_role for wait in touching)
        flags = frozenset.intersection(*(wait.flags for wait in touching)) & _OF_SOUND
        return Ipu(ipu.role, ipu.start, ipu.end, sure, None, flags)
    usual = statistics.median(wait.p_role for wait in account.waits) if account.waits else 1.0
    return Ipu(ipu.role, ipu.start, ipu.end, usual)


def is_before(ipu: Ipu, wait: WaitTime) -> bool:
    """Whether a stretch is the one that an event's pause came after."""
    return abs(ipu.end - wait.t_end) < NEAR_S and ipu.role not in {Role.NOISE, Role.SILENCE}


def is_after(ipu: Ipu, wait: WaitTime) -> bool:
    """Whether a stretch is the one that ended an event's pause."""
    return abs(ipu.start - wait.t_end - wait.offered_wait) < NEAR_S and ipu.role not in {Role.NOISE, Role.SILENCE}


def with_group_work(
    ipus: Sequence[Ipu], phases: Sequence[PhaseSpan], group_min: float
) -> tuple[list[Ipu], list[PhaseSpan]]:
    """Join rows of group talk; what lasts `group_min` becomes a phase, as it does when it is heard."""
    joined: list[Ipu] = []
    spans = list(phases)
    for ipu in ipus:
        last = joined[-1] if joined else None
        if last is not None and last.role is Role.GROUP and (ipu.role is Role.GROUP or ipu.end <= last.end):
            joined[-1] = Ipu(Role.GROUP, last.start, max(last.end, ipu.end), last.p_role, None, last.flags)
        else:
            joined.append(ipu)
    for ipu in (each for each in joined if each.role is Role.GROUP and each.end - each.start >= group_min):
        spans = [piece for span in spans for piece in _without(span, ipu.start, ipu.end)]
        spans.append(PhaseSpan(Phase.GROUP, ipu.start, ipu.end))
    groups = [span for span in spans if span.phase is Phase.GROUP]
    kept = [
        ipu
        for ipu in joined
        if ipu.role is not Role.GROUP or not any(span.start <= ipu.start and ipu.end <= span.end for span in groups)
    ]
    return kept, sorted(spans, key=lambda span: span.start)


def _without(span: PhaseSpan, start: float, end: float) -> list[PhaseSpan]:
    pieces = [(span.start, min(span.end, start)), (max(span.start, end), span.end)]
    return [PhaseSpan(span.phase, low, high) for low, high in pieces if high > low]
