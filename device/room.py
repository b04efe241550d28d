"""What a unit hears and sees its room with.

::

    start --> room.prepare()         loads what a camera needs, and opens nothing; again after each lesson
    press --> room.microphone(...) --> a device that is open, or why not      nothing is open while nobody has pressed
              room.camera(...)     --> the same
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from capture.camera import Camera
from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.microphone import Microphone
from capture.picamera_camera import PicameraCamera
from capture.portaudio_microphone import PortAudioMicrophone
from capture.seeing_process import SeeingProcess, SpareSeeing
from device.mask_store import MaskStore
from device.settings import UnitSettings
from lesson.problems import Problem

TellProblem = Callable[[Problem | None], None]

Zero = Callable[[], float | None]
"""When lesson second 0 was, by CLOCK_MONOTONIC: what the microphone says."""

OpenCamera = Callable[[str | None, Zero, TellProblem], Camera]
"""Opens a camera with the mask of that name on it; None: the one that a press puts on; empty: none."""


def _do_nothing() -> None:
    """Nothing takes long here."""


@dataclass(frozen=True, slots=True)
class Room:
    """Opens what a lesson is recorded with, at the press and not before. Both raise the errors of their devices."""

    microphone: Callable[[TellProblem], Microphone]
    camera: OpenCamera | None = None
    """None: there is none here."""
    prepare: Callable[[], None] = _do_nothing
    """Makes the next press fast. Called while nobody records."""


def room_of(settings: UnitSettings) -> Room:
    """The devices that the settings name."""
    spare = SpareSeeing()
    is_real = settings.camera.source == "picamera"
    return Room(
        lambda tell: PortAudioMicrophone(settings.microphone, on_problem=tell),
        camera_of(settings, spare),
        spare.prepare if is_real else _do_nothing,
    )


def camera_of(settings: UnitSettings, spare: SpareSeeing | None = None) -> OpenCamera | None:
    """The camera that the settings name; with `spare` it opens sooner."""
    picture, wanted = settings.picture, settings.camera
    masks = MaskStore(settings.folder, wanted.mask)

    def opened(mask_name: str | None, zero: Zero, tell: TellProblem) -> Camera:
        mask = masks.mask(mask_name)
        if wanted.source == "chart":
            return CodedCamera(ChartCamera(picture.width, picture.height, picture.rate_hz), mask=mask)
        return PicameraCamera(
            picture.width,
            picture.height,
            picture.rate_hz,
            zero,
            mask=mask,
            number=wanted.number,
            bit_rate=wanted.bit_rate,
            on_problem=tell,
            start=SeeingProcess if spare is None else spare.take,
        )

    return None if wanted.source == "none" else opened
