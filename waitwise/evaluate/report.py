"""The report as tables: on a terminal for people, in Markdown for a document.

::

    | waits     | found/ told/ true | F1 at 0.1 s | 0.25 s | 0.5 s | false an hour |
    | floats    | 20/20/20          | 0.95        | 1.00   | 1.00  | 0             |
    | all       | ...
    | level alone, all hers ...                                                         the simple ways, all lessons

`sheets.py` makes rows of text from the one object that `--json` prints, so both always say the same.
"""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from waitwise.evaluate import clip_sheets, sheets
from waitwise.evaluate.cells import Sheet
from waitwise.show import plain

NARROW = ("goal", "ours", "met", "there")
"""Columns that wrap badly."""


def all_sheets(report: dict[str, Any]) -> list[Sheet]:
    """Every table of the report that has rows."""
    found = sheets.of_lessons(report) if "lessons" in report else []
    found += clip_sheets.of_clips(report) if "clips" in report else []
    return [sheet for sheet in found if sheet.rows]


def print_report(report: dict[str, Any]) -> None:
    """Tables for people."""
    out = Console(highlight=False)
    for sheet in all_sheets(report):
        table = Table(title=escape(sheet.title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for at, column in enumerate(sheet.columns):
            table.add_column(column, justify="right" if at else "left", no_wrap=not at or column in NARROW)
        for row in sheet.rows:
            table.add_row(*(plain(cell) for cell in row))
        out.print(table)
    out.print(made_by(report), soft_wrap=True)


def markdown_of(sheet: Sheet) -> str:
    """One table for a document."""
    lines = [sheet.columns, ("---", *("---:" for _ in sheet.columns[1:])), *sheet.rows]
    table = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
    return f"**{sheet.title}**\n\n{table}"


def made_by(report: dict[str, Any]) -> str:
    """What heard it, and what could not be asked."""
    heard = f"waitwise {report['version']}, {report['analytics']}, thresholds {report['config_hash']}."
    left_out = "; ".join(f"{way} ({why})" for way, why in report["left_out"].items())
    return f"{heard} Left out: {left_out}." if left_out else heard
