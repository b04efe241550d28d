"""`waitwise self-test`: each thing that was tried on a line of its own, as soon as it is known."""

from __future__ import annotations

from typing import Annotated

import typer

from lesson.wire import to_wire
from waitwise import show
from waitwise.self_test import machine, self_test

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command(name="self-test", epilog="Example: `waitwise self-test`")
def try_everything(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Try on this computer what a unit does: hear a lesson, record and seal one, open it, refuse a damaged one, serve.

    The demo lesson is heard; eight seconds are recorded to a key that is thrown away. Nothing is kept. Which
    microphones, and which parts of the system for button and camera are there, is told and not judged. The status is 1
    when something does not work.
    """
    here = machine()
    if not as_json:
        typer.echo(", ".join(f"{name} {version}" for name, version in here.items()))
    outcomes = []
    for outcome in self_test():
        outcomes.append(outcome)
        if not as_json:
            verdict = "works" if outcome.is_good else "FAILS"
            typer.echo(f"{verdict}  {outcome.name:<12} {outcome.seconds:6.1f} s  {outcome.detail}")
    if as_json:
        show.print_json({"on": here, "tried": [to_wire(outcome) for outcome in outcomes]})
    if not all(outcome.is_good for outcome in outcomes):
        raise typer.Exit(1)
