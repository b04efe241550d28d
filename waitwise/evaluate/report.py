"""The report as tables: on a terminal for people, in Markdown for a document.

::

    | waits     | found/ told/ true | F1 at 0.1 s | 0.25 s | 0.5 s | false an hour |
    | floats    | 20/20/20           | 0.95        | 1.00   | 1.00  | 0             |
    | all       | ...
    | level alone, all hers ...                                                          the simple ways, all lessons

`sheets` makes rows of text from the one object that `--json` prints, so both always say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from waitwise.evaluate.run import OURS
from waitwise.show import plain

Row = tuple[str, ...]
Figures = dict[str, Any]
Cells = Callable[[Figures], Row]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    title: str
    columns: Row
    rows: Sequence[Row]


def sheets(report: dict[str, Any]) -> list[Sheet]:
    """Every table of the report that has rows."""
    found = [
        _sheet(report, "Waits found", WAIT_COLUMNS, _waits),
        _sheet(report, "How far off lengths are, s", LENGTH_COLUMNS, _lengths),
        _sheet(report, "Who spoke; share of talk in points", ROLE_COLUMNS, _who),
        _intervals(report),
        _kinds(report),
        _by_slice(report),
        _outcomes(report),
        _calibration(report),
    ]
    return [sheet for sheet in found if sheet.rows]


def print_report(report: dict[str, Any]) -> None:
    """Tables for people."""
    out = Console(highlight=False)
    for sheet in sheets(report):
        table = Table(title=escape(sheet.title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for at, column in enumerate(sheet.columns):
            table.add_column(column, justify="right" if at else "left", no_wrap=not at)
        for row in sheet.rows:
            table.add_row(*(plain(cell) for cell in row))
        out.print(table)
    out.print(_made_by(report), soft_wrap=True)


def as_markdown(report: dict[str, Any]) -> str:
    """Tables for a document."""
    parts = []
    for sheet in sheets(report):
        lines = [sheet.columns, ("---", *("---:" for _ in sheet.columns[1:])), *sheet.rows]
        table = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
        parts.append(f"**{sheet.title}**\n\n{table}")
    truths = "\n".join(f"- `{one['name']}`: `{one['truth_sha256']}`" for one in report["lessons"])
    return "\n\n".join([*parts, f"{_made_by(report)} SHA-256 of the truth:", truths]) + "\n"


def _made_by(report: dict[str, Any]) -> str:
    return f"waitwise {report['version']}, {report['analytics']}, thresholds {report['config_hash']}."


def _sheet(report: dict[str, Any], title: str, columns: Row, cells: Cells) -> Sheet:
    """Each lesson, all of them, and the simple ways over all of them."""
    rows: list[Row] = [(one["name"], *cells(one["ways"][OURS])) for one in report["lessons"]]
    if len(rows) > 1:
        rows.append((f"all {len(rows)}", *cells(report["pooled"][OURS])))
    rows += [(way, *cells(report["pooled"][way])) for way in report["pooled"] if way != OURS]
    return Sheet(title, ("", *columns), rows)


WAIT_COLUMNS = ("found/ told/ true", "F1 at 0.1 s", "0.25 s", "0.5 s", "false an hour", "usable")
LENGTH_COLUMNS = ("bias", "median", "90 %", "answer median", "answer 90 %", "missed", "lesson median")
ROLE_COLUMNS = ("IER", "missed", "false", "wrong side", "JER", "share off", "group wrong")


def _waits(one: Figures) -> Row:
    return (
        f"{one['found']}/{one['told']}/{one['true']}",
        *(_two(one[f"f1_{tolerance}"]) for tolerance in ("0.1", "0.25", "0.5")),
        f"{one['false_per_hour']:.0f}",
        _percent(one["coverage"]),
    )


def _lengths(one: Figures) -> Row:
    bias = one["bias_s"]
    return (
        "-" if bias is None else f"{bias:+.2f}",
        _seconds(one["error_median_s"]),
        _seconds(one["error_p90_s"]),
        _seconds(one["gap_error_median_s"]),
        _seconds(one["gap_error_p90_s"]),
        f"{one['gaps_missed']}/{one['gaps']}",
        _seconds(one["lesson_median_error_s"]),
    )


def _who(one: Figures) -> Row:
    parts = (one["missed_talk"], one["false_talk"], one["confused_talk"])
    return (
        _percent(one["identification_error"]),
        *(_percent(part) for part in parts),
        _percent(one["jaccard_error"]),
        _points(one["teacher_share_error"]),
        _percent(one["group_frame_error"], places=1),
    )


def _intervals(report: dict[str, Any]) -> Sheet:
    rows: list[Row] = []
    for way in report["pooled"]:
        one = report["pooled"][way]
        drawn = one["intervals_95"]
        if drawn:
            rows.append((way, _two(one["f1_0.25"]), _range(drawn["f1"]), _range(drawn.get("ours_above"))))
    return Sheet("F1 at 0.25 s with 95 % intervals over lessons", ("", "F1", "95 %", "ours is above by"), rows)


def _kinds(report: dict[str, Any]) -> Sheet:
    kinds = report["pooled"][OURS]["kinds"]
    rows: list[Row] = [
        (kind, str(n["true"]), str(n["told"]), str(n["found"]), _two(n["f1"])) for kind, n in kinds.items()
    ]
    return Sheet("Kinds of silence (Fowler 1975), all lessons", ("", "true", "told", "found", "F1 at 0.25 s"), rows)


def _by_slice(report: dict[str, Any]) -> Sheet:
    rows: list[Row] = []
    for one in report["slices"]:
        ours = one["ways"][OURS]
        rows.append(
            (
                one["slice"],
                str(one["lessons"]),
                _two(ours["f1_0.25"]),
                _seconds(ours["gap_error_median_s"]),
                _seconds(ours["gap_error_p90_s"]),
                f"{ours['false_per_hour']:.0f}",
                _percent(ours["identification_error"]),
                _points(ours["teacher_share_error"]),
            )
        )
    columns = ("", "lessons", "F1 at 0.25 s", "answer median", "90 %", "false an hour", "IER", "share off")
    return Sheet("Kinds of lesson; answer in s, share of talk in points", columns, rows)


def _outcomes(report: dict[str, Any]) -> Sheet:
    rows: list[Row] = [(one["true"], one["told"], str(one["n"])) for one in report["pooled"][OURS]["outcomes"]]
    return Sheet("What came after the silence, by place alone", ("really", "told", "waits"), rows)


def _calibration(report: dict[str, Any]) -> Sheet:
    one = report["pooled"][OURS]
    rows: list[Row] = [
        (what, str(one[f"{key}_n"]), _two(one[f"{key}_calibration_error"]))
        for what, key in (("the wait is there (conf)", "conf"), ("the sides are right (p_role)", "p_role"))
        if one[f"{key}_n"]
    ]
    return Sheet("How far what we say of our certainty is off", ("", "waits", "expected calibration error"), rows)


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _seconds(value: float | str | None) -> str:
    if value is None:
        return "-"
    return "\u221e" if isinstance(value, str) else f"{value:.2f}"


def _percent(value: float | None, places: int = 0) -> str:
    return "-" if value is None else f"{100 * value:.{places}f} %"


def _points(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _range(value: Sequence[float] | None) -> str:
    return "" if not value else f"{value[0]:.2f} to {value[1]:.2f}"
