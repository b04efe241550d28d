"""A word to systemd: ready, alive, and what it is doing. A few lines of socket, and nothing where nobody listens.

::

    READY=1                     once, when a press would be heard
    WATCHDOG=1                  while the loop and the sound really go on; else systemd restarts the program
    STATUS=recording 12:03      what `systemctl status` shows
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping


class Notifier:
    """Tells systemd. Where the environment names no socket, nobody is told."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment`: NOTIFY_SOCKET and WATCHDOG_USEC, as systemd sets them."""
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        # Never waits: a manager that does not read must not stop a lesson. What does not fit is not told.
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_UNIX, kind) if name else None
        limit = environment.get("WATCHDOG_USEC", "")
        self.alive_every: float | None = int(limit) / 3e6 if limit.isdigit() else None
        """Seconds between two words that it is alive, three in the time systemd allows. None: nobody waits for them."""
        self._status = ""

    def ready(self) -> None:
        """A press would be heard now."""
        self._tell("READY=1")

    def alive(self) -> None:
        """Everything goes on."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """It was asked to end, and does."""
        self._tell("STOPPING=1")

    def status(self, sentence: str) -> None:
        """What it is doing, in one line; the same line again is not told."""
        if sentence != self._status:
            self._status = sentence
            self._tell(f"STATUS={sentence}")

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket is not None:
            self._socket.close()

    def _tell(self, line: str) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(line.encode(), self._address)
