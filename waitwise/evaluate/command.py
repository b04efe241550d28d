"""`waitwise evaluate`: how far our numbers are from the truth, on any lessons whose truth is known.

::

    standard error    how far it is, what a file did not hold
    standard output   tables, with --json one object
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesson.problems import WaitwiseError
from waitwise import show
from waitwise.evaluate.document import between_marks, read_document, write_document
from waitwise.evaluate.report import as_markdown, print_report
from waitwise.evaluate.run import evaluate as hear
from waitwise.evaluate.run import report

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command(epilog="Example: `waitwise evaluate my-lessons/`, or for a program `waitwise evaluate my-lessons/ --json`")
def evaluate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of NAME.flac or NAME.wav, each with NAME.truth.json.")
    ],
    write: Annotated[
        Path | None, typer.Option(help="Write the tables into this Markdown document, between its two marks.")
    ] = None,
    teacher_voice: Annotated[
        bool, typer.Option("--teacher-voice", help="Hear each lesson again, knowing her voice from NAME.enrol.flac.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Hear lessons whose truth is known, and say how far our numbers are from it.

    Prints, for each lesson and for all: waits found, false and missed at three tolerances, how far their lengths are
    off, who spoke, group work, calibration, and the same by kind of lesson. Three simple ways to hear, and two that
    are told who speaks, stand beside ours. Every figure and the format of the truth: docs/developer/accuracy.md.
    """
    try:
        document = None if write is None else read_document(write)
        with show.progress("listening", is_hidden=as_json) as tell:
            scored = hear(folder, tell, teacher_voice=teacher_voice)
        told = report(scored)
        if write is not None and document is not None:
            write_document(write, between_marks(document, as_markdown(told), write.name))
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    for one in scored:
        for warning in one.warnings:
            show.say(f"{one.lesson.name}: {warning}")
    if as_json:
        show.print_json(told)
        return
    print_report(told)
