"""What records, and what is typed by hand: `waitwise unit run`, `record`, `send`, `trust`, `microphones`."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

import typer

from capture.hearing_process import list_microphones
from capture.secrecy import keep_memory_private
from device.asked import Asked
from device.clock import SystemClock
from device.journal import log_as_a_service
from device.lamp import NoPanel, Panel
from device.notify import Notifier
from device.pedal import Pedal
from device.program import UnitProgram
from device.recipients import meet
from device.recipients import trust as trust_person
from device.room import room_of
from device.school_side import SchoolSide
from device.settings import UnitSettings, read
from device.state import UnitState
from device.sync_socket import SyncClient
from device.typed_button import listen_to
from device.unit import Unit
from lesson.footage.recipients import check_words
from lesson.problems import ALL, WaitwiseError
from lesson.talk import Account, Heard
from lesson.wire import to_wire
from sync.uploader import Did
from waitwise import show, sources
from waitwise.errors import CommandError
from waitwise.unit_options import AsJson, SettingsFile, service_settings, with_socket

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)

Patience = Annotated[float, typer.Option(min=0, help="Seconds to go on sending; 0: until everything has arrived.")]


@app.command(epilog="Example: `waitwise unit run unit.toml --typed`")
def run(
    settings: SettingsFile,
    typed: Annotated[
        bool, typer.Option("--typed", help="Presses are typed: Enter is a short one; or the words double, hold.")
    ] = False,
    sync: Annotated[
        Path | None,
        typer.Option(
            help="Socket of `waitwise unit sync`, which then does all sending. Without it: this program does."
        ),
    ] = None,
    socket: Annotated[
        Path | None,
        typer.Option(help="Where the unit's page asks and follows. Without it: `socket.path` in the settings."),
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="Account of the unit's page. Without it: `socket.user` in the settings.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Be the unit: wait for a press, record a lesson, and wait again, until somebody ends the program.

    Ctrl+C and SIGTERM end it; a lesson that is recorded then ends in good order, as with a press. What is not sent is
    sent after the next start.
    """
    log_as_a_service(os.environ)
    notifier = Notifier(os.environ)
    try:
        told = with_socket(service_settings(settings), socket, user)
        with _recorder(told, sync) as unit, contextlib.closing(_panel(unit.settings)) as panel:
            program = UnitProgram(unit, room_of(unit.settings), SystemClock(), panel=panel, notifier=notifier)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: program.leave())
            if typed:
                listen_to(sys.stdin, program.gesture)
            with contextlib.ExitStack() as opened:
                if (pedal := unit.settings.panel.pedal) is not None:
                    opened.callback(Pedal(pedal, lambda is_down: program.edge(is_down=is_down)).close)
                asked = opened.enter_context(contextlib.closing(Asked(unit.settings.socket, program)))
                program.run(_Told(asked, as_json=as_json))
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)
    finally:
        notifier.close()


