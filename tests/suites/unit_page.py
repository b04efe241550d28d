"""A unit and its page as two real programs' worth: the recording one in the test, the page in a process of its own.

::

    Chromium --HTTPS--> waitwise unit page --socket--> UnitProgram, in a room that is drawn
                             '--number--> a terminal of the test's own: the room's screen
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Page

from device.asked import Asked
from device.clock import SystemClock
from device.lamp import NoPanel
from device.notify import Notifier
from device.presses import Gesture
from device.program import UnitProgram
from device.room import Room
from device.settings import SocketSettings
from device.state import Doing, UnitState
from lesson.footage.identity import Identity
from tests.suites.one_unit import OneUnit

PATIENCE = 60.0


@dataclass
class Screen:
    """What stands on the room's screen."""

    end: int
    text: str = ""

    def number(self) -> str:
        """The number that comes next."""
        give_up_at = time.monotonic() + PATIENCE
        while not (found := re.findall(r"is {2}(\d{3} \d{3})", self.text)):
            assert time.monotonic() < give_up_at, self.text
            self.read(0.1)
        self.text = ""
        return str(found[-1])

    def read(self, within: float) -> None:
        while select.select([self.end], [], [], within)[0]:
            self.text += os.read(self.end, 4096).decode()


@dataclass
class UnitAndPage:
    """Both, and the screen."""

    made: OneUnit
    program: UnitProgram
    asked: Asked
    address: str
    fingerprint: str | None
    screen: Screen
    journal: Path

    def until(self, doing: Doing) -> UnitState:
        give_up_at = time.monotonic() + PATIENCE
        while (state := self.program.state).doing is not doing:
            assert time.monotonic() < give_up_at, state
            time.sleep(0.01)
        return state

    def press(self) -> None:
        """The unit's button, short."""
        self.program.gesture(Gesture.SHORT)

    def press_twice(self) -> None:
        """The same twice, quickly."""
        self.program.gesture(Gesture.DOUBLE)

    def pair(self, page: Page) -> None:
        """As somebody in the room does."""
        page.goto(self.address)
        page.get_by_role("button", name=re.compile("Show")).click()
        page.get_by_label("Number on the screen").fill(self.screen.number())
        page.get_by_role("button", name="Pair").click()
        page.get_by_role("link", name="Rehearse").wait_for()


@contextmanager
def unit_and_page(
    place: Path,
    room: Room,
    host: str = "0.0.0.0",
    teachers: Mapping[str, Identity] | None = None,
    has_screen: bool = True,
    **settings: object,
) -> Iterator[UnitAndPage]:
    made = OneUnit(place)
    if teachers is not None:
        made.knows(teachers)
    path = place / "program.sock"
    made.settings = replace(made.settings, socket=SocketSettings(path), **settings)  # type: ignore[arg-type]
    screen, terminal = os.openpty()
    unit = made.unit(SystemClock())
    program = UnitProgram(unit, room, SystemClock(), panel=NoPanel(), notifier=Notifier({}))
    asked = Asked(made.settings.socket, program)
    running = threading.Thread(target=program.run, args=(asked.tell,))
    running.start()
    file = _settings_file(made, path, host, os.ttyname(terminal) if has_screen else "/dev/null")
    journal = place / "page.log"
    with journal.open("wb") as log:
        command = [sys.executable, "-m", "waitwise", "unit", "page", str(file), "--json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, journal.read_text()
        ready = json.loads(line)
        port = ready["address"].rpartition(":")[2]
        scheme = ready["address"].partition(":")[0]
        yield UnitAndPage(
            made, program, asked, f"{scheme}://127.0.0.1:{port}", ready["certificate"], Screen(screen), journal
        )
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
        program.leave()
        running.join(PATIENCE)
        asked.close()
        unit.close()
        os.close(screen)
        os.close(terminal)
        assert process.returncode == 0, journal.read_text()


def _settings_file(made: OneUnit, path: Path, host: str, screen: str) -> Path:
    school, trust = made.settings.school, made.settings.trust
    tables: dict[str, dict[str, object]] = {
        "school": {
            "url": school.url,
            "broker": school.broker,
            "authority": str(school.authority),
            "receipt_key": school.receipt_key,
        },
        "trust": {
            "certificate": str(trust.certificate),
            "private_key": str(trust.private_key),
            "signing_key": str(trust.signing_key),
        },
        "socket": {"path": str(path)},
        "page": {"host": host, "port": 0, "screen": screen},
    }
    lines = [f'unit = "lab-2"\nroom = "Lab 2"\nfolder = {json.dumps(str(made.folder))}']
    for name, table in tables.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    file = made.folder.parent / "unit.toml"
    file.write_text("\n".join(lines))
    return file
