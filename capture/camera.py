"""What every camera promises.

::

    lesson   0.00      0.04      0.08          seconds, the same clock that counts the microphone's samples
    frames    [0.003]   [0.043]   [0.081]      a frame has the time the sensor saw it, not the time it arrived

    frames_until(0.05) -> 0.003, 0.043         what was not given yet
    frames_until(0.09) -> 0.081

There is no nominal rate in a frame: a camera that says 24 a second may do 23.04, and the lesson must not drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""Planar YUV 4:2:0, limited range, BT.709: height * 3 // 2 rows of width bytes: Y, then U, then V, packed."""

DARK = (16 + 26, 136, 124)
"""Y, U, V of a slate picture: what is shown where no camera was."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture."""

    time: float
    """Seconds from the start of the lesson."""
    image: Image

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and self.time == other.time and np.array_equal(self.image, other.image)

    __hash__ = None  # type: ignore[assignment]  # an image cannot be hashed


class Camera(Protocol):
    """Hands over the pictures of one lesson, once."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""

    @property
    def rate_hz(self) -> float:
        """Roughly how many frames a second. For the encoder's budget, never for time."""

    def frames_until(self, t: float) -> Iterator[Frame]:
        """Every frame up to and including lesson second `t` that was not given yet, in order of time.

        Raises:
            CameraLostError: the device is gone and must be opened again.
        """

    def close(self) -> None:
        """Let go of the device or the file. May be called twice; afterwards there are no frames."""


def blank(width: int, height: int, colour: tuple[int, int, int] = DARK) -> Image:
    """A picture of one colour (Y, U, V).

    >>> blank(4, 2).shape
    (3, 4)
    """
    if width % 2 or height % 2 or width < 2 or height < 2:
        raise ValueError(f"{width} x {height}: both must be even.")
    image = np.empty((height * 3 // 2, width), np.uint8)
    y, u, v = planes(image)
    y[:], u[:], v[:] = colour
    return image


def planes(image: Image) -> tuple[Any, Any, Any]:
    """Views of the Y, U and V plane of `image`: writing to them writes to the image."""
    rows, width = image.shape
    height = rows * 2 // 3
    chroma = image.reshape(-1)[height * width :].reshape(2, height // 2, width // 2)
    return image[:height], chroma[0], chroma[1]