@app.command(epilog="Example: `waitwise unit record unit.toml --microphone 0b0e:0412 --title 'Why do things float?'`")
def record(
    settings: SettingsFile,
    microphone: Annotated[
        str | None,
        typer.Option(help="Name or USB id of the microphone to record from. Without it: the one in the settings."),
    ] = None,
    sound: Annotated[Path | None, typer.Option(help="Sound or film to record from, instead of a microphone.")] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            help="Film to take the picture from. Without it: the camera in the settings; with --sound, a chart."
        ),
    ] = None,
    mask: Annotated[
        str | None,
        typer.Option(help="Name of the privacy mask for this class. Without it: the one in the settings."),
    ] = None,
    no_picture: Annotated[bool, typer.Option("--no-picture", help="Record sound only.")] = False,
    title: Annotated[str | None, typer.Option(help="What the lesson is called. The school can read it.")] = None,
    teacher: Annotated[str | None, typer.Option(help="Whose lesson it is, if the unit knows several teachers.")] = None,
    speed: Annotated[
        float, typer.Option(min=0, help="How many times faster than real time a file is; 0: as fast as it goes.")
    ] = 1.0,
    patience: Patience = 0.0,
    as_json: AsJson = False,
) -> None:
    """Record one lesson and bring it to the school.

    Each pause is printed as it happens. Footage and numbers are sealed before they touch the disk. When the school
    cannot be reached the lesson waits in the unit's folder: `waitwise unit send` brings it later.

    Ctrl+C ends the lesson as the unit's button does; pressed again it ends the sending, and loses nothing.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        with (
            _Whole(read(settings)) as whole,
            contextlib.closing(sources.microphone(whole.unit, microphone, sound, speed, as_json=as_json)) as heard,
        ):
            unit = whole.unit
            lesson = unit.lesson(
                teacher=teacher,
                title=title,
                microphone=heard,
                camera=None if no_picture else sources.camera(unit, heard, picture, mask, as_json=as_json),
                on_heard=lambda event: _print_heard(event, as_json=as_json),
            )
            if as_json:
                show.print_json({"lesson": lesson.lesson_id, "folder": str(lesson.folder)})
            else:
                show.say(f"Recording in {unit.settings.room}. Ctrl+C ends the lesson.")
            with _Button() as button:
                account = lesson.run(button.is_pressed)
            _print_end(account, heard.warnings, lesson.recorder.segments, lesson.evidence, as_json=as_json)
            _send(whole.school, patience, as_json=as_json)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)


@app.command(epilog="Example: `waitwise unit send unit.toml --patience 600`")
def send(settings: SettingsFile, patience: Patience = 0.0, as_json: AsJson = False) -> None:
    """Bring everything that is waiting in the unit's folder to the school, and what a power cut left behind.

    The status is 1 when something is still waiting at the end.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        with _Whole(read(settings)) as whole:
            _send(whole.school, patience, as_json=as_json)
            if not whole.school.sending.is_done:
                raise typer.Exit(1)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)


@app.command(epilog="Example: `waitwise unit trust unit.toml`")
def trust(
    settings: SettingsFile,
    yes: Annotated[bool, typer.Option("--yes", help="The words were compared already; do not ask.")] = False,
) -> None:
    """Let the unit record for teachers who made their keys after it first met its school, or made new ones.

    Shows four words for each. The same four stand on her key card, and on her own page in the account menu: if they
    differ, somebody has changed a key on the way, and nothing should be recorded. A key card that is held to the unit's
    camera, with the button held as well, does the same without this command.
    """
    try:
        with _Whole(read(settings)) as whole:
            unit, listed = whole.unit, whole.school.listed()
            if listed is None:
                raise CommandError("The school cannot be reached.", "Check network and settings, then try again.")
            known = meet(unit.settings.folder, listed, by_cards=unit.settings.meets_by_cards)
            new = known.strangers
            for person in new:
                show.say(f"{person.name}: {' '.join(check_words(person.recipient.kid))}")
                if yes or typer.confirm("Are these the four words on her card, or on her page?", err=True):
                    known = trust_person(unit.settings.folder, known, person)
                    show.say(f"The unit records for {person.name} from now on.")
            if not new:
                show.say("The unit knows everybody the school lists.")
    except WaitwiseError as error:
        show.stop(error, to_technician=True)


@app.command(epilog="Example: `waitwise unit microphones`")
def microphones(as_json: AsJson = False) -> None:
    """List the microphones of this computer, with the names and USB ids that the settings can have.

    The USB id is the better one: it is the same in every port and after every start.
    """
    try:
        show.print_microphones(list_microphones(), as_json=as_json)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)


@contextlib.contextmanager
def _recorder(settings: UnitSettings, sync: Path | None) -> Iterator[Unit]:
    """A unit that records; what sends is in this program, or behind a socket."""
    if sync is None:
        with _Whole(settings) as whole:
            yield whole.unit
        return
    keep_memory_private()
    with SyncClient(sync) as school, contextlib.closing(Unit(settings, SystemClock(), school)) as unit:
        yield unit


