"""Programs as people start them: commands, and a demo that has played its lesson."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from lesson.footage.identity import Identity, read_identity

HOUSE = pathlib.Path(__file__).resolve().parents[2]
DEMO_SOUND = HOUSE / "waitwise" / "lesson_for_demo" / "lesson.flac"


def waitwise(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Type a command and wait for it."""
    return subprocess.run(
        [sys.executable, "-m", "waitwise", *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def ctrl_c_works() -> Iterator[None]:
    """Programs started here hear Ctrl+C, even where these tests themselves run in the background and do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass
class RunningDemo:
    """A demo that has played its lesson and keeps serving."""

    folder: pathlib.Path
    address: str
    passphrase: str
    said: list[str]
    process: subprocess.Popen[str]

    @property
    def lesson(self) -> pathlib.Path:
        """The lesson's folder on the unit."""
        (folder,) = (self.folder / "unit" / "lessons").iterdir()
        return folder

    @property
    def identity(self) -> Identity:
        """The teacher's keys."""
        return read_identity((self.folder / "teacher" / "identity.json").read_bytes(), self.passphrase)

    def pid_of(self, words: str) -> int:
        """Process id of the demo's child whose command line contains `words`."""
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if entry.name.isdigit() and words in command and str(self.folder) in command:
                    return int(entry.name)
        raise LookupError(words)
