"""A whole unit as it stands in a classroom, with its school, and everything about it that can break.

::

    paplay --> PulseAudio --> PortAudio's process --.
    stand-in sensor --> picamera2's process --------+--> waitwise unit run --> waitwise unit sync --> broker, school
    test --> mock pins: button --> <-- lamps ------'

Each box is a process of its own that can be killed, stopped, or taken away, and is started again as it would be: the
unit's by what watches over it, the school's by its own. Nothing is replaced by a mock but the pins and the sensor.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from lesson.footage.identity import Identity, read_identity
from lesson.footage.opening import OpenLesson
from lesson.sound import RATE_HZ
from provisioning.throw_away import ThrowAwayAuthority
from tests.suites.camera_sensor import Sensor
from tests.suites.gpio_board import Board
from tests.suites.programs import HOUSE
from tests.suites.sound_server import SoundServer, program, sound_server, write_wav
from waitwise.demo.world import World, free_port

PATIENCE = 60.0
WIDTH, HEIGHT, RATE_HZ_OF_PICTURES = 1280, 720, 12.5
"""What a unit's settings are when they say nothing."""
BUTTON, RED, GREEN, BLUE, ROOM_LIGHT = 17, 22, 23, 24, 25


@dataclass(slots=True)
class BreakableWorld(World):
    """The demo's broker and school, which can be killed, and started again where they were."""

    commands: dict[str, list[str]] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        World.start(self)
        # Started again they must be where the unit knows them.
        url = self.unit_settings.read_text().split('url = "https://')[1].split('"')[0]
        port = url.rpartition(":")[2].rstrip("/")
        settings = self.school_settings.read_text()
        self.school_settings.write_text(settings.replace("units_port = 0", f"units_port = {port}"))

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    def revive(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.commands[name], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        World.close(self)

    def _spawn(self, name: str, command: list[str], stdout: int) -> subprocess.Popen[bytes]:
        self.commands[name] = command
        self.processes[name] = World._spawn(self, name, command, stdout)
        return self.processes[name]


@dataclass
class WholeUnit:
    """The unit's programs, its pins and its world."""

    world: BreakableWorld
    sound: SoundServer
    sensor: Sensor
    folder: Path
    has_small_card: bool
    """Its folder is a file system that can be filled."""
    programs: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    said: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    """What `unit run` printed, and when."""

    @property
    def board(self) -> Board:
        return Board(self.folder / "pins")

    @property
    def lessons(self) -> list[Path]:
        """The folders of its lessons, the oldest first."""
        headers = (self.folder / "lessons").glob("*/header.json")
        return [header.parent for header in sorted(headers, key=lambda header: header.stat().st_mtime)]

    @property
    def identity(self) -> Identity:
        return read_identity(self.world.identity_file.read_bytes(), self.world.passphrase)

    def start(self) -> None:
        """Switch it on, and wait for its button. What it said before it was killed says nothing of that."""
        before = len(self.said)
        (self.folder / "pins").unlink(missing_ok=True)
        pins, settings, socket = self.folder / "pins", self.world.unit_settings, self.folder / "sync.sock"
        self.revive_sync()
        self._start("run", "tests.suites.gpio_board", pins, "unit", "run", settings, "--sync", socket, "--json")
        self.until((self.folder / "pins").exists)
        self.until(lambda: len(self.said) > before and self.said[-1][1].get("teacher"))

    def revive_sync(self) -> None:
        """Start the program that sends."""
        settings, socket = self.world.unit_settings, self.folder / "sync.sock"
        self._start("sync", "waitwise", "unit", "sync", settings, "--socket", socket)

    def kill(self) -> None:
        """Pull its plug: every program of the unit is killed at once."""
        for each in self.programs.values():
            for child in children(each.pid):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            each.kill()
            each.wait()

    def stop(self) -> None:
        """Switch it off in good order."""
        for each in self.programs.values():
            each.send_signal(signal.SIGTERM)
        for each in self.programs.values():
            each.wait(PATIENCE)

    def child(self, module: str) -> int:
        """The process id of the part of `unit run` that is `python -m module`."""
        for child in children(self.programs["run"].pid):
            with suppress(OSError):
                if module in Path(f"/proc/{child}/cmdline").read_text():
                    return child
        raise LookupError(module)

    def press(self, seconds: float = 0.1) -> float:
        """Press the button for so long; the moment it went down."""
        pressed_at = time.monotonic()
        self.board.set(BUTTON, is_down=True)
        time.sleep(seconds)
        self.board.set(BUTTON, is_down=False)
        return pressed_at

    def lamp_after(self, moment: float) -> float:
        """When the teacher's lamp first changed after a moment."""

        def changes() -> list[float]:
            lit = [at for pin in (RED, GREEN, BLUE) for at, _ in self.board.states(pin)]
            return [at for at in lit if at >= moment]

        self.until(lambda: bool(changes()))
        return min(changes())

    def until(self, is_so: Callable[[], object]) -> None:
        give_up_at = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < give_up_at, (self.folder / "run.log").read_text()[-3000:]
            time.sleep(0.01)

    def until_it_is(self, doing: str) -> dict[str, Any]:
        """Wait until it says so; what it said."""
        self.until(lambda: self.said and self.said[-1][1].get("doing") == doing)
        return self.said[-1][1]

    def opened(self, lesson: Path) -> OpenLesson:
        manifest = lesson / "manifest.json"
        return OpenLesson(
            (lesson / "header.json").read_bytes(),
            [stanza.read_bytes() for stanza in (lesson / "stanzas").iterdir()],
            (lesson / "links.jsonl").read_bytes(),
            manifest.read_bytes() if manifest.exists() else None,
            self.identity,
        )

    def _start(self, name: str, module: str, *arguments: str | Path) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments)],
                env={**os.environ, **self.sound.environment, **self.sensor.environment},
                cwd=HOUSE,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.programs[name] = started
        threading.Thread(target=self._listen, args=(started,), daemon=True).start()

    def _listen(self, program: subprocess.Popen[str]) -> None:
        assert program.stdout is not None
        for line in program.stdout:
            with suppress(ValueError):  # the half line of a killed program
                self.said.append((time.monotonic(), json.loads(line)))
        program.stdout.close()