def _panel(settings: UnitSettings) -> Panel:
    if not settings.panel.has_pins:
        return NoPanel()
    # Only a unit with pins has the library for them.
    from device.gpio import GpioPanel  # noqa: PLC0415

    return GpioPanel(settings.panel)


class _Told:
    """Tells the page what a unit does, and prints it when it changes."""

    def __init__(self, asked: Asked, *, as_json: bool) -> None:
        self._asked, self._as_json = asked, as_json
        self._last = ""

    def __call__(self, state: UnitState) -> None:
        """A new state: printed as JSON, or as a sentence where that is another one."""
        self._asked.tell(state)
        if self._as_json:
            show.print_json(to_wire(state))
            return
        problems = [problem.title for problem in ALL if problem.code in state.problems]
        sentence = " - ".join([state.doing, *problems])
        if sentence != self._last:
            self._last = sentence
            show.say(sentence)


class _Button:
    """Ctrl+C while a lesson is recorded: ends it in good order, instead of the program."""

    def __init__(self) -> None:
        self._presses = 0

    def is_pressed(self) -> bool:
        """Whether the lesson should end."""
        return self._presses > 0

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, lambda *_: self._press())
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _press(self) -> None:
        self._presses += 1
        if self._presses > 1:
            raise KeyboardInterrupt


class _Whole:
    """A unit in one program, that records and sends while it is open."""

    def __init__(self, settings: UnitSettings) -> None:
        keep_memory_private()
        self._parts = contextlib.ExitStack()
        with contextlib.ExitStack() as parts:
            self.school = parts.enter_context(SchoolSide(settings, SystemClock()))
            self.unit = parts.enter_context(contextlib.closing(Unit(settings, SystemClock(), self.school)))
            self._parts = parts.pop_all()

    def __enter__(self) -> Self:
        self.school.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()


def _print_heard(heard: Heard, *, as_json: bool) -> None:
    if as_json:
        show.print_json({key: value for key, value in to_wire(heard).items() if value is not None})
    elif heard.wait is not None and heard.wait.answer_len is None:
        typer.echo(show.wait_line(heard.wait))


def _print_end(account: Account, warnings: list[str], segments: int, evidence: int, *, as_json: bool) -> None:
    if as_json:
        show.print_json({"account": to_wire(account)})
        show.print_json({"sealed": {"segments": segments, "evidence": evidence}, "warnings": warnings})
        return
    show.print_account(account)
    for warning in warnings:
        show.say(warning)


def _send(school: SchoolSide, patience: float, *, as_json: bool) -> None:
    until = time.monotonic() + patience if patience > 0 else float("inf")
    at_start = school.outbox.waiting_segments
    with show.progress("sending to the school", is_hidden=as_json) as tell, contextlib.suppress(KeyboardInterrupt):
        while not school.sending.is_done and time.monotonic() < until:
            tell(at_start - school.outbox.waiting_segments, at_start)
            time.sleep(0.1)
    waiting = {"segments": school.outbox.waiting_segments, "events": school.outbox.waiting_events}
    problems = [problem.code for problem in school.sending.problems]
    if as_json:
        lessons = sum(school.outbox.lessons().values())
        show.print_json(
            {"sent": school.sending.done[Did.SENT], "receipts": lessons, "waiting": waiting, "problems": problems}
        )
    elif school.sending.is_done:
        show.say("The school has everything, and signed for it.")
    else:
        show.say(f"Still waiting for the school: {waiting['segments']} segments, {waiting['events']} events.")
        show.say("They are safe in the unit's folder. `waitwise unit send` brings them later.")
        for problem in dict.fromkeys(school.sending.problems):
            show.say(f"{problem.title}. {problem.technician}")
