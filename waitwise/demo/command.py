"""`waitwise demo`: what it asks, and what it says to people.

::

    standard error    each pause as it happens, who spoke, the address of the page, her five words
    standard output   with --json: one object at the end

Ctrl+C before the lesson is over is status 130, afterwards it is the way to end. Either way nothing is left behind.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.text import Text

from capture.file_camera import FileCamera
from capture.file_microphone import FileMicrophone
from lesson.problems import WaitwiseError
from waitwise import show
from waitwise.demo.page import first_frame_ms
from waitwise.demo.run import Played, Recording, Stopwatch, play, report
from waitwise.demo.truth import SOUND, TITLE
from waitwise.demo.world import TEACHER, DemoError, World, world

PICTURE = (1280, 720)
"""Width and height that a film is asked for. Only to look whether there is one."""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command(epilog="Example: `waitwise demo --sound lesson.mp4 --picture lesson.mp4 --speed 4`")
def demo(
    headless: Annotated[
        bool,
        typer.Option("--headless", help="Look at the page with an invisible browser, if there is one, and end."),
    ] = False,
    sound: Annotated[Path | None, typer.Option(help="Your own recording instead of the demo lesson.")] = None,
    picture: Annotated[Path | None, typer.Option(help="A film for the picture instead of the test chart.")] = None,
    speed: Annotated[float, typer.Option(min=0, help="Times faster than real time; 0: as fast as it goes.")] = 8.0,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the lesson page; 0 takes a free one.")] = 0,
    keep: Annotated[Path | None, typer.Option(help="A new folder for everything, kept at the end.")] = None,
    screenshot: Annotated[Path | None, typer.Option(help="With --headless: save a picture of the page here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object, for programs.")] = False,
) -> None:
    """Play a lesson through a unit, a broker and a school on this machine, and open its page.

    Nothing leaves this machine. Each pause is printed as it happens; then comes the address of the lesson page, which
    only the teacher's key opens. With `--headless --json` the last line is one JSON object: what was found, sealed,
    uploaded and acknowledged, when the page showed its first frame, and how long each stage took.
    """
    title = TITLE if sound is None else sound.stem
    recording = Recording(sound or SOUND, picture, title, speed)
    # Ended by SIGTERM, the demo still stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: _interrupt())
    try:
        _expect_recording(recording)
        with _folder(keep) as folder, _Servers(folder, port) as servers:
            _run(
                servers, recording, headless=headless, screenshot=screenshot, as_json=as_json, is_kept=keep is not None
            )
    except KeyboardInterrupt:
        show.say("Stopped. Nothing is left of it." if keep is None else f"Stopped. {keep} has what there was.")
        raise typer.Exit(130) from None
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)


def _expect_recording(recording: Recording) -> None:
    """Look at the files before servers are started for them."""
    FileMicrophone(recording.sound).close()
    if recording.picture is not None:
        FileCamera(recording.picture, *PICTURE).close()


def _run(
    servers: _Servers,
    recording: Recording,
    *,
    headless: bool,
    screenshot: Path | None,
    as_json: bool,
    is_kept: bool,
) -> None:
    watch = Stopwatch()
    say = show.people.print
    say("Starting a broker, a school and a unit on this machine ...")
    with watch.stage("set_up"):
        demo_world = servers.start()
    say(f"{TEACHER} presses the button.  {recording.title}", highlight=False)
    with watch.stage("lesson"):
        played = play(demo_world, recording, lambda wait: say(show.wait_line(wait), soft_wrap=True))
    address = demo_world.lesson_address(played.lesson)
    first_frame = None
    if headless:
        with watch.stage("page"):
            first_frame = first_frame_ms(address, screenshot)
    result = report(demo_world, played, recording, watch.seconds) | {"page": first_frame}
    if played.account is not None:
        show.print_summary(played.account, show.people)
    if is_kept or not headless:
        _tell(demo_world, played, address)
    if not headless:
        if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            webbrowser.open(address)
        say("\nThe school keeps serving the page until you press Ctrl+C.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    if as_json:
        show.print_json(result)


def _tell(demo_world: World, played: Played, address: str) -> None:
    say = show.people.print
    say("\nHer lesson, opened in the browser and nowhere else. The link signs in once:\n")
    say(Text(address, style=f"bold link {address}"), soft_wrap=True)
    say("\nThe link brings her five words along; another browser asks for them, and so does this:\n", soft_wrap=True)
    say(f"Her five words: {demo_world.passphrase}", soft_wrap=True)
    say(f"Her recovery code: {demo_world.recovery_code}", soft_wrap=True)
    film = ("open", str(played.folder), "--identity", str(demo_world.identity_file), "-o", "lesson.mp4")
    show.say(f"As a film:      waitwise {shlex.join(film)}")


class _Servers:
    """The demo's world, made when asked for and stopped at the end."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._closing = contextlib.ExitStack()

    def start(self) -> World:
        """Start everything."""
        return self._closing.enter_context(world(self._folder, self._port))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="waitwise-demo-") as folder:
            yield Path(folder)
        return
    try:
        keep.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise DemoError(f"{keep} is there already.", "Name a new folder.") from error
    except OSError as error:
        raise DemoError(f"The folder {keep} cannot be made: {error.strerror}.", "Choose another place.") from error
    yield keep.resolve()


def _interrupt() -> None:
    raise KeyboardInterrupt
