"""Say how far each figure can be trusted, aspect by aspect, by rules that can be read.

::

    aspect     good          fair          weak           why there: RULES, docs/decisions/0010
    signal     0.90 and up   0.67 and up   less           of the whole-class time was heard well
    coverage   0.90 and up   0.67 and up   less           of the pauses could be measured
    roles      0.85 and up   0.70 and up   less           of who-spoke is right
    spread     x1.36         x1.86         more           a median may be off by; a share by 4, 8 points
    count      40 and up     20 and up     10 to 19       under 10 there is no figure

Grades are not added up, and none is about the teaching.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.thresholds import Thresholds
from lesson.evidence import Aspect, Evidence, Grade, Ground, RoleCertainty
from lesson.talk import Flag, Phase, PhaseSpan, PoorSound, Role, State


@dataclass(frozen=True, slots=True)
class Rule:
    """From where on an aspect is good, and fair. Good is above for shares and counts, below for a spread."""

    good: float
    fair: float
    source: str

    def grade(self, value: float) -> Grade:
        """The grade of a value. A value on the line has the better grade, in spite of binary fractions."""
        sign = 1 if self.good >= self.fair else -1
        for grade, line in ((Grade.GOOD, self.good), (Grade.FAIR, self.fair)):
            if sign * (value - line) >= -1e-9:
                return grade
        return Grade.WEAK


RULES = {
    "signal": Rule(0.90, 2 / 3, "As coverage: what was not heard may hold the longest pauses, or the shortest."),
    "coverage": Rule(
        0.90,
        2 / 3,
        "With two thirds measured the median of all pauses is still inside the middle half that is told, whatever the"
        " others were; with nine of ten it is between the 44th and the 56th of a hundred.",
    ),
    "roles": Rule(0.85, 0.70, "We aim at 15 % wrong roles at most in a quiet room, and 30 % in babble."),
    "spread": Rule(1.36, 1.86, "What 40 pauses, a usual lesson, and what ten pauses leave open (log-normal, 0.8)."),
    "spread of a share": Rule(0.04, 0.08, "We aim at 4 points of error at most in a quiet room, and 8 in babble."),
    "count": Rule(40, 20, "A usual lesson has about 40 pauses; half of it is enough to see a change by x1.86."),
}

_POOR = {
    Flag.BABBLE: "other voices behind",
    Flag.GAP_IN_AUDIO: "sound is missing",
    Flag.CLIPPED: "too loud",
    Flag.LOW_SNR: "too noisy",
}
"""What spoils sound, the worst first: a second with two faults is told by the first."""
_UNHEARD = "we could not tell who spoke"
FACTOR_FLOOR = 0.1
"""Nothing is told finer than a tenth of a second, so nothing is divided by less."""


@dataclass(frozen=True, slots=True)
class Signal:
    """How much of the whole-class time could be heard well."""

    whole_class: float
    """Seconds."""
    poor: float = 0.0
    """Seconds of it that could not."""
    reasons: dict[str, float] = field(default_factory=dict)
    """Seconds of these, by what was wrong; together they are `poor`."""

    @property
    def share(self) -> float:
        """What was heard well, of all whole-class time; 1 where there was none."""
        return 1 - self.poor / self.whole_class if self.whole_class else 1.0


def signal_of(states: Sequence[State], phases: Sequence[PhaseSpan], poor: Sequence[PoorSound]) -> Signal:
    """Look through a lesson for what could not be heard well. No phases at all: it was whole class all the time."""
    edges = {moment for state in states for moment in (state.start, state.end)}
    edges |= {moment for span in phases for moment in (span.start, span.end)}
    lesson = (min(edges), max(edges)) if edges else (0.0, 0.0)
    edges |= {min(max(moment, lesson[0]), lesson[1]) for each in poor for moment in (each.start, each.end)}
    whole = [(span.start, span.end) for span in phases if span.phase is Phase.WHOLE_CLASS] if phases else [lesson]
    faults = [(each.start, each.end, _POOR[flag]) for each in poor for flag in _POOR if flag in each.flags]
    faults += [(state.start, state.end, _UNHEARD) for state in states if state.role is Role.UNKNOWN]
    order = [*_POOR.values(), _UNHEARD]
    # Changes at each moment, so that an hour with a thousand stretches costs a thousand steps.
    changes: dict[float, list[tuple[str, int]]] = {}
    for start, end, what in [*faults, *((start, end, "") for start, end in whole)]:
        low, high = (min(max(moment, lesson[0]), lesson[1]) for moment in (start, end))
        changes.setdefault(low, []).append((what, 1))
        changes.setdefault(high, []).append((what, -1))
    active = dict.fromkeys(["", *order], 0)
    seconds = dict.fromkeys(order, 0.0)
    total, before = 0.0, lesson[0]
    for moment in sorted(changes):
        if active[""] > 0:
            total += moment - before
            worst = next((what for what in order if active[what] > 0), None)
            if worst is not None:
                seconds[worst] += moment - before
        before = moment
        for what, step in changes[moment]:
            active[what] += step
    found = {what: length for what, length in seconds.items() if length > 0}
    return Signal(total, sum(found.values()), found)


def certainty(
    p_roles: Sequence[float], weights: Sequence[float] | None, thresholds: Thresholds
) -> RoleCertainty | None:
    """Mean and weak share of probabilities, each counting once or by its weight. None: there are none."""
    weighed = [1.0] * len(p_roles) if weights is None else list(weights)
    total = sum(weighed)
    if not total:
        return None
    weak = [(p_role, weight) for p_role, weight in zip(p_roles, weighed, strict=True) if p_role < thresholds.role_weak]
    mean = sum(p_role * weight for p_role, weight in zip(p_roles, weighed, strict=True)) / total
    share = sum(weight for _, weight in weak) / total
    return RoleCertainty(min(mean, 1.0), min(share, 1.0), len(weak) if weights is None else None)


def of_waits(
    n: int,
    n_all: int,
    low_high: tuple[float, float] | None,
    roles: RoleCertainty | None,
    signal: Signal | None,
    thresholds: Thresholds,
) -> Evidence:
    """What a median of waits rests on. `low_high`: its 95 % interval; None: no median is told."""
    fewest = thresholds.min_events_for_summary
    grounds = [*_signal(signal)]
    if n_all:
        says = f"{n} of {n_all} pauses could be measured."
        grounds.append(_ground(Aspect.COVERAGE, "coverage", n / n_all, says))
    if roles is not None:
        says = f"Who spoke is doubtful at {roles.n_weak} of {n} pauses."
        if not roles.n_weak:
            says = "Who spoke is not very sure at most pauses."
        grounds.append(_roles(roles, says))
    refused = None
    if low_high is None:
        counted = {0: "No pause", 1: "Only 1 pause"}.get(n, f"Only {n} pauses")
        refused = f"{counted} could be counted, and under {fewest} a median says nothing."
    else:
        low, high = (max(value, FACTOR_FLOOR) for value in low_high)
        says = f"The usual pause may be anywhere from {low_high[0]:.1f} to {low_high[1]:.1f} s."
        grounds.append(_ground(Aspect.SPREAD, "spread", math.sqrt(high / low), says))
        grounds.append(_ground(Aspect.COUNT, "count", n, _few(n, "pauses")))
    return Evidence(n, tuple(grounds), refused)


def of_talk(
    n: int, share: tuple[float, float] | None, roles: RoleCertainty | None, signal: Signal | None, fewest: int
) -> Evidence:
    """What the shares of talk rest on. `share`: 95 % interval of her share of talk; `n`: rounds with talk."""
    grounds = [*_signal(signal)]
    if roles is not None:
        grounds.append(_roles(roles, f"Who spoke is doubtful for {roles.weak_share:.0%} of the talk."))
    if share is None:
        told = f"she took over {n - 1} times, and {fewest - 1} are needed." if n else "nobody was heard speaking."
        return Evidence(n, tuple(grounds), f"How far the shares may be off cannot be said: {told}")
    says = f"The teacher's share of talk may be anywhere from {share[0]:.0%} to {share[1]:.0%}."
    grounds.append(_ground(Aspect.SPREAD, "spread of a share", (share[1] - share[0]) / 2, says))
    grounds.append(_ground(Aspect.COUNT, "count", n, _few(n, "rounds of talk")))
    return Evidence(n, tuple(grounds))


def _signal(signal: Signal | None) -> list[Ground]:
    if signal is None or not signal.whole_class:
        return []
    reasons = sorted(signal.reasons.items(), key=lambda reason: -reason[1])
    why = "; ".join(f"{_length(length)}: {what}" for what, length in reasons)
    says = f"{_length(signal.poor)} of {_length(signal.whole_class)} could not be heard well ({why})."
    return [_ground(Aspect.SIGNAL, "signal", signal.share, says)]


def _roles(roles: RoleCertainty, says: str) -> Ground:
    return _ground(Aspect.ROLES, "roles", min(roles.mean, 1 - roles.weak_share), says)


def _ground(aspect: Aspect, rule: str, value: float, says: str) -> Ground:
    grade = RULES[rule].grade(value)
    return Ground(aspect, float(value), grade, None if grade is Grade.GOOD else says)


def _few(n: int, what: str) -> str:
    enough = RULES["count"].fair
    if n < enough:
        return f"{n} {what} are few: from {enough:.0f} on they say what is usual."
    return f"{n} {what} are fewer than in most lessons."


def _length(length: float) -> str:
    """A length of time in words.

    >>> _length(59.6), _length(125)
    ('1 min', '2 min 5 s')
    """
    minutes, rest = divmod(round(length), 60)
    parts = [f"{minutes} min"] if minutes else []
    return " ".join([*parts, f"{rest} s"] if rest or not minutes else parts)
