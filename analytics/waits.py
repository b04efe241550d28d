r"""Time the silences in which somebody could think, while the lesson goes on.

`WaitTimer` is fed IPUs in order of their start, and phases when they change, and says at once what it heard::

    she stops --any voice--> event --(pupil)--> answer --teacher--> the same event again, with wait time 2
                               \--(teacher)--> "continued"; after a word or two and a pupil: again, as "named"

    next after her        gap              outcome              kind
    a pupil               0.2 s or more    answered             SR
    the class together    0.2 s or more    choral               SR
    a pupil or the class  negative         overlapped           SR   (0 to 0.2 s is a latch, no event)
    herself               1 to 15 s        continued, reasked   SI
    herself, <= 1.2 s, then a pupil in 3 s named                SI
    group work            under 15 s       to_group             SR   no wait: talk time set
    silent work           under 15 s       to_silent_work       SI   no wait: thinking time set
    nobody                15 s             none                 SI
    we could not hear     1 to 15 s        none                 SI   not usable

`p_q` never decides whether there is an event, only whether she asked again. Without it every end of her speech may be
a question (`basis` gap_only) and nothing is ever called re-asked.
Sound cannot tell a hint from an answer of her own: both are "continued".
"""

from __future__ import annotations

import dataclasses
from collections import deque
from dataclasses import dataclass

from analytics.events import EventIds, confidence
from analytics.intervals import SPOILING
from analytics.room import Room
from analytics.thresholds import Thresholds
from analytics.turns import PUPILS, is_backchannel, is_inside
from lesson.talk import SCHEMA, Basis, Flag, IntervalKind, Ipu, Outcome, Phase, Role, WaitTime

TOLD_AGAIN = 64
"""Of so many of the last events more may become known, and each is then told again."""
_NO_WAIT = frozenset({Outcome.TO_GROUP, Outcome.TO_SILENT_WORK, Outcome.NONE})
"""Time to think or to talk was set, or nobody spoke: told, and in no figure."""

_WORK = {Phase.GROUP: (Outcome.TO_GROUP, IntervalKind.SR), Phase.SILENT_WORK: (Outcome.TO_SILENT_WORK, IntervalKind.SI)}


@dataclass(frozen=True, slots=True)
class _Chain:
    """Elicitations that belong together: nobody has answered yet."""

    asked: float
    """End of the first."""
    until: float
    """When the last of their silences ended."""
    longest: float
    reasks: int


