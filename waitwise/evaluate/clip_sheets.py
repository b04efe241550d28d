"""The tables about meetings and labelled clips, from the one object that `results` makes.

::

    | missed/ false   | waitwise | level alone | webrtcvad 2 | ...       a row a clip, a column a way
    | dev00           | 6/12     | ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waitwise.evaluate.cells import Figures, Row, Sheet, percent, signed, two

Report = dict[str, Any]


def of_clips(report: Report) -> list[Sheet]:
    """Every table."""
    return [
        _summary(report),
        _sheet(report, "Speech missed/ silence called speech, %, 10 ms by 10 ms", _speech),
        _sheet(report, "Changes of turn with a silence of 0.2 s and more: found/ true, median error s", _changes),
        _where(report),
    ]


def _summary(report: Report) -> Sheet:
    rows: list[Row] = []
    for way, one in report["clips_pooled"].items():
        rows.append(
            (
                way,
                percent(one["speech_miss"], 1),
                percent(one["speech_false_alarm"], 1),
                percent(one["detection_error"], 1),
                f"{one['silences_found']}/{one['silences_told']}/{one['silences_true']}",
                two(one["silences_f1"]),
                f"{one['changes_found']}/{one['changes_true']}",
                signed(one["change_bias_s"]),
                two(one["change_error_median_s"]),
            )
        )
    columns = ("", "missed", "false", "detection error", "silences found/ told/ true", "F1", "turn changes", "bias s")
    title = f"Meetings and clips, all {len(report['clips'])}: speech or silence, and silences of 0.2 s and more"
    return Sheet(title, (*columns, "median error s, missed infinite"), rows)


def _sheet(report: Report, title: str, cell: Callable[[Figures], str]) -> Sheet:
    ways = list(report["clips_pooled"])
    rows: list[Row] = [(one["name"], *(cell(one["ways"][way]) for way in ways)) for one in report["clips"]]
    return Sheet(title, ("", *ways), rows)


def _where(report: Report) -> Sheet:
    rows: list[Row] = []
    for clip in report["clips"]:
        one = clip["where"]
        rows.append(
            (
                clip["name"],
                percent(one["speech_share"]),
                str(one["talkers"]),
                f"{one['false_beside_s']:.1f}/{one['false_apart_s']:.1f}",
                _decibels(one["false_under_db"]),
                f"{one['missed_edge_s']:.1f}/{one['missed_inside_s']:.1f}",
                _decibels(one["missed_under_db"]),
            )
        )
    columns = (
        "",
        "speech",
        "voices",
        "false s: beside/ apart",
        "under speech",
        "missed s: edge/ inside",
        "under speech",
    )
    return Sheet("Where our errors lie: seconds within 0.3 s of an edge or not, and the level there", columns, rows)


def _decibels(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} dB"


def _speech(one: Figures) -> str:
    miss, false = (two(None) if value is None else f"{100 * value:.0f}" for value in _shares(one))
    return f"{miss}/{false}"


def _shares(one: Figures) -> tuple[float | None, float | None]:
    return one["speech_miss"], one["speech_false_alarm"]


def _changes(one: Figures) -> str:
    if not one["changes_true"]:
        return "-"
    return f"{one['changes_found']}/{one['changes_true']} {two(one['change_error_median_s'])}"
