"""`waitwise evaluate`: how far our numbers are from the truth, on any lessons whose truth is known.

::

    standard error    how far it is, what a file did not hold, which ways could not be asked
    standard output   tables, with --json one object
    exit code         0; with --gate 1 when a target is missed
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesson.problems import WaitwiseError
from waitwise import show
from waitwise.evaluate.report import print_report
from waitwise.evaluate.results import results
from waitwise.evaluate.run import evaluate as hear
from waitwise.evaluate.targets import is_missed

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command(epilog="Example: `waitwise evaluate my-lessons/`, or for a program `waitwise evaluate my-lessons/ --json`")
def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of sounds, each with its truth: NAME.truth.json, or labels."),
    ],
    teacher_voice: Annotated[
        bool, typer.Option("--teacher-voice", help="Hear each lesson again, knowing her voice from NAME.enrol.flac.")
    ] = False,
    gate: Annotated[bool, typer.Option("--gate", help="End with exit code 1 when a target is missed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Hear lessons whose truth is known, and say how far our numbers are from it.

    Prints, for each lesson and for all: which targets are met, waits found, false and missed, how far their lengths are
    off, what is told live, who spoke, group work, calibration, and the same by kind of lesson. Other voice detectors,
    those that are installed, stand beside ours, and once more when told who speaks. Of meetings and clips with labels
    of speech only (.rttm, .lab, .TextGrid) speech, silence and changes of turn are scored. Every figure and the format
    of the truth: docs/accuracy.md.
    """
    try:
        with show.progress("listening", is_hidden=as_json) as tell:
            heard = hear(folder, tell, teacher_voice=teacher_voice)
        told = results(heard)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    for one in heard.lessons:
        for warning in one.warnings:
            show.say(f"{one.lesson.name}: {warning}")
    for way, why in heard.left_out.items():
        show.say(f"{way} is left out: {why}.")
    if as_json:
        show.print_json(told)
    else:
        print_report(told)
    if gate and any(is_missed(row) for row in told.get("targets", ())):
        raise typer.Exit(1)
