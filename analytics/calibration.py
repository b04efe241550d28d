r"""Let a teacher's corrections make our probabilities truer for her later lessons.

::

    said     0.9  0.9  0.8  0.9       what we said of her events: p_q, p_role, conf
    truth    yes  no   no   yes       what she or her coach said of them
                 |
    odds' = slope * odds + shift      one scale each (Platt 1999), slope > 0: what was likelier stays likelier
                 |
    later    0.9 becomes 0.7

With few labels a scale stays near to changing nothing: slope 1 and shift 0 are believed beforehand as strongly as
`PRIOR_SLOPE` and `PRIOR_SHIFT` say, and only labels can move them. A scale moves probabilities, never waits or roles.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.corrections import corrected, original, role_said, thresholds_of
from analytics.summary import resummarised
from analytics.thresholds import Thresholds
from lesson.labels import AS_HEARD, what_is_said
from lesson.talk import VOICE_OF, Account, Flag, HumanLabel, WaitTime
from lesson.wire import WireError, dumps, from_wire, loads

SCHEMA = "1.0.0"

PRIOR_SLOPE = 0.2
"""Standard deviation of the slope before anybody said anything: two of three teachers between 0.8 and 1.2."""
PRIOR_SHIFT = 0.2
"""The same of the shift: a said 0.8 is really between 0.77 and 0.83. As strong as about 150 labels at 0.8. Chosen as
the weakest of six with which none of 150 sets of 3 to 200 labels moved probabilities that were right by .05."""
MIN_SLOPE = 0.05
MOST_PAIRS = 600
"""Of each probability: the newest lessons count, and the file stays small."""
_SURE = 1e-4
_STEPS = 50


class Measure(StrEnum):
    """Which of an event's probabilities."""

    P_Q = "p_q"
    P_ROLE = "p_role"
    CONF = "conf"


@dataclass(frozen=True, slots=True)
class Pair:
    """What was said of one event, and what is true."""

    event_id: str
    measure: Measure
    said: float
    is_so: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """A correction of probabilities that keeps their order."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, said: float) -> float:
        """Correct a probability. 0 and 1 stay what they are where nothing was learnt."""
        if self == NO_SCALE:
            return said
        return float(1 / (1 + math.exp(-(self.slope * _odds(said) + self.shift))))


NO_SCALE = Scale()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a teacher's labels have taught so far: a small file, sealed to her like her lessons."""

    schema: str = SCHEMA
    pairs: tuple[Pair, ...] = ()

    def learn(self, account: Account) -> Calibration:
        """Take in an account that people have corrected. The same lesson again replaces what it taught before."""
        new = pairs_of(account)
        ids = {wait.event_id for wait in original(account).waits}
        kept = [pair for pair in self.pairs if pair.event_id not in ids]
        every = [*kept, *new]
        newest = [pair for measure in Measure for pair in [p for p in every if p.measure is measure][-MOST_PAIRS:]]
        return dataclasses.replace(self, pairs=tuple(newest))

    def scale(self, measure: Measure) -> Scale:
        """Fit the correction of one probability."""
        return fit([(pair.said, pair.is_so) for pair in self.pairs if pair.measure is measure])

    def encode(self) -> bytes:
        """One line of JSON."""
        return dumps(self)

    @classmethod
    def decode(cls, data: bytes) -> Calibration:
        """Read it again; raise `WireError` for anything else."""
        made = from_wire(cls, loads(data))
        if made.schema.split(".", maxsplit=1)[0] != SCHEMA.split(".", maxsplit=1)[0]:
            raise WireError(f"A calibration of version {made.schema} is not known here.")
        if not all(0 <= pair.said <= 1 for pair in made.pairs):
            raise WireError("A probability lies between 0 and 1.")
        return made


