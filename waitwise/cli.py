"""The `waitwise` command: what people type.

::

    waitwise demo                                 a lesson through a unit and a school, on this machine
    waitwise analyse lesson.mp4                   waits and talk ratio of any recording
    waitwise correct account.json                 say what an account has wrong, and every figure follows
    waitwise voice me.wav --identity FILE -o my.voice          her voice, learnt and sealed to her
    waitwise rehearse --sound FILE                pose, pause, name: each pause timed as it happens
    waitwise evaluate DIR                         how far our numbers are from lessons whose truth is known
    waitwise open LESSON_DIR --identity FILE -o lesson.mp4     a sealed lesson becomes a film, for whoever may
    waitwise unit record unit.toml --sound FILE   a unit records a lesson
    waitwise school serve school.toml             the school's server
    waitwise viewer FOLDER                        the lesson page as a file, for kept lessons, without a school
    waitwise self-test                            whether all of this works on this computer
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from lesson.problems import WaitwiseError
from lesson.version import VERSION
from lesson.wire import to_wire
from waitwise import show
from waitwise.errors import CommandError
from waitwise.programs import load

if TYPE_CHECKING:
    from waitwise.open_lesson import Opened

PROGRAMS = {
    "correct": ("waitwise.correct", "unit"),
    "demo": ("waitwise.demo.command", "unit,school,demo"),
    "evaluate": ("waitwise.evaluate.command", "unit"),
    "rehearse": ("waitwise.rehearse_cli", "unit"),
    "unit": ("waitwise.unit_cli", "unit"),
    "school": ("waitwise.school_cli", "school"),
    "viewer": ("waitwise.viewer_cli", "school"),
    "self-test": ("waitwise.self_test_cli", "unit"),
    "voice": ("waitwise.voice_cli", "unit"),
}
"""Where a command lives, and the extras it needs: a unit installs no server, and a server no microphone."""


class _Programs(TyperGroup):
    """Loads a program when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order of the manual."""
        return [
            "demo",
            *super().list_commands(ctx),
            "correct",
            "voice",
            "rehearse",
            "evaluate",
            "unit",
            "school",
            "viewer",
            "self-test",
        ]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the program, or say what has to be installed for it."""
        if cmd_name not in PROGRAMS:
            return super().get_command(ctx, cmd_name)
        module, extras = PROGRAMS[cmd_name]
        program = load(module, cmd_name, extras)
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


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"waitwise {VERSION}")
        raise typer.Exit


