"""`waitwise demo`: what it asks, and what it says to people."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

import typer

from lesson.problems import WaitwiseError
from waitwise import show
from waitwise.demo.page import first_frame_ms
from waitwise.demo.run import Played, Recording, Stopwatch, play, report
from waitwise.demo.truth import SOUND, TITLE
from waitwise.demo.world import TEACHER, DemoError, World, world

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option(help="Open no window: look at the page with an invisible browser, if there is one, and end.")
    ] = False,
    sound: Annotated[Path | None, typer.Option(help="Your own recording instead of the demo lesson.")] = None,
    picture: Annotated[Path | None, typer.Option(help="A film for the picture instead of the test chart.")] = None,
    speed: Annotated[float, typer.Option(help="How many times faster than real time; 0: as fast as it goes.")] = 8.0,
    port: Annotated[int, typer.Option(help="Port of the lesson page; 0 takes a free one.")] = 0,
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
        with _folder(keep) as folder, _Servers(folder, port) as servers:
            _run(servers, recording, headless=headless, screenshot=screenshot, as_json=as_json)
    except KeyboardInterrupt:
        show.people.print("Stopped.")
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)


def _run(servers: _Servers, recording: Recording, *, headless: bool, screenshot: Path | None, as_json: bool) -> None:
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
    _tell(demo_world, played, address)
    if not headless:
        if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            webbrowser.open(address)
        say("The school keeps serving the page until you press Ctrl+C.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    if as_json:
        show.print_json(result)


def _tell(demo_world: World, played: Played, address: str) -> None:
    say = show.people.print
    account = played.account
    if account is not None and account.summary is not None:
        show.print_summary(account, show.people)
    say(f"\nHer lesson, opened in the browser and nowhere else (the link signs in once):\n{address}", soft_wrap=True)
    say(f"Her five words: {demo_world.passphrase}", soft_wrap=True)
    say(
        f"Or as a film:  waitwise open {played.folder} --identity {demo_world.identity_file} -o lesson.mp4",
        soft_wrap=True,
    )


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
        keep.mkdir(parents=True)
    except FileExistsError as error:
        raise DemoError(f"{keep} is there already; name a new folder.") from error
    yield keep.resolve()


def _interrupt() -> None:
    raise KeyboardInterrupt
