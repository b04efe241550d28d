"""Tables and progress for people, JSON for machines.

::

    standard output   tables, waits, addresses       with --json: one object, and nothing else
    standard error    sentences, errors, progress    with --json: errors, and a bar when somebody watches

Progress is a bar on a terminal. Where nobody watches (a log, a pipe) it is a line after two seconds and then one every
ten; with `--json` none.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from capture.microphone_names import Listed
from lesson.evidence import Aspect, Evidence
from lesson.problems import WaitwiseError
from lesson.talk import Account, Flag, Outcome, Summary, WaitSummary, WaitTime
from lesson.wire import to_wire

people = Console(stderr=True, highlight=False)
"""Where sentences for people go."""

FIRST_LINE, NEXT_LINE = 2.0, 10.0
"""Seconds until a progress in lines says something, and then between two of them."""

Tell = Callable[[float, float | None], None]
"""How far a long piece of work is: what is done, and of how much if that is known."""

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


def plain(text: str) -> str:
    r"""Text that may quote a file of somebody else's, so that it cannot speak to the terminal.

    >>> plain("[bold]\x1b]0;mine")
    '\\[bold]\ufffd]0;mine'
    """
    return escape("".join(letter if letter.isprintable() else "\ufffd" for letter in text))


def as_json_line(value: Any) -> str:
    """One JSON object on one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(as_json_line(value))
    sys.stdout.flush()


def say(sentence: str) -> None:
    """One sentence for people, as it is: brackets in a file's name are no markup, and nothing is wrapped."""
    people.print(plain(sentence), soft_wrap=True)


def print_microphones(microphones: list[Listed], *, as_json: bool) -> None:
    """What can be written into a unit's settings."""
    if as_json:
        print_json({"microphones": [to_wire(each) for each in microphones]})
        return
    table = Table(title="Microphones", title_justify="left")
    for column in ("name", "USB id", "channels", "in use"):
        table.add_column(column)
    for each in microphones:
        in_use = {True: "yes", False: "no", None: "-"}[each.is_in_use]
        table.add_row(plain(each.name), plain(each.usb_id or "-"), str(each.channels or "-"), in_use)
    Console(highlight=False).print(table)


def stop(error: WaitwiseError, *, as_json: bool = False, to_technician: bool = False) -> NoReturn:
    """Say what is wrong and what to do about it, and leave with status 1.

    Who types `unit` and `school` is the technician: telling her to tell the technician would help nobody.
    """
    name, remedy = type(error).__name__, getattr(error, "remedy", None)
    if error.problem is not None and (remedy is None or to_technician):
        remedy = error.problem.technician if to_technician else error.problem.teacher
    if as_json:
        code = error.problem.code if error.problem else None
        print_json({"error": name, "problem": code, "detail": str(error), "remedy": remedy})
    people.print(f"[bold red]{name}[/]: {plain(str(error))}", soft_wrap=True)
    if remedy:
        say(remedy)
    raise typer.Exit(1)


@contextmanager
def progress(what: str, *, is_hidden: bool = False) -> Iterator[Tell]:
    """Yield a function that is told how far the work is. `is_hidden`: a program reads along, say nothing to it."""
    if not people.is_terminal:
        yield (lambda _done, _total: None) if is_hidden else _Lines(what).tell
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=people,
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Lines:
    """Progress where no bar can be drawn."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + FIRST_LINE

    def tell(self, done: float, total: float | None) -> None:
        """Say a line if one is due."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + NEXT_LINE
            share = f" {min(done / total, 1.0):.0%}" if total else ""
            say(f"{self._what} ...{share}")


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
    out.print(waits if account.waits else "No pause after the teacher spoke was heard.")
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
    if talk.teacher_share_of_talk_range is not None:
        low, high = talk.teacher_share_of_talk_range.low, talk.teacher_share_of_talk_range.high
        out.print(f"Her share of talk lies between {low:.0%} and {high:.0%}, 95 times of 100.", soft_wrap=True)
    goal = account.summary.waits.goal_counts
    reached = f"{goal.yes} yes, {goal.borderline} borderline, {goal.no} no"
    out.print(f"Wait time 1: {_summary_line(account.summary.waits)}", soft_wrap=True)
    out.print(f"             the goal of {account.summary.waits.goal:g} s: {reached}.", soft_wrap=True)
    out.print(f"Wait time 2: {_summary_line(account.summary.waits2)}", soft_wrap=True)
    print_evidence(account.summary, out)


FIGURES = (("wait time 1", "waits"), ("wait time 2", "waits2"), ("shares of talk", "talk"))


def print_evidence(summary: Summary, out: Console) -> None:
    """How far each figure can be trusted: a grade an aspect, then what is not good in sentences."""
    table = Table(title="How sure", title_justify="left")
    table.add_column("")
    for aspect in Aspect:
        table.add_column(aspect.value)
    says: list[str] = []
    for name, figure in FIGURES:
        evidence: Evidence = getattr(summary, figure).evidence
        grades = {ground.aspect: ground.grade.value for ground in evidence.grounds}
        table.add_row(name, *(grades.get(aspect, "-") for aspect in Aspect))
        says += [f"{name}: {sentence}" for sentence in (evidence.refused, *evidence.says) if sentence is not None]
    out.print(table)
    for sentence in says:
        out.print(plain(sentence), soft_wrap=True)


def _summary_line(waits: WaitSummary) -> str:
    counted = f"{waits.n} of {waits.n_all} pauses counted (coverage {waits.coverage:.0%})"
    if waits.median is None:
        return f"{counted}; too few to say what is usual."
    spread = f"middle half {_seconds(waits.quartile_low)} to {_seconds(waits.quartile_high)}"
    return f"median {waits.median:.1f} s, {spread}; {counted}."


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
