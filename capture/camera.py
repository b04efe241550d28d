"""What every camera promises, and what a picture source promises that is made a camera by coder.py.

::

    lesson     0.00      0.04      0.08          seconds, the same clock that counts the microphone's samples
    pictures    [0.003 K] [0.043]   [0.081]      a picture has the time the sensor saw it, not the time it arrived

    pictures_until(0.05) -> 0.003, 0.043         what was not given yet
    pictures_until(0.09) -> 0.081

A camera hands over coded pictures: a real one has them coded in a process of its own, perhaps by hardware. K is a key
picture: it can be decoded without any other, and comes every `KEY_EVERY` seconds by time: each starts a segment.

There is no nominal rate in a picture: a camera that says 24 a second may do 23.04, and the lesson must not drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from capture.codecs import avc1

KEY_EVERY = 1.6
"""Seconds between key pictures. What a power cut takes is this, the 0.2 s that the sound encoder is behind, and a
picture: together under 2 s from five pictures a second on (measured: 1.8 s at five)."""

PATIENCE = 2.0
"""Seconds without a picture after which the last one is shown again. Longer than `KEY_EVERY`: what comes after a hole
begins with a key picture."""

STILL_WIDTH = 640
"""Pixels of a small still."""

Image = npt.NDArray[np.uint8]
"""Planar YUV 4:2:0, limited range, BT.709: height * 3 // 2 rows of width bytes: Y, then U, then V, packed."""

DARK = (16 + 26, 136, 124)
"""Y, U, V of a slate picture: what is shown where no camera was."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as the sensor saw it."""

    time: float
    """Seconds from the start of the lesson."""
    image: Image

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and self.time == other.time and np.array_equal(self.image, other.image)

    __hash__ = None  # type: ignore[assignment]  # an image cannot be hashed


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """One picture in H.264."""

    time: float
    """Seconds from the start of the lesson."""
    data: bytes
    """Annex B, without B pictures; a key picture brings its parameter sets."""
    is_key: bool
    """Can be decoded without any other picture."""


@dataclass(frozen=True, slots=True)
class Coding:
    """What must be known of the pictures before the first one of a lesson."""

    width: int
    """Pixels, even."""
    height: int
    """Pixels, even."""
    blank: bytes
    """A key picture with the parameter sets of all that follow; shown where there is no picture of the lesson."""

    @property
    def codec(self) -> str:
        """What a player is told (RFC 6381)."""
        return avc1(self.blank)


class Camera(Protocol):
    """Hands over the coded pictures of one lesson, once. What the mask hides was never coded."""

    @property
    def coding(self) -> Coding:
        """How the pictures are coded, the same all lesson long."""

    @property
    def rate_hz(self) -> float:
        """Roughly how many pictures a second. For budgets, never for time."""

    @property
    def mask(self) -> str | None:
        """The id of the privacy mask that is on every picture; None: there is none."""

    def pictures_until(self, t: float) -> Iterator[CodedPicture]:
        """Every picture up to and including lesson second `t` that was not given yet, in order of time. Never waits."""

    def still(self, *, is_large: bool = False) -> Frame | None:
        """A picture that was not given by this method yet, with the mask on it; None: not yet, ask again. Never waits.

        `STILL_WIDTH` pixels wide, or as large as the pictures of the lesson. The first call asks for one. Before a
        lesson its time is 0.
        """

    def close(self) -> None:
        """Let go of the device or the file. May be called twice; afterwards there are no pictures."""


class PictureSource(Protocol):
    """Hands over the pictures of one lesson as they are, once."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""

    @property
    def rate_hz(self) -> float:
        """Roughly how many frames a second. For the encoder's budget, never for time."""

    def frames_until(self, t: float) -> Iterator[Frame]:
        """Every frame up to and including lesson second `t` that was not given yet, in order of time."""

    def close(self) -> None:
        """Let go of the file. May be called twice; afterwards there are no frames."""


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