@app.callback()
def _waitwise(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: `waitwise analyse lesson.mp4`, or for a program `waitwise analyse lesson.mp4 --json`")
def analyse(
    file: Annotated[Path, typer.Argument(help="Any sound or film that FFmpeg reads, of any rate and channels.")],
    teacher_voice: Annotated[
        Path | None,
        typer.Option(
            help="Half a minute of the teacher alone, best recorded in the room, or what `waitwise voice` made of it: "
            "she is then known by it."
        ),
    ] = None,
    identity: Annotated[
        Path | None,
        typer.Option(help="Your identity file: opens the voice profile that `waitwise voice` sealed to you."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hear who spoke in a recording, and how long each pause was.

    The sound is heard on this machine and goes nowhere. Prints tables for people; with `--json` one object with
    `states`, `waits`, `intervals`, `phases`, `summary`, `warnings`, `config_hash` and `version`. What the file does not
    hold, or holds damaged, is said.
    """
    from waitwise.analyse import analyse as hear  # noqa: PLC0415 - needs the unit's packages

    try:
        teacher = None
        if teacher_voice is not None:
            from waitwise.voice import teacher_of  # noqa: PLC0415 - ten megabytes that hearing does not need

            teacher = teacher_of(teacher_voice, identity)
        with show.progress("listening", is_hidden=as_json) as tell:
            heard = hear(file, teacher, on_progress=tell)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    if as_json:
        show.print_json({"file": str(file), **to_wire(heard.account), "warnings": list(heard.warnings)})
        return
    show.print_account(heard.account)
    for warning in heard.warnings:
        show.say(f"{file.name}: {warning}")


@app.command(name="open", epilog="Example: `waitwise open lessons/3f2a --identity my-identity.json -o lesson.mp4`")
def open_(
    lesson_dir: Annotated[Path, typer.Argument(help="Folder of a sealed lesson: header.json and its segments.")],
    identity: Annotated[Path, typer.Option(help="Your identity file, from the account menu of the school's page.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The film to write.")],
    unit_key: Annotated[
        str | None,
        typer.Option(help="The unit's public key in hexadecimal digits, if you know it: no other is believed."),
    ] = None,
    account: Annotated[Path | None, typer.Option(help="Write the numbers of the lesson to this file, as JSON.")] = None,
    stills: Annotated[
        Path | None, typer.Option(help="Write the pictures that prove a privacy mask into this new folder.")
    ] = None,
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Write what is intact, and name what is left out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Open a sealed lesson with your identity, and write it as a film that any player plays.

    Everything is verified first: signatures, the chain of segments, the manifest, each segment. When anything was
    altered, is missing or belongs elsewhere, the error names it, and nothing of the damaged part is written.
    No file that is there already is written over. The five words of a sealed identity, or its recovery code, are
    asked for, or read from the environment variable `WAITWISE_PASSPHRASE`.
    """
    from waitwise.open_lesson import expect_place, open_lesson, open_private  # noqa: PLC0415 - a command loads what it needs

    try:
        expect_place(out)
        for place in filter(None, (account, stills)):
            expect_place(place)
        from waitwise.identity_file import identity_in  # noqa: PLC0415 - ten megabytes that hearing does not need

        me = identity_in(identity)
        pinned = None if unit_key is None else _public_key(unit_key, "A unit's public key")
        with show.progress("opening", is_hidden=as_json) as tell:
            opened = open_lesson(
                lesson_dir, me, out, unit_key=pinned, stills=stills, skip_damaged=skip_damaged, on_progress=tell
            )
        if account is not None and opened.account is not None:
            with open_private(account) as stream:
                stream.write(show.as_json_line(to_wire(opened.account)).encode())
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    except OSError as error:
        told = CommandError(f"{out} was not written: {error.strerror or error}.", "Choose a place with room, with -o.")
        show.stop(told, as_json=as_json)
    if as_json:
        show.print_json({"out": str(out), **to_wire(opened), "account": None if account is None else str(account)})
        return
    _tell_opened(opened, out, stills=stills, account=account)


def _tell_opened(opened: Opened, out: Path, *, stills: Path | None, account: Path | None) -> None:
    show.say(f"Wrote {out}: {opened.duration_s:.0f} s in {opened.segments} segments.")
    if opened.is_clip:
        show.say("Only these seconds of the lesson were shared with you.")
    for note in opened.notes:
        show.say(f"The note to it: {note}")
    if stills is not None:
        show.say(f"Wrote {opened.stills} pictures into {stills}: what was masked can be seen in them.")
    if account is not None:
        show.say(
            f"Wrote {account}." if opened.account else f"No numbers of this lesson are here: {account} is not made."
        )
    for sentence in opened.left_out:
        show.say(f"Left out: {sentence}")
    if opened.end not in (None, "stopped"):
        show.say("The recording was interrupted; this is what the unit had saved.")


@app.command(epilog="Example: `waitwise deletion lesson-3f2a.deletion.json --school 9ad1...`")
def deletion(
    file: Annotated[Path, typer.Argument(help="A deletion receipt, as the school's page saved it.")],
    school: Annotated[str, typer.Option(help="The school's public receipt key, 64 hexadecimal digits.")],
    as_json: AsJson = False,
) -> None:
    """Verify a school's signed word that it has destroyed a lesson, and say what it says.

    The key stands on the page beside the receipt; have it from the technician instead if you do not believe the page.
    It proves what the school said and when; that no copy is elsewhere nobody can prove.
    """
    from lesson.footage.deletion import Deletion  # noqa: PLC0415 - a command loads what it needs

    try:
        told = Deletion.verify(file.read_bytes().removesuffix(b"\n"), _public_key(school, "A school's receipt key"))
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    except OSError as error:
        show.stop(
            CommandError(f"{file} cannot be read: {error.strerror}.", "Name a deletion receipt."), as_json=as_json
        )
    if as_json:
        show.print_json(to_wire(told))
        return
    show.say(
        f"The signature holds. The school destroyed lesson {told.lesson} on {told.deleted_at:%d %B %Y, %H:%M} UTC:"
    )
    whose = "its teacher wanted it" if told.by.value == "teacher" else "its days were over"
    show.say(f"{told.segments} segments, {told.length_bytes:,} bytes, and every key to it; {whose}.")


def _public_key(text: str, what: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise CommandError(f"{text!r} is no public key.", f"{what} has 64 hexadecimal digits.")
    return key


def main() -> None:
    """Run the command."""
    app()
