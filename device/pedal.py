r"""A foot switch or a keyboard on USB as the unit's button: any of its keys, however long it is away.

::

    /sys/class/input/event3/device/name        "PCsensor FootSwitch"
                                  /id/vendor   3553
    /dev/input/event3    | time | type u16 | code u16 | value i32 |        type 1: a key; value 1 down, 0 up, 2 repeat

A device is found by name or USB id each time it is looked for: its number changes with every plug. It is grabbed, so
that what a foot types is not typed anywhere else.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import select
import struct
import threading
from collections.abc import Callable
from pathlib import Path

_log = logging.getLogger(__name__)

SYSFS = Path("/sys/class/input")
DEV = Path("/dev/input")

LOOK_EVERY = 1.0
"""Seconds between two looks for a device that is not there."""

_EVENT = struct.Struct("@llHHi")
"""linux/input.h, struct input_event: two longs of time, as this machine has them."""
_KEY = 1
_REPEAT = 2
_GRAB = 0x40044590
"""linux/input.h, EVIOCGRAB."""


class Keys:
    """Fed with what a device gives, says when the first of its keys is down and when the last is up.

    >>> press = _EVENT.pack(0, 0, 1, 48, 1) + _EVENT.pack(0, 0, 0, 0, 0)
    >>> keys = Keys()
    >>> keys.feed(press), keys.feed(_EVENT.pack(0, 0, 1, 48, 0))
    ([True], [False])
    """

    def __init__(self) -> None:
        self._down: set[int] = set()
        self._rest = b""

    def feed(self, data: bytes) -> list[bool]:
        """Changes, in order: down, up, down ..."""
        data = self._rest + data
        whole = len(data) - len(data) % _EVENT.size
        self._rest = data[whole:]
        changes = []
        for _, _, kind, code, value in _EVENT.iter_unpack(data[:whole]):
            was_down = bool(self._down)
            if kind != _KEY or value == _REPEAT:
                continue
            (self._down.add if value else self._down.discard)(code)
            if bool(self._down) is not was_down:
                changes.append(bool(self._down))
        return changes

    def gone(self) -> list[bool]:
        """The device is away: no key is down any more."""
        was_down, self._down, self._rest = bool(self._down), set(), b""
        return [False] if was_down else []


def find(wanted: str, sysfs: Path = SYSFS) -> list[str]:
    """Names of the event devices that are meant: by a part of the name, or by vendor:product."""
    found = []
    for event in sorted(sysfs.glob("event[0-9]*")):
        with contextlib.suppress(OSError):  # It was pulled out just now.
            device = event / "device"
            usb_id = ":".join((device / "id" / part).read_text().strip() for part in ("vendor", "product"))
            name = (device / "name").read_text().strip()
            if wanted.lower() == usb_id.lower() or wanted.lower() in name.lower():
                found.append(event.name)
    return found


class Pedal:
    """Looks for the device and listens to it, in a thread of its own, until it is closed."""

    def __init__(self, wanted: str, tell: Callable[[bool], None], *, sysfs: Path = SYSFS, dev: Path = DEV) -> None:
        """`tell` is told whether a key is down, when that changes."""
        self._wanted, self._tell, self._sysfs, self._dev = wanted, tell, sysfs, dev
        self._stopped = threading.Event()
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._keep_listening, name="pedal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go of the device."""
        self._stopped.set()
        os.close(self._woken)
        self._thread.join()
        os.close(self._wake)

    def _keep_listening(self) -> None:
        is_missed = False
        while not self._stopped.is_set():
            opened = [self._open(name) for name in find(self._wanted, self._sysfs)]
            devices = [device for device in opened if device is not None]
            if devices:
                self._listen(devices)
            elif not is_missed:
                _log.warning("There is no foot switch or keyboard %r; it is looked for.", self._wanted)
            is_missed = not devices
            for device in devices:
                os.close(device)
            self._stopped.wait(LOOK_EVERY)

    def _open(self, name: str) -> int | None:
        try:
            device = os.open(self._dev / name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            _log.warning("%s cannot be opened: %s. Is the account in the group input?", name, error.strerror)
            return None
        try:
            fcntl.ioctl(device, _GRAB, 1)
        except OSError as error:
            _log.warning("%s is not ours alone: %s. What it types is typed elsewhere, too.", name, error.strerror)
        return device

    def _listen(self, devices: list[int]) -> None:
        """Until one of them is away, or it is closed. A foot switch is often several devices: all count as one."""
        keys = Keys()
        while True:
            ready, _, _ = select.select([self._wake, *devices], [], [])
            if self._wake in ready:
                return
            try:
                data = b"".join(os.read(device, 64 * _EVENT.size) or b"" for device in ready)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            changes = keys.feed(data) if data else keys.gone()
            for is_down in changes:
                self._tell(is_down)
            if not data:
                return
