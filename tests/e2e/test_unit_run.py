"""A unit as it stands in a room: `waitwise unit run`, pressed, with a sound card, a school, and systemd's socket.

::

    Enter  double  hold  hold  Enter      Enter   SIGTERM
    |---- lesson 1, marked, paused ---|   |--- lesson 2 ---|      both whole, sent, and acknowledged
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from device.asked import ASK, STATE
from device.commands import Mode, Start, command_to_wire
from device.local import LocalClient, LocalRefusedError
from device.state import UnitState
from lesson.sound import RATE_HZ
from lesson.wire import from_wire
from tests.suites.programs import waitwise
from tests.suites.sound_server import SoundServer, sound_server, write_wav
from waitwise.demo.world import World, waitwise_command, world

PATIENCE = 90.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    with sound_server(tmp_path_factory.mktemp("sound")) as running:
        yield running


@pytest.fixture(scope="module")
def noise(server: SoundServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The noise of an empty room, for as long as it takes."""
    path = tmp_path_factory.mktemp("noise") / "noise.wav"
    write_wav(path, np.random.default_rng(1).normal(0, 200, 240 * RATE_HZ).astype(np.int16), RATE_HZ)
    playing = subprocess.Popen(["paplay", "--device=classroom", str(path)])
    yield
    playing.terminate()
    playing.wait()


class Unit:
    """The program, what it says, and a finger."""

    def __init__(self, made: World, told: socket.socket) -> None:
        self.states: list[UnitState] = []
        self.process = subprocess.Popen(
            waitwise_command("unit", "run", str(made.unit_settings), "--typed", "--json"),
            env={**os.environ, "NOTIFY_SOCKET": str(told.getsockname()), "WATCHDOG_USEC": "3000000"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def ends(self) -> int:
        """End it as systemd does; its status."""
        self.process.send_signal(signal.SIGTERM)
        with self.process:
            self._listening.join(PATIENCE)
            return self.process.wait(PATIENCE)

    def press(self, gesture: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(gesture + "\n")
        self.process.stdin.flush()

    def until(self, is_so: Callable[[UnitState], Any]) -> UnitState:
        give_up_at = time.monotonic() + PATIENCE
        while not (self.states and is_so(self.states[-1])):
            assert self.process.poll() is None
            assert time.monotonic() < give_up_at, self.states[-3:]
            time.sleep(0.01)
        return self.states[-1]

    def until_it_is(self, doing: str) -> UnitState:
        return self.until(lambda state: state.doing == doing)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.states.append(from_wire(UnitState, json.loads(line)))


def test_a_day_in_a_room(noise: None, tmp_path: pathlib.Path) -> None:
    (tmp_path / "world").mkdir()
    with world(tmp_path / "world", 0) as made, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        words: list[bytes] = []
        threading.Thread(target=receive_all, args=(told, words), daemon=True).start()
        made.unit_settings.write_text('microphone = "mic"\n' + made.unit_settings.read_text())
        unit = Unit(made, told)
        unit.until(lambda state: state.teacher is not None)
        assert words[0] == b"READY=1"

        unit.press()
        unit.until(lambda state: state.doing == "recording" and state.level_db is not None)
        unit.press("double")
        unit.until(lambda state: state.lesson is not None and state.lesson.bookmarks == 1)
        unit.press("hold")
        unit.until_it_is("paused")
        unit.press("hold")
        unit.until_it_is("recording")
        time.sleep(2.5)
        unit.press()
        unit.until_it_is("ready")
        unit.press()
        unit.until_it_is("recording")
        time.sleep(2.5)

        assert unit.ends() == 0
        assert b"WATCHDOG=1" in words
        assert words.index(b"STATUS=recording") < words.index(b"STATUS=paused") < words.index(b"STOPPING=1")
        sent = waitwise("unit", "send", made.unit_settings, "--patience", "60", "--json")
        assert json.loads(sent.stdout)["receipts"] == 2
        first, second = sorted(
            (tmp_path / "world" / "unit" / "lessons").iterdir(),
            key=lambda folder: (folder / "header.json").stat().st_mtime,
        )
        for folder in (first, second):
            opened = waitwise(
                *("open", folder, "--identity", made.identity_file, "-o", tmp_path / f"{folder.name}.mp4", "--json"),
                WAITWISE_PASSPHRASE=made.passphrase,
            )
            assert json.loads(opened.stdout)["end"] == "stopped"


def receive_all(told: socket.socket, words: list[bytes]) -> None:
    with contextlib.suppress(OSError):
        while True:
            words.append(told.recv(200))


def test_a_unit_without_a_microphone_says_so_and_waits_on(server: SoundServer, tmp_path: pathlib.Path) -> None:
    (tmp_path / "world").mkdir()
    with world(tmp_path / "world", 0) as made, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        page = tmp_path / "page.sock"
        made.unit_settings.write_text(
            f'microphone = "Jabra"\n{made.unit_settings.read_text()}\n[socket]\npath = "{page}"\n'
        )
        unit = Unit(made, told)
        unit.until(lambda state: state.teacher is not None)
        client = LocalClient(page)
        with client.follow(STATE) as following:
            assert from_wire(UnitState, following.next(PATIENCE)).room == "Lab 2"
        with pytest.raises(LocalRefusedError, match="names its type"):
            client.ask(ASK, {"type": "explode"})
        client.ask(ASK, command_to_wire(Start(Mode.NUMBERS)))
        client.close()
        assert unit.until_it_is("refused").problems[0] == "microphone-unknown"
        assert list((made.folder / "unit" / "lessons").iterdir()) == []
        assert unit.ends() == 0
