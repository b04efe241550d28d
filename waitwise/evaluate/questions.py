"""Where something says how likely a question was (`p_q`): how well it tells questions from other talk.

::

    told wait 0.9  0.8  0.7  0.4  0.2        AUC   how often a question is above what is none
    question  yes  yes  no   yes  no         F1    of "a question" from 0.5 up
                                             r     questions a lesson, told and true

Told waits are paired with true ones by place alone. Where nothing says `p_q` there is nothing to score, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.thresholds import Thresholds
from waitwise.evaluate.agreement import Pairs, pearson
from waitwise.evaluate.calibration import calibration_error
from waitwise.evaluate.lessons import FIRST, Truth
from waitwise.evaluate.told import Told
from waitwise.matching import Wait, match


@dataclass(frozen=True, slots=True)
class Questions:
    """What was said of waits whose truth is known."""

    said: tuple[tuple[float, bool], ...] = ()
    """(probability, was it a question)."""
    counts: Pairs = ()
    """Questions among them, (true, told), one pair a lesson."""

    def __add__(self, other: Questions) -> Questions:
        return Questions(self.said + other.said, self.counts + other.counts)

    @property
    def figures(self) -> dict[str, Any]:
        """By name, for the report."""
        line = Thresholds().question
        right = sum(is_so for p, is_so in self.said if p >= line)
        either = sum(p >= line for p, _ in self.said) + sum(is_so for _, is_so in self.said)
        return {
            "questions_n": len(self.said),
            "question_auc": area(self.said),
            "question_f1": 2 * right / either if either else None,
            "question_r": pearson(self.counts),
            "question_calibration_error": calibration_error(self.said),
        }


def score_questions(truth: Truth, told: Told) -> Questions:
    """Compare `p_q` of the told waits of one lesson with the truth."""
    true = [wait for wait in truth.waits if wait.kind in FIRST and wait.is_question is not None]
    said = [wait for wait in told.waits if wait.kind in FIRST and wait.p_q is not None]
    if not said:
        return Questions()
    pairs = match([Wait("", one.start, one.length) for one in true], [Wait("", one.start, one.length) for one in said])
    found = tuple((said[at].p_q or 0.0, bool(true[t].is_question)) for t, at in pairs)
    line = Thresholds().question
    counts = (float(sum(is_so for _, is_so in found)), float(sum(p >= line for p, _ in found)))
    return Questions(found, (counts,))


def area(said: tuple[tuple[float, bool], ...]) -> float | None:
    """Area under the receiver operating characteristic. None: all are questions, or none is.

    >>> area(((0.9, True), (0.8, False), (0.7, True), (0.1, False)))
    0.75
    """
    yes, no = ([p for p, is_so in said if is_so is wanted] for wanted in (True, False))
    if not yes or not no:
        return None
    above = sum((p > q) + (p == q) / 2 for p in yes for q in no)
    return above / (len(yes) * len(no))
