"""The `waitwise` command: what people type.

::

    waitwise demo                                 a lesson through a unit and a school, on this machine
    waitwise analyse lesson.mp4                   waits and talk ratio of any recording
    waitwise open LESSON_DIR --identity FILE      a sealed lesson becomes a film, for whoever may
    waitwise unit record unit.toml --sound FILE   a unit records a lesson
    waitwise school serve school.toml             the school's server
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lesson.footage.errors import IdentityError
from lesson.footage.identity import Identity, read_identity
from lesson.problems import WaitwiseError
from lesson.wire import to_wire
from waitwise import show

OURS = {"analytics", "capture", "device", "lesson", "provisioning", "school", "sync", "waitwise"}

PROGRAMS = {
    "demo": ("waitwise.demo.command", "unit,school,demo"),
    "unit": ("waitwise.unit_cli", "unit"),
    "school": ("waitwise.school_cli", "school"),
}
"""Where a command lives, and the extras it needs: a unit installs no server, and a server no microphone."""


class _Programs(TyperGroup):
    """Loads a program when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order of the manual."""
        return ["demo", *super().list_commands(ctx), "unit", "school"]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the program, or say what has to be installed for it."""
        if cmd_name not in PROGRAMS:
            return super().get_command(ctx, cmd_name)
        module, extras = PROGRAMS[cmd_name]
        try:
            program = typer.main.get_command(importlib.import_module(module).app)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.split(".")[0] in OURS:
                raise
            needs = f"Needs more than is installed here: pip install 'waitwise[{extras}]'"
            absent = typer.Typer(help=needs)
            absent.command(help=needs)(lambda: show.stop(WaitwiseError(needs)))
            program = typer.main.get_command(absent)
        program.name = cmd_name
        return program


app = typer.Typer(
    cls=_Programs,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Waitwise records a lesson at one press of a button, measures the silence after each question in the room, "
        "and seals footage and numbers so that only the teacher and whoever she names can open them."
    ),
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


@app.command()
def analyse(
    file: Annotated[Path, typer.Argument(help="Any sound or film that FFmpeg reads, of any rate and channels.")],
    as_json: AsJson = False,
) -> None:
    """Hear who spoke in a recording, and how long each pause was.

    The sound is heard on this machine and goes nowhere. Prints tables for people; with `--json` one object with
    `states`, `waits`, `intervals`, `phases`, `summary`, `config_hash` and `version`.
    """
    from waitwise.analyse import analyse as hear  # noqa: PLC0415 - needs the unit's packages

    try:
        with show.progress("listening", is_hidden=as_json) as tell:
            account = hear(file, on_progress=lambda seconds: tell(seconds, None))
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    if as_json:
        show.print_json({"file": str(file), **to_wire(account)})
    else:
        show.print_account(account)


@app.command(name="open")
def open_(
    lesson_dir: Annotated[Path, typer.Argument(help="Folder of a sealed lesson: header.json and its segments.")],
    identity: Annotated[Path, typer.Option(help="Your identity file, from the account menu of the school's page.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The film to write.")],
    unit_key: Annotated[
        str | None,
        typer.Option(help="The unit's public key in hexadecimal digits, if you know it: no other is believed."),
    ] = None,
    account: Annotated[Path | None, typer.Option(help="Write the numbers of the lesson to this file, as JSON.")] = None,
    skip_damaged: Annotated[
        bool, typer.Option(help="Write what is intact, and name what is left out, instead of stopping.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Open a sealed lesson with your identity, and write it as a film that any player plays.

    Everything is verified first: signatures, the chain of segments, the manifest, each segment. When anything was
    altered, is missing or belongs elsewhere, the error names it, and nothing of the damaged part is written.
    The five words of a sealed identity are asked for, or read from the environment variable WAITWISE_PASSPHRASE.
    """
    from waitwise.open_lesson import open_lesson, open_private  # noqa: PLC0415 - a command loads what it needs

    try:
        me = _identity(identity)
        pinned = None if unit_key is None else _unit_key(unit_key)
        with show.progress("opening", is_hidden=as_json) as tell:
            opened = open_lesson(lesson_dir, me, out, unit_key=pinned, skip_damaged=skip_damaged, on_progress=tell)
        if account is not None and opened.account is not None:
            with open_private(account) as stream:
                stream.write(show.as_json_line(to_wire(opened.account)).encode())
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    except OSError as error:
        show.stop(WaitwiseError(str(error)), as_json=as_json)
    if as_json:
        show.print_json({"out": str(out), **to_wire(opened), "account": None if account is None else str(account)})
        return
    show.people.print(
        f"Wrote {show.plain(str(out))}: {opened.duration_s:.0f} s in {opened.segments} segments.", soft_wrap=True
    )
    for sentence in opened.left_out:
        show.people.print(f"Left out: {show.plain(sentence)}", soft_wrap=True)
    if opened.end not in (None, "stopped"):
        show.people.print("The recording was interrupted; this is what the unit had saved.")


def _identity(path: Path) -> Identity:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise IdentityError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return read_identity(data, os.environ.get("WAITWISE_PASSPHRASE"))
    except IdentityError:
        if os.environ.get("WAITWISE_PASSPHRASE") or not show.people.is_terminal:
            raise
    return read_identity(data, typer.prompt("Your five words", hide_input=True))


def _unit_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise WaitwiseError(f"{text!r} is no public key: 64 hexadecimal digits were expected.")
    return key


def main() -> None:
    """Run the command."""
    app()
