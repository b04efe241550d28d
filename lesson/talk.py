"""What was heard in a lesson: who had the floor, and the silences that gave somebody time to think.

::

    state   TTTTTTTT?.............PPPPPP....TTTTT
                     |<- 2.6 s ->|      |<0.8>|
                     offered_wait       wait2            one WaitTime, outcome "answered"

Times are seconds from the start of the lesson. On the wire they are called ..._s (lesson/wire.py).
There are no words here, no pupil's identity, no count per pupil and no emotion, and there never will be.

`Account` is the whole lesson: `waitwise analyse --json` prints it, the unit seals it into the lesson log,
the lesson page draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lesson.evidence import NO_EVIDENCE, NOTHING_REACHED, Evidence, Range, Reach, RoleCertainty
from lesson.wire import later, seconds

SCHEMA = "1.3.0"
"""Version of these values on the wire. A new field raises the minor number, another meaning the major one."""


class Role(StrEnum):
    """Who has the floor."""

    TEACHER = "teacher"
    PUPIL = "pupil"
    """One pupil speaking to the class; never which one."""
    OVERLAP = "overlap"
    CHORAL = "choral"
    """Many pupils answering together: at most 3 s, one sharp onset."""
    GROUP = "group"
    """Many voices for longer than a turn."""
    SILENCE = "silence"
    NOISE = "noise"
    """A sound that is not speech. It does not end a silence."""
    AV = "av"
    """A film or a recording is playing."""
    UNKNOWN = "unknown"
    """We could not hear. Better than a guess."""


class Phase(StrEnum):
    """What the class is doing, for 20 s or more. Waits count in `WHOLE_CLASS` only."""

    WHOLE_CLASS = "whole_class"
    GROUP = "group"
    SILENT_WORK = "silent_work"
    AV = "av"
    TRANSITION = "transition"
    UNKNOWN = "unknown"


class IntervalKind(StrEnum):
    """From whom to whom (Fowler 1975)."""

    SR = "SR"
    """Teacher to pupil: wait time 1, answered."""
    SI = "SI"
    """Teacher to teacher: wait time 1, cut, or a phrasing pause."""
    TR = "TR"
    """Pupil to teacher: wait time 2."""
    TI = "TI"
    """Pupil to another pupil: wait time 2 that the teacher left open."""
    WP = "WP"
    """Inside one pupil's answer."""


class Outcome(StrEnum):
    """How an elicitation went on."""

    ANSWERED = "answered"
    CHORAL = "choral"
    OVERLAPPED = "overlapped"
    """A pupil started before the teacher ended."""
    REASKED = "reasked"
    CONTINUED = "continued"
    """She went on. Sound cannot tell a hint from an answer of her own."""
    NAMED = "named"
    """She said a few words, a name perhaps, and a pupil spoke: pose, pause, name."""
    TO_GROUP = "to_group"
    TO_SILENT_WORK = "to_silent_work"
    NONE = "none"


class Basis(StrEnum):
    """What made us call it an elicitation."""

    GAP_ONLY = "gap_only"
    PROSODY = "prosody"
    WORDS = "words"
    HUMAN = "human"


class Flag(StrEnum):
    """Why a number may be less certain than it looks."""

    LOW_SNR = "low_snr"
    BABBLE = "babble"
    OVERLAP = "overlap"
    ROLE_WEAK = "role_weak"
    CLIPPED = "clipped"
    AV = "av"
    GAP_IN_AUDIO = "gap_in_audio"


