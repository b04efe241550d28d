"""One still of the room, so that a teacher can draw no-film seats, and see that they are covered.

::

    press on the page --> the room's light --> camera opens, 1 s for its exposure --> one still --> camera closes
                                                                                         '--> JPEG in memory only

The camera is opened as for a lesson, with or without a mask: what covers the seats in the still is what covers them in
footage. The still is never written, and is forgotten after `KEPT_FOR`, or when something else begins.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from capture.camera import Camera
from capture.errors import CameraLostError
from capture.stills import jpeg
from device.stills_seen import Wait, stills
from lesson.problems import WaitwiseError

SETTLES_FOR = 1.0
"""Seconds until a camera that was just opened has found its exposure."""

GIVE_UP_AFTER = 15.0
"""Seconds without a still after which the camera counts as lost."""

KEPT_FOR = 600.0
"""Seconds that a still can be looked at: time enough to draw."""

LARGEST_WIDTH = 1280
"""Pixels of a wide still, at most: it travels over the socket in one message."""


class NoStillError(WaitwiseError):
    """The still that was asked for is not there any more."""


@dataclass(frozen=True, slots=True)
class Still:
    """What was seen."""

    id: str
    """Names it, so that nobody takes an older one for it."""
    data: bytes
    """JPEG."""
    taken_at: float
    """By the clock that never jumps."""
    mask: str | None
    """Name of the mask that covers it; None: it is as the camera sees it."""
    mask_id: str | None


def look(camera: Camera, name: str | None, monotonic: Callable[[], float], wait: Wait) -> Still | None:
    """Take a still; None where `wait` says that it was called off. Raises `CameraLostError`."""
    is_large = camera.coding.width <= LARGEST_WIDTH
    for frame in stills(
        camera,
        within=GIVE_UP_AFTER,
        settles_for=SETTLES_FOR,
        is_large=is_large,
        monotonic=monotonic,
        wait=wait,
    ):
        return Still(secrets.token_hex(8), jpeg(frame, camera.mask or ""), monotonic(), name, camera.mask)
    if wait(0.0):
        return None
    raise CameraLostError("The camera is open, and gives no still.")
