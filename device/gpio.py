"""Button, lamps and buzzer on the pins of a Raspberry Pi. The only importer of gpiozero.

::

    pin of the button --edges--> tell(is_down)         debounced and told apart in presses.py
    show, room, buzz  --> pins

Imported only where the settings name a pin. On a unit gpiozero and its pin library are the distribution's packages.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from gpiozero import LED, RGBLED, Button, TonalBuzzer
from gpiozero.exc import GPIOZeroError

from device.lamp import Colour, Tone
from device.settings import PanelSettings
from lesson.problems import PANEL_MISSING, WaitwiseError

COLOURS = {
    None: (0.0, 0.0, 0.0),
    Colour.WHITE: (1.0, 1.0, 1.0),
    Colour.BLUE: (0.0, 0.0, 1.0),
    Colour.RED: (1.0, 0.0, 0.0),
    Colour.AMBER: (1.0, 0.35, 0.0),
}
"""Red, green, blue."""

NOTES = {
    Tone.STARTED: ((440.0, 0.1), (659.0, 0.15)),
    Tone.STOPPED: ((659.0, 0.1), (440.0, 0.15)),
    Tone.REFUSED: ((233.0, 0.15), (None, 0.08), (233.0, 0.15)),
}
"""Hertz and seconds; None: nothing for a moment. Within the octave and a half of a TonalBuzzer."""


class PanelError(WaitwiseError):
    """The pins cannot be used."""

    problem = PANEL_MISSING


class GpioPanel:
    """A `Panel` on the pins that the settings name. What has no pin is not there."""

    def __init__(self, settings: PanelSettings) -> None:
        """Take the pins. Raises `PanelError`."""
        self._notes: queue.SimpleQueue[Tone | None] = queue.SimpleQueue()
        colours = [settings.red, settings.green, settings.blue]
        try:
            self._button = None if settings.button is None else Button(settings.button)
            self._lamp = RGBLED(*colours) if None not in colours else None
            self._room = None if settings.room_light is None else LED(settings.room_light)
            self._buzzer = None if settings.buzzer is None else TonalBuzzer(settings.buzzer)
        except (GPIOZeroError, OSError, ValueError) as error:
            raise PanelError(f"The pins of button and lamp cannot be used: {error}") from error
        self._playing = threading.Thread(target=self._play, name="buzzer", daemon=True)
        self._playing.start()

    def listen(self, tell: Callable[[bool], None]) -> None:
        """Tell every change of the button's contact, in a thread of gpiozero: whether it is down."""
        if self._button is not None:
            self._button.when_pressed = lambda: tell(True)
            self._button.when_released = lambda: tell(False)

    def show(self, colour: Colour | None) -> None:
        """See `Panel`."""
        if self._lamp is not None:
            self._lamp.color = COLOURS[colour]

    def room(self, *, is_lit: bool) -> None:
        """See `Panel`."""
        if self._room is not None:
            self._room.value = is_lit

    def buzz(self, tone: Tone) -> None:
        """See `Panel`."""
        self._notes.put(tone)

    def close(self) -> None:
        """See `Panel`."""
        self._notes.put(None)
        self._playing.join()
        for part in (self._button, self._lamp, self._room, self._buzzer):
            if part is not None:
                part.close()

    def _play(self) -> None:
        while (tone := self._notes.get()) is not None:
            if self._buzzer is None:
                continue
            for hertz, seconds in NOTES[tone]:
                self._buzzer.play(hertz)
                time.sleep(seconds)
            self._buzzer.stop()