def pairs_of(account: Account) -> tuple[Pair, ...]:
    """What the labels of an account say of the probabilities that were told before anybody said anything.

    Who says who spoke, or how it went on, has listened: what she leaves as it is, is right. Who only says that nothing
    was asked has said nothing of roles.
    """
    events = {wait.event_id: wait for wait in original(account).waits}
    found: list[Pair] = []
    for event_id, (_, label) in what_is_said(account.labels).items():
        wait = events.get(event_id)
        if wait is None or label == AS_HEARD:
            continue
        if label.is_question is not None and wait.p_q is not None:
            found.append(Pair(event_id, Measure.P_Q, wait.p_q, label.is_question))
        is_right = _are_roles_right(label, wait)
        if is_right is not None:
            found.append(Pair(event_id, Measure.P_ROLE, wait.p_role, is_right))
            found.append(Pair(event_id, Measure.CONF, wait.conf, is_right))
    return tuple(found)


def _are_roles_right(label: HumanLabel, wait: WaitTime) -> bool | None:
    after = role_said(label, wait)
    is_after_right = after is None or after is VOICE_OF.get(wait.outcome)
    is_before_right = label.role_before is None or label.role_before == "teacher"
    if label.role is None and label.outcome is None and label.role_before is None:
        return True if label.is_question else None
    return is_after_right and is_before_right


def fit(pairs: Iterable[tuple[float, bool]]) -> Scale:
    """Find slope and shift for (probability said, is it so), by Newton's method on a convex loss with its prior."""
    rows = list(pairs)
    if not rows:
        return NO_SCALE
    odds = np.array([_odds(said) for said, _ in rows])
    truth = np.array([is_so for _, is_so in rows], dtype=np.float64)
    design = np.stack((odds, np.ones_like(odds)), axis=1)
    usual = np.array([1.0, 0.0])
    belief = np.array([PRIOR_SLOPE**-2, PRIOR_SHIFT**-2])
    found = usual.copy()
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-design @ found))
        gradient = design.T @ (likely - truth) + belief * (found - usual)
        curve = design.T @ (design * (likely * (1 - likely))[:, None]) + np.diag(belief)
        step = np.linalg.solve(curve, gradient)
        # A half step at most one wide: far from the solution Newton's own may leave for good.
        found = found - step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-9:
            break
    return Scale(max(float(found[0]), MIN_SLOPE), float(found[1]))


def calibrated(account: Account, calibration: Calibration, *, thresholds: Thresholds | None = None) -> Account:
    """Return an account of the same teacher, its probabilities corrected by what other lessons taught.

    It comes after people's corrections, and what they said is not scaled. What was heard stays in `as_heard`, so that
    doing it twice changes nothing, and nobody ever learns from probabilities that were corrected before.
    """
    limits = thresholds or thresholds_of(original(account))
    told = corrected(account, (), thresholds=limits)
    p_q, p_role, conf = (calibration.scale(measure) for measure in Measure)
    if p_q == p_role == conf == NO_SCALE:
        return told

    def scaled(wait: WaitTime) -> WaitTime:
        likely = None if wait.p_q is None else p_q(wait.p_q)
        label = wait.human
        if label is not None and (label.role is not None or label.outcome is not None):
            return dataclasses.replace(wait, p_q=likely)
        sure = p_role(wait.p_role)
        weak = {Flag.ROLE_WEAK} if sure < limits.role_weak else set()
        return dataclasses.replace(
            wait,
            p_q=likely,
            p_role=sure,
            conf=min(conf(wait.conf), sure),
            flags=(wait.flags - {Flag.ROLE_WEAK}) | weak,
        )

    waits = tuple(scaled(wait) for wait in told.waits)
    gaps = tuple(dataclasses.replace(gap, p_role=p_role(gap.p_role)) for gap in told.intervals)
    now = dataclasses.replace(told, waits=waits, intervals=gaps, as_heard=original(account))
    return resummarised(now, limits)


def _odds(said: float) -> float:
    sure = min(max(said, _SURE), 1 - _SURE)
    return math.log(sure / (1 - sure))
