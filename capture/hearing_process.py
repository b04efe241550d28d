"""Start the small process that hears, read what it says, kill it, start the next.

::

    HearingProcess   one process, from its start to its death
    Hearing          one after the other:   start --sound, sound, ...--> silent for PATIENCE ----> kill, start
                                              |--no sound for START_PATIENCE ----------------------^
                                              '--says why there is none --> RETRY_AFTER ---> start
"""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
from pathlib import Path

from capture.errors import CaptureError, MicrophoneLostError, MicrophoneRefusedError, MicrophoneUnknownError
from capture.hearing import LARGEST, Devices, Failed, Message, Opened, Sound, Why, decode
from capture.microphone_names import PROC, SYSFS, Listed, describe, usb_cards

PATIENCE = 1.0
"""Seconds without sound after which a microphone is lost. A busy Raspberry Pi delivers late, but not this late."""

START_PATIENCE = 10.0
"""Seconds from the start of a process to its first sound: 0.3 is usual, PulseAudio takes 2, a busy computer more."""

RETRY_AFTER = 1.0
"""Seconds until a device that is not there, or cannot be opened, is asked for again."""

_REAP_PATIENCE = 1.0
"""Seconds for a killed process to be gone. One that waits for a driver can take for ever."""

_log = logging.getLogger(__name__)


class HearingProcess:
    """One process that hears, or lists what could be heard."""

    def __init__(self, *arguments: str) -> None:
        """Start it: `list`, or `listen` with a name and the place of sysfs."""
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "capture.portaudio", str(theirs.fileno()), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                process_group=0,  # Ctrl+C is the unit's button, not the microphone's
            )
        self.pid = self._process.pid

    def receive(self, seconds: float) -> Message | None:
        """What it says next, or None when it says nothing for so long. `Failed` when it is dead."""
        self._socket.settimeout(max(seconds, 0.0))
        try:
            datagram = self._socket.recv(LARGEST)
        except (TimeoutError, BlockingIOError):
            return None
        except ConnectionResetError:
            datagram = b""
        return decode(datagram) if datagram else Failed(Why.ENDED, "The process that hears has died.")

    def kill(self) -> None:
        """End it, whatever it is doing. May be called twice."""
        self._socket.close()
        self._process.kill()
        try:
            self._process.wait(_REAP_PATIENCE)
        except subprocess.TimeoutExpired:
            _log.warning("The process %d that heard the microphone cannot be killed; it is left behind.", self.pid)


class Hearing:
    """Sound of one microphone, from one process after the other."""

    def __init__(self, name: str, *, patience: float = PATIENCE, sysfs: Path = SYSFS) -> None:
        """Open the microphone, and wait for its first sound.

        Raises:
            MicrophoneUnknownError: none is called so.
            MicrophoneRefusedError: it cannot be opened.
            MicrophoneLostError: it is open, and gives no sound.
        """
        self._arguments = ("listen", name, str(sysfs))
        self._patience = patience
        self._failed: Failed | None = None
        self.rate_hz = 0
        """Of the sound that comes next."""
        self.channels = 1
        self.process: HearingProcess | None = None
        self._has_heard = False
        self._start_at = self._deadline = 0.0
        self._first: Sound | None = None
        self._start()
        while self._first is None:
            self._first = self.receive(START_PATIENCE)
            if self._failed is not None:
                raise _error(self._failed)

    def receive(self, seconds: float) -> Sound | None:
        """The next sound; None when there is none for so many seconds, or something else happened."""
        if (first := self._first) is not None:
            self._first = None
            return first
        if self.process is None:
            self._wait_for_the_next(seconds)
            return None
        message = self.process.receive(min(seconds, self._deadline - time.monotonic()))
        match message:
            case Sound():
                self._has_heard = True
                self._deadline = time.monotonic() + self._patience
                return message
            case Opened():
                self.rate_hz, self.channels = message.rate_hz, message.channels
                self._failed = None
            case Failed():
                self._lose(message)
            case _ if time.monotonic() >= self._deadline:
                self._lose(Failed(Why.ENDED, "The microphone is open, and gives no sound."))
        return None

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process = None

    def _start(self) -> None:
        self.process = HearingProcess(*self._arguments)
        self._has_heard = False
        self._deadline = time.monotonic() + START_PATIENCE

    def _lose(self, failed: Failed) -> None:
        if failed != self._failed:
            _log.warning("%s", failed.sentence)
        self._failed = failed
        # A device that worked is tried at once; one that did not, again and again, must not keep the processor busy.
        self._start_at = time.monotonic() + (0.0 if self._has_heard else RETRY_AFTER)
        self.close()

    def _wait_for_the_next(self, seconds: float) -> None:
        left = self._start_at - time.monotonic()
        if left > 0:
            time.sleep(min(left, seconds))
        else:
            self._start()


def list_microphones(sysfs: Path = SYSFS, proc: Path = PROC) -> list[Listed]:
    """The microphones there are now. Raises `MicrophoneRefusedError` when PortAudio cannot be asked."""
    process = HearingProcess("list")
    try:
        told = process.receive(START_PATIENCE)
    finally:
        process.kill()
    if isinstance(told, Devices):
        return describe(told.devices, usb_cards(sysfs), proc)
    raise _error(told if isinstance(told, Failed) else Failed(Why.REFUSED, "PortAudio does not answer."))


def _error(failed: Failed) -> CaptureError:
    return _ERRORS[failed.why](failed.sentence)


_ERRORS = {
    Why.UNKNOWN: MicrophoneUnknownError,
    Why.REFUSED: MicrophoneRefusedError,
    Why.ENDED: MicrophoneLostError,
}
