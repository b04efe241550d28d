r"""Apply what people said of a lesson's events, and let every figure follow.

::

    heard    TTT?..PP..TTTT        "that was me": the voice after the pause was the teacher's
    said     TTT?..TT..TTTT        states, intervals, waits, outcomes and summary follow by the product's own rules
               |
    account.as_heard               the account before anybody said anything; account.labels: all that was said

The rules are run twice, over the account as it was heard and as it was said, and only what differs between the two is
changed: where nobody said anything, nothing moves. Labels are always applied to what was heard, all of them at once,
so neither their order nor a second time makes a difference.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analytics.account import time_waits
from analytics.differences import merged_intervals, merged_waits
from analytics.events import confidence
from analytics.intervals import intervals
from analytics.phases import phase_at
from analytics.redrawn import ipus_of, is_after, is_before, with_group_work
from analytics.room import Room
from analytics.states import cover
from analytics.summary import handovers, resummarised
from analytics.thresholds import Thresholds
from analytics.turns import turns
from lesson.labels import in_order, what_is_said
from lesson.problems import WaitwiseError
from lesson.talk import (
    VOICE_OF,
    Account,
    Basis,
    EventLabel,
    Flag,
    HumanLabel,
    Interval,
    IntervalKind,
    Ipu,
    Outcome,
    Phase,
    PhaseSpan,
    Role,
    WaitTime,
)

_HERS = frozenset({Outcome.REASKED, Outcome.CONTINUED, Outcome.NAMED})
"""Outcomes in which the teacher spoke next: which of them it was, only a person can say."""


class LabelError(WaitwiseError):
    """What was said fits nothing in this account."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.remedy = remedy
        """What the person who said it can do."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A lesson as the rules see it."""

    ipus: tuple[Ipu, ...]
    phases: tuple[PhaseSpan, ...]
    waits: tuple[WaitTime, ...]
    intervals: tuple[Interval, ...]
    handovers: int


def original(account: Account) -> Account:
    """Return the account before anybody said anything."""
    return account if account.as_heard is None else account.as_heard


def corrected(account: Account, labels: Iterable[EventLabel], *, thresholds: Thresholds | None = None) -> Account:
    """Return the account as people said it is. What was said before, in `account.labels`, still counts.

    `thresholds` are those the account was made with; without them they are taken from the account.

    Raises:
        LabelError: a label is about no event of this lesson, or cannot be true of it.
    """
    heard = original(account)
    every = in_order([*account.labels, *labels])
    if not every:
        return heard
    limits = thresholds or thresholds_of(heard)
    said = {event_id: label for event_id, (_, label) in what_is_said(every).items()}
    ipus = ipus_of(heard)
    base = _draw(heard, ipus, heard.phases, limits)
    known = {wait.event_id: wait for wait in heard.waits}
    while True:
        # A correction can make a new event, and somebody may have said something of that one, too.
        roles = _roles_said(known, said, ipus)
        flipped = [
            dataclasses.replace(ipu, role=roles[at], p_role=1.0) if at in roles else ipu for at, ipu in enumerate(ipus)
        ]
        joined, phases = with_group_work(flipped, heard.phases, limits.group_min)
        drawn = _draw(heard, joined, phases, limits)
        changed = [ipu for at, ipu in enumerate(ipus) if at in roles and roles[at] is not ipu.role]
        waits = _named(merged_waits(heard.waits, base.waits, drawn.waits, changed))
        new = {wait.event_id: wait for wait in waits if wait.event_id in said and wait.event_id not in known}
        if not new:
            break
        known |= new
    for event_id in said.keys() - known.keys():
        raise LabelError(
            f"There is no event {event_id} in this lesson.", "Name one that `waitwise correct` lists for this account."
        )
    told = tuple(_told(wait, said.get(wait.event_id), known, waits, limits) for wait in waits)
    gaps = merged_intervals(heard.intervals, base.intervals, drawn.intervals)
    states = cover(heard.duration, joined, phases) if changed else heard.states
    now = dataclasses.replace(
        heard, states=states, phases=tuple(phases), waits=told, intervals=gaps, labels=every, as_heard=heard
    )
    if heard.summary is None:
        return now
    count = max(0, heard.summary.handovers + drawn.handovers - base.handovers)
    again = dataclasses.replace(heard.summary, handovers=count)
    return resummarised(dataclasses.replace(now, summary=again), limits)


def thresholds_of(account: Account) -> Thresholds:
    """Return the thresholds of this version, with the goal of the account; raise `LabelError` if others were used."""
    limits = Thresholds() if account.summary is None else Thresholds(goal_wait=account.summary.waits.goal)
    if account.config_hash != limits.config_hash:
        raise LabelError(
            "This account was measured with other thresholds than those of this version.",
            "Analyse the recording again, or correct the account with the version that made it.",
        )
    return limits


