"""Who spoke: how much of the talk went to the wrong side, or was not heard.

::

    truth    TTTTTTTTTT....PPPPPP....      overlap is both sides at once and is scored; no collar
    told     TTTTTTTT......TTPPPPPP..
                     mm    cc      ff      missed 2, confused 2, false 2 of 16: identification error 25 %

Only the labels teacher and pupils count, as they are: a way that takes her for a pupil and the pupil for her is all
wrong, where the usual diarization error would swap the names and call it perfect. For that reason the Jaccard error is
ours, too. Group work that really was is left out; `phases.py` scores it. A choral answer is the pupils'.
What is told as unknown or as group work was not heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analytics.summary import talk_ratio
from lesson.talk import IntervalKind, PhaseSpan, Role, State
from waitwise.evaluate.lessons import Event, Truth
from waitwise.evaluate.told import Told

TEACHER, PUPIL = "teacher", "pupil"
SIDES = {
    Role.TEACHER: frozenset({TEACHER}),
    Role.PUPIL: frozenset({PUPIL}),
    Role.CHORAL: frozenset({PUPIL}),
    Role.OVERLAP: frozenset({TEACHER, PUPIL}),
}
NOBODY: frozenset[str] = frozenset()
_LOOK_S = 0.3


@dataclass(frozen=True, slots=True)
class SideTime:
    """Seconds of one side: in truth, in truth and told, in either."""

    true: float = 0.0
    both: float = 0.0
    either: float = 0.0


@dataclass(frozen=True, slots=True)
class Roles:
    """Seconds that one or several lessons were right and wrong."""

    talk: float = 0.0
    """Seconds of talk in truth; an overlap counts twice."""
    missed: float = 0.0
    false: float = 0.0
    confused: float = 0.0
    sides: dict[str, SideTime] = field(default_factory=dict)
    share_errors: tuple[float, ...] = ()
    """One a lesson: teacher's share of talk, told less true."""
    p_role: tuple[tuple[float, bool], ...] = ()
    """What was said of the sides of each told wait time 1, and whether they were right."""

    def __add__(self, other: Roles) -> Roles:
        sides = {}
        for side in (TEACHER, PUPIL):
            one, two = self.sides.get(side, SideTime()), other.sides.get(side, SideTime())
            sides[side] = SideTime(one.true + two.true, one.both + two.both, one.either + two.either)
        return Roles(
            self.talk + other.talk,
            self.missed + other.missed,
            self.false + other.false,
            self.confused + other.confused,
            sides,
            self.share_errors + other.share_errors,
            self.p_role + other.p_role,
        )

    @property
    def identification_error(self) -> float | None:
        """(Missed + false + confused) / talk. None: nobody talked."""
        return (self.missed + self.false + self.confused) / self.talk if self.talk else None

    @property
    def jaccard_error(self) -> float | None:
        """Mean over the sides that really talked of 1 - both / either. None: nobody talked."""
        errors = [1 - side.both / side.either for side in self.sides.values() if side.true > 0]
        return sum(errors) / len(errors) if errors else None


def score_roles(truth: Truth, told: Told) -> Roles:
    """Compare who spoke in one lesson."""
    talk = missed = false = confused = 0.0
    own, both, either = ({TEACHER: 0.0, PUPIL: 0.0} for _ in range(3))
    for true, said, length in together(truth.states, told.states):
        if true is Role.GROUP:
            continue
        really, heard = SIDES.get(true, NOBODY), SIDES.get(said, NOBODY)
        right = len(really & heard)
        talk += len(really) * length
        missed += max(0, len(really) - len(heard)) * length
        false += max(0, len(heard) - len(really)) * length
        confused += (min(len(really), len(heard)) - right) * length
        for side in (TEACHER, PUPIL):
            own[side] += (side in really) * length
            both[side] += (side in really & heard) * length
            either[side] += (side in really | heard) * length
    return Roles(
        talk=talk,
        missed=missed,
        false=false,
        confused=confused,
        sides={side: SideTime(own[side], both[side], either[side]) for side in (TEACHER, PUPIL)},
        share_errors=_share_error(truth.states, truth.phases, told),
        p_role=tuple((wait.p_role, _is_right(wait, truth.states)) for wait in told.waits if wait.p_role is not None),
    )


def together(truth: Sequence[State], told: Sequence[State]) -> Iterator[tuple[Role, Role, float]]:
    """Yield (true role, told role, seconds) over the time that truth covers. What is not told is unknown."""
    at = 0
    for true in truth:
        now = true.start
        while at < len(told) and told[at].end <= now:
            at += 1
        here = at
        while now < true.end:
            if here >= len(told):
                yield true.role, Role.UNKNOWN, true.end - now
                break
            span = told[here]
            if span.start > now:
                upto = min(span.start, true.end)
                yield true.role, Role.UNKNOWN, upto - now
            else:
                upto = min(span.end, true.end)
                if upto > now:
                    yield true.role, span.role, upto - now
                here += 1
            now = max(now, upto)


def _share_error(states: Sequence[State], phases: Sequence[PhaseSpan], told: Told) -> tuple[float, ...]:
    true = talk_ratio(states, phases).teacher_share_of_talk
    said = talk_ratio(told.states, told.phases).teacher_share_of_talk
    if true is None:
        return ()
    # Somebody talked and nobody was heard: that is as wrong as can be, not "no error".
    return ((said - true) if said is not None else -1.0,)


def _is_right(wait: Event, states: Sequence[State]) -> bool:
    """Whether the teacher really spoke before it, and after it whom the kind names."""
    after = PUPIL if wait.kind == IntervalKind.SR else TEACHER
    end = wait.start + wait.length
    return _speaks(TEACHER, wait.start - _LOOK_S, wait.start, states) and _speaks(after, end, end + _LOOK_S, states)


def _speaks(side: str, start: float, end: float, states: Sequence[State]) -> bool:
    """Whether this side speaks for most of the talk in a span, and at all."""
    time = {TEACHER: 0.0, PUPIL: 0.0}
    for state in states:
        common = min(end, state.end) - max(start, state.start)
        for one in SIDES.get(state.role, NOBODY) if common > 0 else ():
            time[one] += common
    return 0 < time[side] >= max(time.values())