@dataclass(frozen=True, slots=True)
class State:
    """A stretch in which the floor did not change hands."""

    role: Role
    start: float = seconds()
    end: float = seconds()


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A stretch of one phase."""

    phase: Phase
    start: float = seconds()
    end: float = seconds()


@dataclass(frozen=True, slots=True)
class Ipu:
    """An inter-pausal unit: one voice, no silence of 0.2 s or more inside, 0.15 s or longer."""

    role: Role
    start: float = seconds()
    end: float = seconds()
    p_role: float = 1.0
    """How sure we are of the role, 0 to 1."""
    is_same_voice: bool | None = None
    """Whether this is the voice of the IPU before; never whose. None: cannot tell. Not kept."""
    flags: frozenset[Flag] = frozenset()
    """Why its edges or its role may be wrong."""


@dataclass(frozen=True, slots=True)
class PoorSound:
    """A stretch that could not be heard well."""

    start: float = seconds()
    end: float = seconds()
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class Turn:
    """The row of IPUs one side speaks before the other takes over."""

    role: Role
    start: float = seconds()
    end: float = seconds()
    n_ipus: int = 1


@dataclass(frozen=True, slots=True)
class Interval:
    """The time between two stretches of speech. `offered_wait` is negative where they overlap."""

    kind: IntervalKind
    phase: Phase
    t_end: float = seconds()
    """The end of the first speech: the interval starts here."""
    offered_wait: float = seconds()
    usable: bool = True
    """False where it touches missing sound, clipping, or a stretch we could not hear, or has voices behind it."""
    p_role: float = 1.0
    """How sure we are who spoke before and after: the less sure of the two."""


VOICE_OF = {
    Outcome.ANSWERED: Role.PUPIL,
    Outcome.CHORAL: Role.CHORAL,
    Outcome.OVERLAPPED: Role.PUPIL,
    Outcome.REASKED: Role.TEACHER,
    Outcome.CONTINUED: Role.TEACHER,
    Outcome.NAMED: Role.TEACHER,
    Outcome.TO_GROUP: Role.GROUP,
    Outcome.NONE: Role.NOISE,
}
"""Whose voice comes next in an outcome. In silent work nobody's does, and later anybody's."""

_SAID_AFTER = frozenset(VOICE_OF.values())
_SAID_BEFORE = frozenset({Role.TEACHER, Role.PUPIL, Role.CHORAL, Role.NOISE})


@dataclass(frozen=True, slots=True)
class HumanLabel:
    """What a teacher or her coach said of an event. Nothing at all: it is as it was heard."""

    outcome: Outcome | None = None
    is_question: bool | None = None
    role: Role | None = None
    """Whose voice came after the pause. `noise`: nobody's, it was no voice."""
    role_before: Role | None = None
    """Whose voice came before the pause."""

    def __post_init__(self) -> None:
        if self.role is not None and self.role not in _SAID_AFTER:
            raise ValueError(f"Nobody can say that {self.role} came after a pause.")
        if self.role_before is not None and self.role_before not in _SAID_BEFORE:
            raise ValueError(f"Nobody can say that {self.role_before} came before a pause.")
        voice = None if self.outcome is None else VOICE_OF.get(self.outcome)
        if self.role is not None and voice is not None and voice is not self.role:
            raise ValueError(f"After {self.outcome} comes the voice of {voice}, not of {self.role}.")


@dataclass(frozen=True, slots=True)
class EventLabel:
    """A `HumanLabel`, about which event and when it was said: the later word on the same thing counts."""

    event_id: str
    said_at: datetime
    label: HumanLabel


@dataclass(frozen=True, slots=True)
class WaitTime:
    """An elicitation: the teacher stopped, and somebody or nobody spoke."""

    event_id: str
    lesson_id: str
    schema: str
    kind: IntervalKind
    """`SR` when a pupil or the class was next, `SI` when the teacher was."""
    t_end: float = seconds()
    """End of the teacher's speech, corrected for the room."""
    offered_wait: float = seconds()
    """Uninterrupted silence until anybody spoke: the headline number. Negative in an overlap."""
    time_to_answer: float | None = seconds()
    """From the first ask of the chain to the first pupil, re-asks included. None: nobody answered."""
    pause_before_name: float | None = seconds()
    pause_after_name: float | None = seconds()
    longest_silence: float = seconds()
    """The longest silence of the chain."""
    n_reasks: int = 0
    outcome: Outcome = Outcome.NONE
    phase: Phase = Phase.WHOLE_CLASS
    basis: Basis = Basis.GAP_ONLY
    answer_len: float | None = seconds(default=None)
    wait2: float | None = seconds(default=None)
    """From the end of the answer to the teacher's next word (wait time 2)."""
    p_q: float | None = None
    """Probability that it was a question. None: nothing measured it."""
    p_role: float = 0.0
    conf: float = 0.0
    sd_ms: float = 0.0
    bias_ms: float = 0.0
    """The correction that has been applied to the two boundaries; 0 since the ear finds them where they are."""
    flags: frozenset[Flag] = frozenset()
    usable: bool = True
    """As of an interval; and False where group or silent work began, or nobody spoke: that is no wait."""
    human: HumanLabel | None = None
    """What a person said of it; the fields above follow her."""
    heard_as: Outcome | None = None
    """The outcome that was heard, where a person's word changed it."""


