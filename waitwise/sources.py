"""What a lesson is recorded from.

::

    microphone   --sound FILE            a file, at its pace
                 --microphone NAME, or the one in the settings
    camera       the one in the settings, with the mask that a press puts on or --mask NAME
                 --picture FILE          a film; a lesson from a file has it, or a moving test chart
"""

from __future__ import annotations

import time
from pathlib import Path

from capture.camera import Camera
from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.file_camera import FileCamera
from capture.file_microphone import FileMicrophone
from capture.pace import NoPace, Pace, SteadyPace
from capture.portaudio_microphone import PortAudioMicrophone
from device.mask_store import MaskStore
from device.room import camera_of
from device.unit import Unit
from lesson.problems import Problem
from waitwise import show
from waitwise.errors import CommandError


def microphone(
    unit: Unit, name: str | None, sound: Path | None, speed: float, *, as_json: bool
) -> FileMicrophone | PortAudioMicrophone:
    """What the lesson is heard with. Raises `CommandError` and the errors of the microphone."""
    if sound is not None and name is not None:
        raise CommandError("A lesson has one sound: a file's or a microphone's.", "Leave --sound or --microphone out.")
    if sound is not None:
        pace: Pace = SteadyPace(speed, time.monotonic, time.sleep) if speed > 0 else NoPace()
        return FileMicrophone(sound, pace)

    def tell(problem: Problem | None) -> None:
        unit.microphone_problem = problem
        if as_json:
            show.print_json({"microphone": None if problem is None else problem.code})
        else:
            show.say("There is sound again." if problem is None else f"{problem.title}. {problem.teacher}")

    return PortAudioMicrophone(name or unit.settings.microphone, on_problem=tell)


def camera(
    unit: Unit,
    heard: FileMicrophone | PortAudioMicrophone,
    picture: Path | None,
    mask_name: str | None,
    *,
    as_json: bool,
) -> Camera | None:
    """What the lesson is seen with. Raises the errors of the camera, and of a mask that cannot be put on."""
    wanted = unit.settings.picture
    mask = MaskStore(unit.settings.folder, unit.settings.camera.mask).mask(mask_name)
    if picture is not None:
        return CodedCamera(FileCamera(picture, wanted.width, wanted.height), mask=mask)
    if isinstance(heard, FileMicrophone):
        return CodedCamera(ChartCamera(wanted.width, wanted.height, wanted.rate_hz), mask=mask)

    def tell(problem: Problem | None) -> None:
        unit.camera_problem = problem
        if as_json:
            show.print_json({"camera": None if problem is None else problem.code})
        else:
            show.say("There is a picture again." if problem is None else f"{problem.title}. {problem.teacher}")

    opened = camera_of(unit.settings)
    return None if opened is None else opened(mask_name, lambda: heard.zero, tell)
