"""Has hearing become worse? Hold a result on the simulated lessons against an earlier one.

::

    waitwise evaluate out/simulated --json > RESULTS.json
    RESULTS.json  --slice "simulated A"-->  targets  -- more than 10 % worse than BASELINE.json?  fail

Only a slice has figures that are pooled rightly (a median of medians is none). A target that is 0 in the baseline may
not rise at all, and one that was measured may not vanish.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.classroom.errors import ClassroomError

SLICE = "simulated A"
LIMIT = 0.10
LESS_IS_BETTER = (
    "gap_error_median_s",
    "gap_error_p90_s",
    "false_per_hour",
    "lesson_median_error_s",
    "teacher_share_error",
    "identification_error",
    "group_frame_error",
)
MORE_IS_BETTER = ("f1_0.25", "coverage")
_OURS = "waitwise"


def gate(results: Path, baseline: Path, *, write: bool = False) -> int:
    """Compare, print, and return the exit status; or write the baseline.

    Raises:
        ClassroomError: a file is missing or is none of ours, or the lessons are others.
    """
    found = _read(results)
    now = {"lessons": sorted(lesson["name"] for lesson in found.get("lessons", [])), "targets": targets(found)}
    if write:
        origin = {key: found[key] for key in ("version", "analytics", "config_hash") if key in found}
        manifest = results.parent / "manifest.json"
        made = _read(manifest) if manifest.is_file() else {}
        origin |= {key: made[key] for key in ("simulator", "seed", "seconds", "versions") if key in made}
        baseline.write_text(json.dumps({**origin, **now}, indent=1) + "\n", encoding="utf-8")
        return 0
    before = _read(baseline)
    if before.get("lessons") != now["lessons"]:
        raise ClassroomError("These are other lessons than the baseline's. Remedy: make them anew, or gate --write.")
    wrong = worse(before["targets"], now["targets"])
    print("\n".join(wrong) or f"{SLICE}: no target is more than {LIMIT:.0%} worse.")
    return 1 if wrong else 0


def targets(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of the slice that the gate watches.

    Raises:
        ClassroomError: there is no such slice.
    """
    for row in results.get("slices", []):
        if row["slice"] == SLICE:
            return {name: row["ways"][_OURS].get(name) for name in (*LESS_IS_BETTER, *MORE_IS_BETTER)}
    raise ClassroomError(f"There is no slice {SLICE!r}. Remedy: evaluate a folder of `simulate --all`.")


def worse(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each target that is more than 10 % worse.

    >>> worse({"f1_0.25": 0.80, "false_per_hour": 10.0}, {"f1_0.25": 0.73, "false_per_hour": 11.5})
    ['false_per_hour was 10.0 and is 11.5: over 10% worse.']
    """
    found = []
    for name in (*LESS_IS_BETTER, *MORE_IS_BETTER):
        then, value = before.get(name), now.get(name)
        if then is None:
            continue
        if value is None:
            found.append(f"{name} was {then} and is not measured any more.")
            continue
        limit = _number(then) * (1 + LIMIT if name in LESS_IS_BETTER else 1 - LIMIT)
        if (_number(value) > limit) if name in LESS_IS_BETTER else (_number(value) < limit):
            found.append(f"{name} was {then} and is {value}: over {LIMIT:.0%} worse.")
    return found


def _number(value: Any) -> float:
    return math.inf if value == "infinite" else float(value)


def _read(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ClassroomError(f"{file} cannot be read as JSON: {error}.") from error
    if not isinstance(value, dict):
        raise ClassroomError(f"{file} is no result of `waitwise evaluate --json`.")
    return value
