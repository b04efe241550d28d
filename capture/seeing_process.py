"""Start the small process that sees, read what it says, kill it, start the next.

::

    SeeingProcess    one process, from its start to its death; until it is told what to see, it opens nothing
    SpareSeeing      one that was started ahead, for the next press
    Seeing           one after the other:   start --picture, picture, ...--> none for PATIENCE ----> kill, start
                                              |--no picture for START_PATIENCE ---------------------^
                                              '--says why there is none --> RETRY_AFTER ---> start

Nothing here waits, but the first start: whoever records has sound to look after.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from capture.errors import CameraLostError, CameraRefusedError, CaptureError
from capture.seeing import Blank, Failed, Inbox, Message, Opened, Seen, Still, Wanted, Why

PATIENCE = 1.0
"""Seconds without a picture after which a camera is lost."""

START_PATIENCE = 20.0
"""Seconds from the start of a process to its first picture: 2 are usual, a busy computer takes more."""

RETRY_AFTER = 1.0
"""Seconds until a camera that is not there, or cannot be opened, is tried again."""

_AT_A_TIME = 1 << 18

_REAP_PATIENCE = 1.0
"""Seconds at the end of a lesson for killed processes to be gone. One that waits for a driver can take for ever."""

_log = logging.getLogger(__name__)


class SeeingProcess:
    """One process that sees, once it was told what."""

    def __init__(self) -> None:
        """Start it."""
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "capture.picamera", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={"LIBCAMERA_LOG_LEVELS": "*:ERROR", **os.environ},
                process_group=0,  # Ctrl+C is the unit's button, not the camera's
            )
        self._socket.setblocking(False)
        self._inbox = Inbox()
        self.pid = self._process.pid

    def see(self, wanted: Wanted) -> None:
        """Have it open the camera. Where it does not listen, the deadline finds out."""
        with contextlib.suppress(OSError):
            self._socket.sendall(wanted.encode())

    def receive(self) -> list[Message]:
        """What it said meanwhile. `Failed` at the end when it is dead."""
        messages: list[Message] = []
        try:
            while data := self._socket.recv(_AT_A_TIME):
                messages += self._inbox.feed(data)
        except BlockingIOError:
            return messages
        except (OSError, ValueError) as error:
            return [*messages, Failed(Why.ENDED, f"The process that sees cannot be understood: {error}.")]
        return [*messages, Failed(Why.ENDED, "The process that sees has died.")]

    def wait(self, seconds: float) -> None:
        """Wait until it says something, so long at most."""
        select.select([self._socket], [], [], max(seconds, 0.0))

    def ask(self, what: bytes) -> None:
        """Ask for something. Where it does not listen any more, the deadline finds out."""
        with contextlib.suppress(OSError):
            self._socket.send(what)

    def kill(self) -> None:
        """End it, whatever it is doing. May be called twice. Does not wait: see `is_gone`."""
        self._socket.close()
        self._process.kill()

    def is_gone(self, seconds: float = 0.0) -> bool:
        """Whether a killed process is gone, waiting so long at most."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll() is not None


class SpareSeeing:
    """At most one process that waits to be told what to see. One thread at a time."""

    def __init__(self) -> None:
        self._process: SeeingProcess | None = None

    def prepare(self) -> None:
        """Have one, unless there is one that lives."""
        if self._process is None or self._process.is_gone():
            self._process = SeeingProcess()

    def take(self) -> SeeingProcess:
        """The one that is ready, or a new one."""
        process, self._process = self._process, None
        return SeeingProcess() if process is None or process.is_gone() else process


class Seeing:
    """Pictures of one camera, from one process after the other."""

    def __init__(
        self, wanted: Wanted, *, patience: float = PATIENCE, start: Callable[[], SeeingProcess] = SeeingProcess
    ) -> None:
        """Open the camera, and wait for its first picture.

        Raises:
            CameraRefusedError: there is none, or it cannot be opened.
            CameraLostError: it is open, and gives no picture.
        """
        self._wanted = wanted
        self._new_process = start
        # A camera may be told to take one picture in ten seconds.
        self._patience = max(patience, 3 / wanted.rate_hz)
        self._failed: Failed | None = None
        self._killed: list[SeeingProcess] = []
        self._has_seen = False
        self._is_closed = False
        self._start_at = self._deadline = 0.0
        self.process: SeeingProcess | None = None
        self.opened: Opened | None = None
        """Which camera it is, and which encoder."""
        self.blank = b""
        """A slate key picture, of the first process."""
        self._start()
        while not (self.blank and self._has_seen):
            if self.process is not None:
                self.process.wait(0.1)
            self._receive()
            if self._failed is not None:
                self.close()
                raise _ERRORS[self._failed.why](self._failed.sentence)

    @property
    def is_lost(self) -> bool:
        """There is no picture at the moment, and should be."""
        return self._failed is not None

    def receive(self) -> list[Seen | Still]:
        """What came meanwhile; kills a process that says nothing, and starts the next."""
        if self._is_closed:
            return []
        return self._receive()

    def ask(self, what: bytes) -> None:
        """Ask the process for something, if there is one just now."""
        if self.process is not None:
            self.process.ask(what)

    def close(self) -> None:
        """End the process. May be called twice."""
        self._is_closed = True
        self._kill()
        until = time.monotonic() + _REAP_PATIENCE
        for process in self._killed:
            if not process.is_gone(max(until - time.monotonic(), 0.0)):
                _log.warning("The process %d that saw the camera cannot be killed; it is left behind.", process.pid)
        self._killed.clear()

    def _receive(self) -> list[Seen | Still]:
        self._killed = [process for process in self._killed if not process.is_gone()]
        if self.process is None:
            if time.monotonic() >= self._start_at:
                self._start()
            return []
        given: list[Seen | Still] = []
        for message in self.process.receive():
            match message:
                case Seen():
                    given.append(message)
                    self._has_seen = True
                    self._failed = None
                    self._deadline = time.monotonic() + self._patience
                case Still():
                    given.append(message)
                case Opened():
                    self.opened = message
                case Blank():
                    self.blank = self.blank or message.data
                case Failed():
                    self._lose(message)
                    break
        if self.process is not None and time.monotonic() >= self._deadline:
            self._lose(Failed(Why.ENDED, "The camera is open, and gives no picture."))
        return given

    def _start(self) -> None:
        self.process = self._new_process()
        self.process.see(self._wanted)
        self._has_seen = False
        self._deadline = time.monotonic() + START_PATIENCE

    def _lose(self, failed: Failed) -> None:
        if failed != self._failed:
            _log.warning("%s", failed.sentence)
        self._failed = failed
        # A camera that worked is tried at once; one that did not, again and again, must not keep the processor busy.
        self._start_at = time.monotonic() + (0.0 if self._has_seen else RETRY_AFTER)
        self._kill()

    def _kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self._killed.append(self.process)
            self.process = None


_ERRORS: dict[Why, Callable[[str], CaptureError]] = {Why.REFUSED: CameraRefusedError, Why.ENDED: CameraLostError}
