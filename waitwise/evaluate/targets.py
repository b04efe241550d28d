"""Is it good enough? What we want to reach, what was reached, and whether any kind of lesson pays for the mean.

::

    target                      goal        ours     met     worst kind of lesson        within 1.5 x
    false waits an hour         <= 12       41       no      RT60 0.5 to 0.75 s   57     no

A kind of lesson may be one and a half times as far off as the goal: a goal of F1 0.78 is 0.22 off, so no kind may be
more than 0.33 off. What cannot be measured on these lessons has no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waitwise.evaluate.slices import ORDINARY
from waitwise.evaluate.told import OURS

REACH = 1.5
"""How many times as far off as the goal a kind of lesson may be."""


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that shall be reached."""

    name: str
    figure: str
    """Its key in `pooled`."""
    goal: float
    unit: str = ""
    is_more_better: bool = False
    only: str | None = None
    """Measured on this kind of lesson alone."""

    def is_met(self, value: float, reach: float = 1.0) -> bool:
        """Whether a value is good enough; `reach`: it may be that many times as far off."""
        if self.is_more_better:
            return value >= 1 - (1 - self.goal) * reach - 1e-9
        return value <= self.goal * reach + 1e-9


TARGETS = (
    Target(f"F1, {ORDINARY}", "f1_0.25", 0.85, is_more_better=True, only=ORDINARY),
    Target("F1, all rooms", "f1_0.25", 0.78, is_more_better=True),
    Target("answer off, median", "gap_error_median_s", 0.06, "s"),
    Target("answer off, 90 %", "gap_error_p90_s", 0.3, "s"),
    Target("false waits an hour", "false_per_hour", 12),
    Target("lesson median off", "lesson_median_error_s", 0.12, "s"),
    Target("teacher's share off", "teacher_share_error", 0.04, "points"),
    Target("who spoke (IER)", "identification_error", 0.15, "%"),
    Target("group work wrong", "group_frame_error", 0.06, "%"),
    Target("usable waits", "coverage", 0.85, "%", is_more_better=True),
    Target("lamp off, 95 %", "lamp_off_p95_s", 0.3, "s"),
    Target("sure and wrong in babble", "sure_and_wrong_in_babble", 0),
)


def targets(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row a target, from what `results` makes."""
    return [_row(target, report) for target in TARGETS]


def is_missed(row: Mapping[str, Any]) -> bool:
    """Whether a row says that something measured was not good enough."""
    return row["is_met"] is False or row["is_within"] is False


def _row(target: Target, report: Mapping[str, Any]) -> dict[str, Any]:
    slices = report["slices"]
    pooled = report["pooled"][OURS]
    if target.only is not None:
        pooled = next((one["ways"][OURS] for one in slices if one["slice"] == target.only), {})
    ours = _measured(target, pooled)
    worst = None if target.only else _worst(target, slices)
    return {
        "target": target.name,
        "figure": target.figure,
        "goal": target.goal,
        "unit": target.unit,
        "is_more_better": target.is_more_better,
        "ours": ours,
        "is_met": None if ours is None else target.is_met(_number(ours)),
        "worst_kind": None if worst is None else worst[0],
        "worst": None if worst is None else worst[1],
        "is_within": None if worst is None else target.is_met(_number(worst[1]), REACH),
    }


def _worst(target: Target, slices: Sequence[Mapping[str, Any]]) -> tuple[str, Any] | None:
    known = [(one["slice"], value) for one in slices if (value := _measured(target, one["ways"][OURS])) is not None]
    if not known:
        return None
    sign = -1 if target.is_more_better else 1
    return max(known, key=lambda one: sign * _number(one[1]))


def _measured(target: Target, figures: Mapping[str, Any]) -> Any:
    """The figure; None where these lessons say nothing about it."""
    if target.figure == "sure_and_wrong_in_babble" and not figures.get("babble_s"):
        return None
    return figures.get(target.figure)


def _number(value: float | str) -> float:
    return math.inf if value == "infinite" else float(value)