def _draw(heard: Account, ipus: Iterable[Ipu], phases: Iterable[PhaseSpan], limits: Thresholds) -> _Drawn:
    """Run the rules over stretches of speech."""
    row, spans = tuple(ipus), tuple(phases)
    talk = [ipu for ipu in row if ipu.role is not Role.NOISE]
    lesson_id = heard.waits[0].lesson_id if heard.waits else "0" * 32
    waits = time_waits(talk, spans, lesson_id, thresholds=limits, room=Room(), duration=heard.duration)
    whole = spans or (PhaseSpan(Phase.WHOLE_CLASS, 0.0, heard.duration),)
    gaps = [gap for gap in intervals(talk, lambda at: phase_at(whole, at), limits) if gap.phase is Phase.WHOLE_CLASS]
    return _Drawn(row, spans, tuple(waits), tuple(gaps), handovers(turns(talk, limits)))


def _roles_said(known: Mapping[str, WaitTime], said: Mapping[str, HumanLabel], ipus: list[Ipu]) -> dict[int, Role]:
    """Who spoke, by the number of the stretch, where somebody said so; the later word counts."""
    roles: dict[int, Role] = {}
    for event_id, label in said.items():
        event = known.get(event_id)
        if event is None:
            continue
        after = role_said(label, event)
        if after is not None:
            at = next((number for number, ipu in enumerate(ipus) if is_after(ipu, event)), None)
            if at is None and VOICE_OF.get(event.outcome) is not after:
                raise LabelError(
                    f"Nobody was heard after the pause at {event.t_end:.1f} s, so it cannot be said who it was.",
                    "Say what began there (silent-work), or that it was no question.",
                )
            if at is not None:
                roles |= dict.fromkeys(_group_talk(ipus, at) if after is Role.GROUP else [at], after)
        if label.role_before is not None:
            roles |= {at: label.role_before for at, ipu in enumerate(ipus) if is_before(ipu, event)}
        if label.outcome is Outcome.OVERLAPPED and event.outcome is not Outcome.OVERLAPPED:
            raise LabelError(
                f"There is a pause at {event.t_end:.1f} s, so nobody spoke before it began.", "Say who spoke after it."
            )
    return roles


def role_said(label: HumanLabel, event: WaitTime) -> Role | None:
    """Whose voice came after the pause, where the label says so. An outcome as it was heard says nothing new."""
    if label.role is not None or label.outcome in {None, event.outcome}:
        return label.role
    return VOICE_OF.get(label.outcome) if label.outcome is not None else None


def _group_talk(ipus: list[Ipu], at: int) -> list[int]:
    """All talk from a stretch on, until the teacher speaks again."""
    end = next((n for n in range(at + 1, len(ipus)) if ipus[n].role is Role.TEACHER), len(ipus))
    return [number for number in range(at, end) if ipus[number].role is not Role.NOISE]


def _named(waits: Iterable[WaitTime]) -> list[WaitTime]:
    """Give events that a correction made a name that depends on nothing but their lesson and their moment."""
    found: list[WaitTime] = []
    seen: Counter[int] = Counter()
    for wait in waits:
        moment = round(wait.t_end * 1000)
        name = f"corrected-{moment}-{seen[moment]}"
        seen[moment] += 1
        new_id = wait.event_id or uuid.uuid5(uuid.UUID(wait.lesson_id), name).hex
        found.append(wait if wait.event_id else dataclasses.replace(wait, event_id=new_id))
    return found


def _told(
    wait: WaitTime,
    label: HumanLabel | None,
    known: Mapping[str, WaitTime],
    waits: list[WaitTime],
    limits: Thresholds,
) -> WaitTime:
    """Put what a person said onto the event it was said of."""
    heard = known.get(wait.event_id)
    if label is not None and label != HumanLabel():
        if label.outcome is not None and wait.kind is IntervalKind.SI and label.outcome in _HERS:
            wait = _with_outcome(wait, label.outcome, waits, limits)
        elif label.outcome is Outcome.TO_SILENT_WORK:
            wait = dataclasses.replace(
                wait, outcome=label.outcome, kind=IntervalKind.SI, usable=False, time_to_answer=None
            )
        if label.is_question:
            wait = dataclasses.replace(wait, basis=Basis.HUMAN)
        if label.outcome is not None or label.role is not None:
            # Who says who spoke after the pause has heard who spoke before it.
            flags = wait.flags - {Flag.ROLE_WEAK}
            wait = dataclasses.replace(wait, p_role=1.0, conf=confidence(1.0, flags), flags=flags)
        wait = dataclasses.replace(wait, human=label)
    if heard is not None and heard.outcome is not wait.outcome:
        wait = dataclasses.replace(wait, heard_as=heard.outcome)
    return wait


def _with_outcome(wait: WaitTime, outcome: Outcome, waits: list[WaitTime], limits: Thresholds) -> WaitTime:
    if outcome is not Outcome.NAMED:
        return dataclasses.replace(wait, outcome=outcome, pause_before_name=None, pause_after_name=None)
    after = next((each for each in waits if each.t_end > wait.t_end), None)
    is_answer = after is not None and after.kind is IntervalKind.SR and 0 <= after.offered_wait < limits.max_wait
    pause = after.offered_wait if after is not None and is_answer else None
    return dataclasses.replace(wait, outcome=outcome, pause_before_name=wait.offered_wait, pause_after_name=pause)
