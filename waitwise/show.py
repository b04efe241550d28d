"""Tables and progress for people, JSON for machines.

What is for people goes to standard error or a table; `--json` puts one object on standard output and nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from lesson.problems import WaitwiseError
from lesson.talk import Account, Flag, Outcome, WaitSummary, WaitTime

people = Console(stderr=True, highlight=False)
"""Where sentences for people go."""

OUTCOMES = {
    Outcome.ANSWERED: "a pupil answered",
    Outcome.CHORAL: "the class answered together",
    Outcome.OVERLAPPED: "a pupil was already speaking",
    Outcome.REASKED: "she asked again",
    Outcome.CONTINUED: "she spoke again",
    Outcome.NAMED: "she said a few words, then a pupil answered",
    Outcome.TO_GROUP: "group work began",
    Outcome.TO_SILENT_WORK: "silent work began",
    Outcome.NONE: "nobody spoke",
}


def clock_time(seconds: float) -> str:
    """Minutes and seconds of a lesson.

    >>> clock_time(75.9)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def wait_line(wait: WaitTime) -> str:
    """One wait as it happened: `12:03  paused 3.2 s, a pupil answered`."""
    sure = "" if wait.usable and Flag.ROLE_WEAK not in wait.flags else "   (not sure)"
    return f"{clock_time(wait.t_end):>6}  paused {wait.offered_wait:.1f} s, {OUTCOMES[wait.outcome]}{sure}"


def as_json_line(value: Any) -> str:
    """One JSON object on one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(as_json_line(value))
    sys.stdout.flush()


def stop(error: WaitwiseError, *, as_json: bool = False) -> NoReturn:
    """Say what is wrong and what to do about it, and leave with status 1."""
    name, remedy = type(error).__name__, getattr(error, "remedy", None)
    if remedy is None and error.problem is not None:
        remedy = error.problem.teacher
    if as_json:
        code = error.problem.code if error.problem else None
        print_json({"error": name, "problem": code, "detail": str(error), "remedy": remedy})
    people.print(f"[bold red]{name}[/]: {error}", soft_wrap=True)
    if remedy:
        people.print(remedy, soft_wrap=True)
    raise typer.Exit(1)


@contextmanager
def progress(what: str, *, is_hidden: bool = False) -> Iterator[Any]:
    """A bar that moves: yields a function (done, all)."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=people,
        transient=True,
        disable=is_hidden or not people.is_terminal,
    )
    with bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_account(account: Account) -> None:
    """The account of a lesson as tables for people."""
    out = Console(highlight=False)
    waits = Table(title="Pauses after the teacher spoke", title_justify="left")
    waits.add_column("at", justify="right")
    waits.add_column("paused", justify="right")
    waits.add_column("what came then")
    for column in ("answer", "then waited", "how sure"):
        waits.add_column(column, justify="right")
    for wait in account.waits:
        waits.add_row(
            clock_time(wait.t_end),
            f"{wait.offered_wait:.1f} s",
            OUTCOMES[wait.outcome],
            _seconds(wait.answer_len),
            _seconds(wait.wait2),
            f"{wait.conf:.0%}" if wait.usable else "not counted",
        )
    out.print(waits)
    print_summary(account, out)


def print_summary(account: Account, out: Console) -> None:
    """The lesson in numbers, each with its denominator."""
    if account.summary is None:
        return
    talk = account.summary.talk
    ratio = Table(title="Who spoke", title_justify="left", show_header=False)
    ratio.add_column("")
    ratio.add_column("", justify="right")
    if talk.teacher_share_of_talk is not None:
        ratio.add_row("teacher, of all talk", f"{talk.teacher_share_of_talk:.0%}")
    for label, share in (
        ("teacher, of the lesson", talk.teacher_share_of_lesson),
        ("pupils, of the lesson", talk.pupil_share_of_lesson),
        ("both at once", talk.overlap_share),
        ("group work", talk.group_share),
        ("quiet", talk.silence_share),
        ("silent work", talk.silent_work_share),
        ("played sound", talk.av_share),
        ("we could not hear", talk.unknown_share),
    ):
        if share > 0:
            ratio.add_row(label, f"{share:.0%}")
    out.print(ratio)
    out.print(f"Wait time 1: {_summary_line(account.summary.waits)}", soft_wrap=True)
    out.print(f"Wait time 2: {_summary_line(account.summary.waits2)}", soft_wrap=True)


def _summary_line(waits: WaitSummary) -> str:
    counted = f"{waits.n} of {waits.n_all} pauses counted (coverage {waits.coverage:.0%})"
    if waits.median is None:
        return f"{counted}; too few to say what is usual."
    spread = f"middle half {_seconds(waits.quartile_low)} to {_seconds(waits.quartile_high)}"
    return f"median {waits.median:.1f} s, {spread}; {counted}."


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
