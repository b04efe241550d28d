"""What a unit hears and sees its room with.

::

    press --> room.microphone(...) --> a device that is open, or why not      nothing is open while nobody has pressed
              room.camera()        --> the same
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from capture.camera import Camera
from capture.microphone import Microphone
from capture.portaudio_microphone import PortAudioMicrophone
from device.settings import UnitSettings
from lesson.problems import Problem

TellProblem = Callable[[Problem | None], None]


@dataclass(frozen=True, slots=True)
class Room:
    """Opens what a lesson is recorded with, at the press and not before. Both raise the errors of their devices."""

    microphone: Callable[[TellProblem], Microphone]
    camera: Callable[[], Camera] | None = None
    """None: there is none here."""


def room_of(settings: UnitSettings) -> Room:
    """The devices that the settings name."""
    return Room(lambda tell: PortAudioMicrophone(settings.microphone, on_problem=tell))