class WaitTimer:
    """One lesson's elicitations. Memory: the last few events."""

    def __init__(
        self, lesson_id: str, thresholds: Thresholds, room: Room | None = None, ids: EventIds | None = None
    ) -> None:
        self.room = room or Room()
        self._lesson_id, self._limits = lesson_id, thresholds
        self._ids = ids or EventIds(lesson_id)
        self._phase = Phase.WHOLE_CLASS
        self._last: Ipu | None = None
        self._last_p_q: float | None = None
        self._last_basis = Basis.GAP_ONLY
        self._held: Ipu | None = None
        self._chain: _Chain | None = None
        self._cut: WaitTime | None = None
        self._cut_words = 0.0
        self._answered: WaitTime | None = None
        self._answer_end = 0.0
        self._recent: deque[WaitTime] = deque(maxlen=TOLD_AGAIN)

    def feed(self, ipu: Ipu, p_q: float | None = None, basis: Basis = Basis.PROSODY) -> list[WaitTime]:
        """Take in the next IPU; `p_q`: how likely a question, if a model says, and by what. Returns events."""
        if ipu.role in {Role.NOISE, Role.SILENCE}:
            return []
        if ipu.role is Role.AV:
            out = [*self._release(), *self.silent_until(ipu.start), *self._settle_answer(None)]
            self._last = self._chain = self._cut = None
            return out
        held, self._held = self._held, None
        if held is not None:
            if self._last is not None and is_backchannel(self._last, held, ipu, self._limits):
                return self.feed(ipu, p_q, basis)
            return [*self._take(held, None), *self.feed(ipu, p_q, basis)]
        if self._last is not None and is_inside(self._last, ipu, self._limits):
            return []
        if self._may_be_backchannel(ipu):
            self._held = ipu
            return []
        return self._take(ipu, p_q, basis)

    def enter(self, phase: Phase, at: float) -> list[WaitTime]:
        """Take in that a phase began at `at` seconds, perhaps some time ago."""
        out = [*self._release(), *self.silent_until(at)]
        if phase is Phase.WHOLE_CLASS:
            self._phase, self._last, self._chain = phase, None, None
            return out
        out += self._settle_answer(None)
        for event in [event for event in self._recent if event.t_end > at]:
            out.append(self._keep(dataclasses.replace(event, phase=phase)))
        if phase in _WORK:
            out += self._to_work(phase, at)
        self._phase, self._last, self._chain, self._cut = phase, None, None, None
        return out

    def silent_until(self, now: float) -> list[WaitTime]:
        """Take in that nobody has spoken up to `now` seconds."""
        last = self._last
        if last is None or last.role is not Role.TEACHER or now - last.end < self._limits.max_wait:
            return []
        self._last = None
        if self._phase is not Phase.WHOLE_CLASS:
            return []
        return [self._event(last, None, IntervalKind.SI, Outcome.NONE, self._limits.max_wait)]

    def finish(self, duration: float) -> list[WaitTime]:
        """Close what is open at the end of the lesson."""
        return [*self._release(), *self.silent_until(duration), *self._settle_answer(None)]

    def _release(self) -> list[WaitTime]:
        held, self._held = self._held, None
        return [] if held is None else self._take(held, None)

    def _may_be_backchannel(self, ipu: Ipu) -> bool:
        last, limits = self._last, self._limits
        return (
            last is not None
            and last.role is Role.TEACHER
            and ipu.role in PUPILS
            and ipu.end - ipu.start <= limits.backchannel_max
            and ipu.start - last.end < limits.min_silence
        )

    def _take(self, ipu: Ipu, p_q: float | None, basis: Basis = Basis.GAP_ONLY) -> list[WaitTime]:
        out = self.silent_until(ipu.start)
        last = self._last
        if last is not None and last.role is Role.TEACHER and self._phase is Phase.WHOLE_CLASS:
            out += self._after_teacher(last, ipu, p_q)
        if ipu.role is Role.TEACHER:
            out += self._settle_answer(ipu)
            self._cut_words += ipu.end - ipu.start
        elif ipu.role in PUPILS:
            self._chain = self._cut = None
            self._answer_end = max(self._answer_end, ipu.end)
        else:
            self._chain = self._cut = None
            out += self._settle_answer(None)
        if last is not None and ipu.end <= last.end:
            # The other voice was still there when this one ended: it has the floor.
            return out + (self._settle_answer(None) if last.role is Role.TEACHER else [])
        self._last, self._last_p_q = ipu, p_q
        self._last_basis = Basis.GAP_ONLY if p_q is None else basis
        return out

    def _after_teacher(self, last: Ipu, ipu: Ipu, p_q: float | None) -> list[WaitTime]:
        silence, limits = ipu.start - last.end, self._limits
        if ipu.role is Role.TEACHER:
            if silence < limits.phrase_pause_max:
                return []
            is_reask = p_q is not None and p_q >= limits.question
            outcome = Outcome.REASKED if is_reask else Outcome.CONTINUED
            self._cut = self._event(last, ipu, IntervalKind.SI, outcome, silence)
            self._cut_words = 0.0
            return [self._cut]
        if ipu.role is Role.GROUP:
            return self._to_work(Phase.GROUP, ipu.start)
        if ipu.role not in PUPILS:
            if silence < limits.phrase_pause_max:
                return []
            return [self._event(last, ipu, IntervalKind.SI, Outcome.NONE, silence)]
        out = self._named(silence)
        if 0 <= silence < limits.min_silence:
            return out
        outcome = Outcome.CHORAL if ipu.role is Role.CHORAL else Outcome.ANSWERED
        event = self._event(last, ipu, IntervalKind.SR, Outcome.OVERLAPPED if silence < 0 else outcome, silence)
        self._answered, self._answer_end = event, ipu.end
        return [*out, event]

    def _named(self, silence: float) -> list[WaitTime]:
        """A pupil spoke after a word or two of hers: the silence before was "pose, pause", the words a name."""
        cut, limits = self._cut, self._limits
        # By time alone a name and a short question are the same; with melody a short question may be known.
        is_by_time = cut is not None and cut.outcome is Outcome.REASKED and self._last_basis is Basis.GAP_ONLY
        if cut is None or not (cut.outcome is Outcome.CONTINUED or is_by_time):
            return []
        if self._cut_words > limits.name_max_speech or silence >= limits.name_answer_within:
            return []
        if is_by_time and self._chain is not None:
            self._chain = dataclasses.replace(self._chain, reasks=self._chain.reasks - 1)
        named = dataclasses.replace(
            cut, outcome=Outcome.NAMED, pause_before_name=cut.offered_wait, pause_after_name=silence
        )
        return [self._keep(named)]

    def _settle_answer(self, teacher: Ipu | None) -> list[WaitTime]:
        """The answer is over: the teacher speaks, or nobody will."""
        event, self._answered = self._answered, None
        if event is None:
            return []
        wait2 = None if teacher is None else teacher.start - self._answer_end
        if wait2 is not None and wait2 >= self._limits.max_wait:
            wait2 = None
        answer = self._answer_end - (event.t_end + event.offered_wait)
        return [self._keep(dataclasses.replace(event, answer_len=answer, wait2=wait2))]

    def _to_work(self, phase: Phase, at: float) -> list[WaitTime]:
        outcome, kind = _WORK[phase]
        before = [event for event in self._recent if at - self._limits.max_wait < event.t_end <= at]
        last = self._last if self._last is not None and self._last.role is Role.TEACHER else None
        if last is None or at - last.end >= self._limits.max_wait or last.end > at:
            # Already told, perhaps as an answer or as "none": the phase is only known later.
            if not before or before[-1].outcome not in {Outcome.NONE, Outcome.ANSWERED, Outcome.CHORAL}:
                return []
            if before[-1].t_end + before[-1].offered_wait < at:
                return []
            return [self._keep(dataclasses.replace(before[-1], outcome=outcome, kind=kind, time_to_answer=None))]
        silence = at - last.end if phase is Phase.GROUP else self._limits.max_wait
        return [self._event(last, None, kind, outcome, silence)]

    def _event(self, last: Ipu, after: Ipu | None, kind: IntervalKind, outcome: Outcome, silence: float) -> WaitTime:
        limits, chain = self._limits, self._chain
        if chain is None or last.end - chain.until > limits.chain_gap:
            chain = _Chain(last.end, 0.0, 0.0, 0)
        reasks = chain.reasks + (outcome is Outcome.REASKED)
        self._chain = _Chain(chain.asked, last.end + silence, max(chain.longest, silence), reasks)
        sure = min(last.p_role, after.p_role if after is not None else 1.0)
        flags = set(last.flags | (after.flags if after is not None else frozenset()))
        if sure < limits.role_weak:
            flags.add(Flag.ROLE_WEAK)
        if silence < 0:
            flags.add(Flag.OVERLAP)
        unheard = after is not None and after.role is Role.UNKNOWN
        return self._keep(
            WaitTime(
                event_id=self._ids.next(),
                lesson_id=self._lesson_id,
                schema=SCHEMA,
                kind=kind,
                t_end=last.end,
                offered_wait=silence,
                time_to_answer=last.end + silence - chain.asked if kind is IntervalKind.SR else None,
                pause_before_name=None,
                pause_after_name=None,
                longest_silence=max(chain.longest, silence, 0.0),
                n_reasks=chain.reasks,
                outcome=outcome,
                phase=self._phase,
                basis=self._last_basis,
                p_q=self._last_p_q,
                p_role=sure,
                conf=confidence(sure, flags),
                sd_ms=self.room.sd_ms,
                flags=frozenset(flags),
                usable=not flags & SPOILING and not unheard and sure >= limits.role_weak,
            )
        )

    def _keep(self, event: WaitTime) -> WaitTime:
        """Remember an event, in the place of an older state of itself."""
        if event.outcome in _NO_WAIT:
            event = dataclasses.replace(event, usable=False)
        for at, known in enumerate(self._recent):
            if known.event_id == event.event_id:
                self._recent[at] = event
                return event
        self._recent.append(event)
        return event
