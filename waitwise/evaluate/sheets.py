"""The tables about lessons, from the one object that `results` makes.

::

    report --of_lessons--> targets | waits | lengths | replies | what a coach reads | live | who spoke | speech | ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waitwise.evaluate import interval_sheets
from waitwise.evaluate.baselines import ALL_HERS
from waitwise.evaluate.cells import (
    Figures,
    Row,
    Sheet,
    between_signed,
    in_unit,
    percent,
    points,
    signed,
    two,
    whole,
    yes_or_no,
)
from waitwise.evaluate.targets import REACH
from waitwise.evaluate.told import OURS

Cells = Callable[[Figures], Row]
Report = dict[str, Any]


def of_lessons(report: Report) -> list[Sheet]:
    """Every table; one without rows has nothing to say."""
    return [
        targets(report),
        _sheet(report, "Waits found", WAIT_COLUMNS, _waits),
        _sheet(report, "How far off lengths are, s", LENGTH_COLUMNS, _lengths),
        _sheet(report, "Wait time 2: how far off a teacher's replies are, s", REPLY_COLUMNS, _replies),
        _sheet(report, "What a coach reads of a lesson; shares in points", READ_COLUMNS, _reads),
        _live(report),
        _sheet(report, "Who spoke; share of talk in points", ROLE_COLUMNS, _who),
        _speech(report),
        interval_sheets.of_ours(report),
        interval_sheets.of_f1(report),
        _kinds(report),
        by_slice(report),
        _outcomes(report),
        _calibration(report),
        _questions(report),
    ]


def targets(report: Report) -> Sheet:
    """What we want to reach, and whether we do."""
    rows: list[Row] = []
    for one in report["targets"]:
        sign = "\u2265" if one["is_more_better"] else "\u2264"
        rows.append(
            (
                one["target"],
                f"{sign} {in_unit(one['goal'], one['unit'])}",
                in_unit(one["ours"], one["unit"]),
                yes_or_no(one["is_met"]),
                one["worst_kind"] or "-",
                in_unit(one["worst"], one["unit"]),
                yes_or_no(one["is_within"]),
            )
        )
    return Sheet("Targets", ("", "goal", "ours", "met", "worst kind", "there", f"within {REACH} x"), rows)


def _sheet(report: Report, title: str, columns: Row, cells: Cells) -> Sheet:
    """Each lesson, all of them, and the simple ways over all of them."""
    rows: list[Row] = [(one["name"], *cells(one["ways"][OURS])) for one in report["lessons"]]
    if len(rows) > 1:
        rows.append((f"all {len(rows)}", *cells(report["pooled"][OURS])))
    rows += [(way, *cells(report["pooled"][way])) for way in report["ways"] if way != OURS]
    return Sheet(title, ("", *columns), rows)


WAIT_COLUMNS = ("found/ told/ true", "F1 at 0.1 s", "0.25 s", "0.5 s", "false an hour", "usable")
LENGTH_COLUMNS = ("bias", "95 % limits", "median", "90 %", "answer median", "answer 90 %", "missed", "lesson median")
REPLY_COLUMNS = ("bias", "95 % limits", "median", "90 %", "missed", "lesson median")
READ_COLUMNS = ("waits of 3 s", "of 5 s", "nobody answered", "her share", "r", "ICC")
ROLE_COLUMNS = ("IER", "missed", "false", "wrong side", "JER", "share off", "group wrong")


def _waits(one: Figures) -> Row:
    return (
        f"{one['found']}/{one['told']}/{one['true']}",
        *(two(one[f"f1_{tolerance}"]) for tolerance in ("0.1", "0.25", "0.5")),
        whole(one["false_per_hour"]),
        percent(one["coverage"]),
    )


def _lengths(one: Figures) -> Row:
    return (
        signed(one["bias_s"]),
        between_signed(one["limits_s"]),
        two(one["error_median_s"]),
        two(one["error_p90_s"]),
        two(one["gap_error_median_s"]),
        two(one["gap_error_p90_s"]),
        f"{one['gaps_missed']}/{one['gaps']}",
        two(one["lesson_median_error_s"]),
    )


def _replies(one: Figures) -> Row:
    return (
        signed(one["wait2_bias_s"]),
        between_signed(one["wait2_limits_s"]),
        two(one["wait2_error_median_s"]),
        two(one["wait2_error_p90_s"]),
        f"{one['wait2_missed']}/{one['wait2']}",
        two(one["wait2_median_error_s"]),
    )


def _reads(one: Figures) -> Row:
    return (
        points(one["criterion_share_error"]),
        points(one["goal_share_error"]),
        points(one["censored_share_error"]),
        points(one["teacher_share_error"]),
        two(one["teacher_share_r"]),
        two(one["teacher_share_icc"]),
    )


def _who(one: Figures) -> Row:
    parts = (one["missed_talk"], one["false_talk"], one["confused_talk"])
    return (
        percent(one["identification_error"]),
        *(percent(part) for part in parts),
        percent(one["jaccard_error"]),
        points(one["teacher_share_error"]),
        percent(one["group_frame_error"], places=1),
    )


def _live(report: Report) -> Sheet:
    rows: list[Row] = []
    named = [(one["name"], one["ways"][OURS]) for one in report["lessons"]]
    for name, one in [*named, *([(f"all {len(named)}", report["pooled"][OURS])] if len(named) > 1 else [])]:
        found = f"{one['live_found']}/{one['live_told']}/{one['true']}"
        delays = (two(one["live_delay_median_s"]), two(one["live_delay_p90_s"]))
        lamp = (
            f"{one['lamp_missed']}/{one['lamp_silences']}",
            two(one["lamp_off_median_s"]),
            two(one["lamp_off_p95_s"]),
            "-" if one["lamp_false_per_hour"] is None else f"{one['lamp_false_per_hour']:.0f}",
        )
        rows.append((name, found, two(one["live_f1"]), two(one["f1_0.25"]), *delays, *lamp))
    columns = (
        *("", "found/ told/ true", "F1 live", "F1 at the end", "told after, median s", "90 %"),
        *("lamp missed", "off, median s", "95 %", "lit falsely an hour"),
    )
    return Sheet("Told while the lesson goes on", columns, rows)


def _speech(report: Report) -> Sheet:
    edges = [way for way in report["ways"] if way.startswith(OURS) or way.endswith(f", {ALL_HERS}")]
    rows: list[Row] = []
    for way in edges:
        one = report["pooled"][way]
        cells = (percent(one["speech_miss"], 1), percent(one["speech_false_alarm"], 1))
        rows.append((way.removesuffix(f", {ALL_HERS}"), *cells, percent(one["detection_error"], 1)))
    columns = ("", "missed, of speech", "false, of silence", "detection error")
    return Sheet("Speech or silence, 10 ms by 10 ms, whoever spoke", columns, rows)


def _kinds(report: Report) -> Sheet:
    kinds = report["pooled"][OURS]["kinds"]
    rows: list[Row] = [
        (kind, str(n["true"]), str(n["told"]), str(n["found"]), two(n["f1"])) for kind, n in kinds.items()
    ]
    return Sheet("Kinds of silence (Fowler 1975), all lessons", ("", "true", "told", "found", "F1 at 0.25 s"), rows)


def by_slice(report: Report) -> Sheet:
    """Each kind of lesson."""
    rows: list[Row] = []
    for one in report["slices"]:
        ours = one["ways"][OURS]
        rows.append(
            (
                one["slice"],
                str(one["lessons"]),
                two(ours["f1_0.25"]),
                two(ours["gap_error_median_s"]),
                two(ours["gap_error_p90_s"]),
                whole(ours["false_per_hour"]),
                percent(ours["identification_error"]),
                points(ours["teacher_share_error"]),
            )
        )
    columns = ("", "lessons", "F1 at 0.25 s", "answer median", "90 %", "false an hour", "IER", "share off")
    return Sheet("Kinds of lesson; answer in s, share of talk in points", columns, rows)


def _outcomes(report: Report) -> Sheet:
    rows: list[Row] = [(one["true"], one["told"], str(one["n"])) for one in report["pooled"][OURS]["outcomes"]]
    return Sheet("What came after the silence, by place alone", ("really", "told", "waits"), rows)


def _calibration(report: Report) -> Sheet:
    one = report["pooled"][OURS]
    rows: list[Row] = [
        (what, str(one[f"{key}_n"]), two(one[f"{key}_calibration_error"]))
        for what, key in (("the wait is there (conf)", "conf"), ("the sides are right (p_role)", "p_role"))
        if one[f"{key}_n"]
    ]
    return Sheet("How far what we say of our certainty is off", ("", "waits", "expected calibration error"), rows)


def _questions(report: Report) -> Sheet:
    one = report["pooled"][OURS]
    keys = ("question_auc", "question_f1", "question_r", "question_calibration_error")
    rows: list[Row] = [(str(one["questions_n"]), *(two(one[key]) for key in keys))] if one["questions_n"] else []
    return Sheet("Questions", ("waits", "AUC", "F1", "r over lessons", "expected calibration error"), rows)
