"""A Raspberry Pi's pins made of software: gpiozero's own, in the unit's process, pressed by a test outside it.

::

    python -m tests.suites.gpio_board SOCKET unit run unit.toml     is `waitwise unit run unit.toml` on such pins

    test --"down 17"----> SOCKET --> the pin goes low: the button is pressed
    test --"states 18"--> SOCKET --> [[moment in CLOCK_MONOTONIC, level], ...] since the program's start
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 30.0


@dataclass(frozen=True)
class Board:
    """The test's end."""

    socket: Path

    def set(self, pin: int, *, is_down: bool) -> None:
        self._ask(f"{'down' if is_down else 'up'} {pin}")

    def states(self, pin: int) -> list[tuple[float, float]]:
        """When the pin was set to what, the oldest first."""
        return [(moment, level) for moment, level in self._ask(f"states {pin}")]

    def _ask(self, words: str) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(self.socket))
            connection.sendall(words.encode() + b"\n")
            return json.loads(connection.makefile().readline())


def main() -> None:
    """Make the pins, listen, and be `waitwise`."""
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory, MockPWMPin

    Device.pin_factory = MockFactory(pin_class=MockPWMPin)
    place = sys.argv.pop(1)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen()
    threading.Thread(target=_serve, args=(listener, Device.pin_factory), daemon=True).start()
    from waitwise.cli import main as be_waitwise

    be_waitwise()


def _serve(listener: socket.socket, pins: Any) -> None:
    while True:
        connection, _ = listener.accept()
        with connection:
            words, number = connection.makefile().readline().split()
            pin = pins.pin(int(number))
            if words == "states":
                answer: object = _moments(pin)
            else:
                answer = pin.drive_low() if words == "down" else pin.drive_high()
            connection.sendall(json.dumps(answer).encode() + b"\n")


def _moments(pin: Any) -> list[tuple[float, float]]:
    """gpiozero's mock remembers how long after the one before a state began, and when the last one did."""
    at, moments = pin._last_change, []
    for state in reversed(pin.states):
        moments.append((at, float(state.state)))
        at -= state.timestamp
    return moments[::-1]


if __name__ == "__main__":
    main()