@dataclass(frozen=True, slots=True)
class WaitSummary:
    """Waits of a lesson: medians and quartiles, never means (they are log-normal)."""

    n: int
    """Events counted: whole class, usable."""
    n_all: int
    coverage: float
    """Usable share of all events."""
    median: float | None = seconds()
    """None under `min_events_for_summary` events: too few to say."""
    quartile_low: float | None = seconds()
    quartile_high: float | None = seconds()
    median_low: float | None = seconds()
    """95 % interval of the median, by bootstrap over events."""
    median_high: float | None = seconds()
    criterion: float = seconds()
    """The 3 s of the literature."""
    reached_criterion: float | None = None
    """Share of waits surely at or over the criterion."""
    borderline_criterion: float | None = None
    """Share within the guard band around the criterion: neither yes nor no."""
    goal: float = seconds(default=5.0)
    reached_goal: float | None = None
    borderline_goal: float | None = None
    criterion_counts: Reach = NOTHING_REACHED
    """The same as counts, which are told however few they are."""
    goal_counts: Reach = NOTHING_REACHED
    roles: RoleCertainty | None = None
    """How sure we are who spoke before and after the counted pauses."""
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True, slots=True)
class TalkRatio:
    """Shares, each with its denominator in its name."""

    teacher_share_of_talk: float | None
    """Teacher / (teacher + pupils + choral); overlap counts for both."""
    teacher_share_of_lesson: float
    pupil_share_of_lesson: float
    """Pupils and choral answers."""
    overlap_share: float
    silence_share: float
    """Silence and noise that is not speech, outside silent work."""
    group_share: float
    silent_work_share: float
    av_share: float
    unknown_share: float
    teacher_share_of_talk_range: Range | None = None
    """95 % interval, by bootstrap over rounds of talk. None: too few rounds to say."""
    teacher_share_of_lesson_range: Range | None = None
    pupil_share_of_lesson_range: Range | None = None
    roles: RoleCertainty | None = None
    """How sure we are who spoke, by time of talk. None: it was not measured."""
    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True, slots=True)
class Summary:
    """The lesson in numbers."""

    waits: WaitSummary
    """Wait time 1."""
    waits2: WaitSummary
    """Wait time 2."""
    talk: TalkRatio
    outcomes: dict[str, int]
    """How many elicitations had which outcome."""
    handovers: int
    """Floor transfers between teacher and pupils."""


class MarkKind(StrEnum):
    """What a person did while the lesson went on."""

    BOOKMARK = "bookmark"
    """Look at this moment."""
    PAUSE = "pause"
    """She paused the recording: neither sound nor picture of this stretch exists."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A person's own mark in a lesson, made with the button or on the unit's page."""

    kind: MarkKind
    start: float = seconds()
    end: float | None = seconds()
    """Equal to the start for a bookmark. None: the pause still goes on."""


@dataclass(frozen=True, slots=True)
class Account:
    """A whole lesson, as `waitwise analyse --json` prints it and the lesson log keeps it."""

    duration: float = seconds()
    states: tuple[State, ...] = ()
    """Cover the lesson without a hole."""
    phases: tuple[PhaseSpan, ...] = ()
    waits: tuple[WaitTime, ...] = ()
    intervals: tuple[Interval, ...] = ()
    summary: Summary | None = None
    config_hash: str = ""
    version: str = ""
    poor: tuple[PoorSound, ...] = ()
    """Stretches that could not be heard well, and why."""
    labels: tuple[EventLabel, ...] = ()
    """What people said of its events; everything above follows them."""
    as_heard: Account | None = None
    """The account before anybody said anything, and before earlier lessons taught anything. None: this is it."""
    marks: tuple[Mark, ...] = later(())
    """What a person marked while the lesson went on. Left out where there is nothing."""
    microphone_drift_ppm: float | None = later(None)
    """How much too fast the microphone counted, in parts in a million; that was put right. Left out where unknown."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of the lesson log and of live evidence: exactly one of these is set.

    A `wait` may come again with the same `event_id` when more is known; the last one counts. So does a `mark` that is a
    pause, with the same start.
    The `account` comes last, and replaces everything before it.
    """

    state: State | None = None
    phase: PhaseSpan | None = None
    wait: WaitTime | None = None
    account: Account | None = None
    mark: Mark | None = later(None)
