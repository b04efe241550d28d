"""Figures as people read them.

::

    0.8812 -> 0.88    None -> -    "infinite" -> \u221e    0.034 -> 3.4 points    [0.83, 0.93] -> 0.83 to 0.93
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Row = tuple[str, ...]
Figures = dict[str, Any]
Value = float | str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    title: str
    columns: Row
    rows: Sequence[Row]


def two(value: Value) -> str:
    """Two places; also for seconds."""
    if value is None:
        return "-"
    # Nothing is -0.00.
    return "\u221e" if isinstance(value, str) else f"{round(value, 2) + 0.0:.2f}"


def signed(value: Value) -> str:
    """Two places and always a sign."""
    return "-" if value is None else "\u221e" if isinstance(value, str) else f"{round(value, 2) + 0.0:+.2f}"


def whole(value: Value) -> str:
    """No places."""
    return "-" if value is None else "\u221e" if isinstance(value, str) else f"{value:.0f}"


def percent(value: Value, places: int = 0) -> str:
    """A share of 1 in hundredths."""
    if value is None or isinstance(value, str):
        return two(value)
    return f"{100 * value:.{places}f} %"


def points(value: Value) -> str:
    """A difference of two shares."""
    if value is None or isinstance(value, str):
        return two(value)
    return f"{100 * value:.1f}"


def between(value: Sequence[Value] | None) -> str:
    """Low and high."""
    return "-" if not value else f"{two(value[0])} to {two(value[1])}"


def between_signed(value: Sequence[Value] | None) -> str:
    """Low and high with their signs."""
    return "-" if not value else f"{signed(value[0])} to {signed(value[1])}"


def in_unit(value: Value, unit: str) -> str:
    """As its unit asks: `s`, `%`, `points`, or a number of its own."""
    if value is None or isinstance(value, str):
        return two(value)
    if unit == "s":
        return f"{value:.3f} s"
    if unit == "%":
        return percent(value, 1)
    if unit == "points":
        return f"{points(value)} points"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def yes_or_no(value: bool | None) -> str:
    """`-` where there is no verdict."""
    return "-" if value is None else "yes" if value else "no"