SMALL_CARD = "900m"
"""Room for the lessons of ten minutes of faults, and for the longest lesson there can be here."""
LONGEST_MINUTES = 15


@contextmanager
def small_card(folder: Path) -> Iterator[bool]:
    """A file system of the unit's own, which can be filled; not there without root's rights."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_CARD},mode=0750", "tmpfs", str(folder)]
    before = shutil.copytree(folder, folder.with_name("unit-before"))
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        yield False
        return
    try:
        shutil.copytree(before, folder, dirs_exist_ok=True)
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def whole_unit(folder: Path) -> Iterator[WholeUnit]:
    """Everything running, and the unit waiting for its button."""
    with ExitStack() as stack:
        for name in ("sound", "world"):
            (folder / name).mkdir()
        sound = stack.enter_context(sound_server(folder / "sound"))
        stack.enter_context(room_noise(sound))
        made = BreakableWorld(
            folder=folder / "world",
            authority=ThrowAwayAuthority(folder / "world" / "authority", datetime.now(tz=UTC), is_demo=True),
            browser_port=free_port(),
        )
        stack.callback(made.close)
        made.start()
        has_small_card = stack.enter_context(small_card(made.folder / "unit"))
        settings = made.unit_settings.read_text()
        pins = f"button = {BUTTON}\nred = {RED}\ngreen = {GREEN}\nblue = {BLUE}\nroom_light = {ROOM_LIGHT}\n"
        settings = settings.replace('source = "chart"', 'source = "picamera"')
        own = f'microphone = "mic"\nlongest_minutes = {LONGEST_MINUTES}\n'
        made.unit_settings.write_text(f"{own}{settings}\n[panel]\n{pins}")
        unit = WholeUnit(made, sound, Sensor(folder / "sensor.json"), made.folder / "unit", has_small_card)
        stack.callback(unit.kill)
        unit.start()
        yield unit


@contextmanager
def room_noise(sound: SoundServer) -> Iterator[None]:
    """What every room sounds like when nobody speaks: without it the microphone would count as muted."""
    noise = np.random.default_rng(1).integers(-4, 5, 1800 * RATE_HZ).astype(np.int16)
    path = write_wav(sound.folder / "room.wav", noise, RATE_HZ)
    command = [program("paplay"), "--device=classroom", str(path)]
    with subprocess.Popen(command, env={**os.environ, **sound.environment}) as playing:
        try:
            yield
        finally:
            playing.kill()


def children(pid: int) -> list[int]:
    """All processes below one."""
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found += [int(child) for child in (thread / "children").read_text().split()]
    found = list(dict.fromkeys(found))
    return found + [below for child in found for below in children(child)]
