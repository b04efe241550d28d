"""The tables of 95 % intervals, from the one object that `results` makes.

::

    |               | ours | 95 %         |        how much other lessons would change it: `bootstrap.py`
    | F1 at 0.25 s  | 0.83 | 0.75 to 0.91 |
"""

from __future__ import annotations

from typing import Any

from waitwise.evaluate.cells import Row, Sheet, between, between_signed, in_unit, two
from waitwise.evaluate.told import OURS

Report = dict[str, Any]

INTERVALS = (
    ("F1 at 0.25 s", "f1_0.25", ""),
    ("false waits an hour", "false_per_hour", ""),
    ("answer off by, median", "gap_error_median_s", "s"),
    ("answer off by, 90 %", "gap_error_p90_s", "s"),
    ("lesson median off by", "lesson_median_error_s", "s"),
    ("her share of talk off by", "teacher_share_error", "points"),
    ("identification error", "identification_error", "%"),
    ("speech or silence: detection error", "detection_error", "%"),
    ("group work wrong", "group_frame_error", "%"),
    ("usable", "coverage", "%"),
)


def of_ours(report: Report) -> Sheet:
    """Main figures of ours, and how sure they are."""
    one, rows = report["pooled"][OURS], list[Row]()
    for name, key, unit in INTERVALS:
        drawn = one["intervals_95"].get(key)
        if drawn:
            low, high = (in_unit(value, unit) for value in drawn["of"])
            rows.append((name, in_unit(one[key], unit), f"{low} to {high}"))
    return Sheet("Ours with 95 % intervals over lessons", ("", "ours", "95 %"), rows)


def of_f1(report: Report) -> Sheet:
    """F1 of every way, and by how much ours is above it."""
    rows: list[Row] = []
    for way in report["ways"]:
        one = report["pooled"][way]
        drawn = one["intervals_95"].get("f1_0.25")
        if drawn:
            above = drawn.get("ours_above")
            rows.append((way, two(one["f1_0.25"]), between(drawn["of"]), between_signed(above) if above else ""))
    return Sheet("F1 at 0.25 s with 95 % intervals over lessons", ("", "F1", "95 %", "ours is above by"), rows)
