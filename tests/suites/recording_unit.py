"""A unit that records as somebody started it, with a school of its own, until Ctrl+C.

::

    waitwise unit record --json ...   {"lesson": ...}  {...}  {...}   ^C   {"sealed": ...}  {"waiting": ...}
                                      next()           next()         ends()
"""

import contextlib
import json
import pathlib
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.suites.programs import ctrl_c_works, waitwise
from waitwise.demo.world import World, waitwise_command, world


@dataclass
class RecordingUnit:
    """One lesson, from its first line on."""

    made: World
    process: subprocess.Popen[str]
    begun: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.next()

    def next(self) -> dict[str, Any]:
        """What it says next."""
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    def ends(self) -> list[dict[str, Any]]:
        """Press Ctrl+C; what it says until it has ended."""
        self.process.send_signal(signal.SIGINT)
        return [json.loads(line) for line in self.process.communicate(timeout=90)[0].splitlines()]

    def opened(self, film: pathlib.Path) -> dict[str, Any]:
        """Open its lesson with the teacher's identity, as a film; what that says."""
        result = waitwise(
            *("open", self.begun["folder"], "--identity", self.made.identity_file, "-o", film, "--json"),
            WAITWISE_PASSPHRASE=self.made.passphrase,
        )
        told: dict[str, Any] = json.loads(result.stdout)
        return told


@contextlib.contextmanager
def recording_unit(folder: pathlib.Path, *options: str) -> Iterator[RecordingUnit]:
    """Start it, without a picture; it may take a minute to send what it has."""
    folder.mkdir()
    with world(folder, 0) as made:
        command = waitwise_command(
            *("unit", "record", str(made.unit_settings), "--json", "--no-picture", "--patience", "60"), *options
        )
        with ctrl_c_works():
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        yield RecordingUnit(made, process)
