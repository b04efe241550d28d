"""A moving test chart with the time in it: the camera of the demo, the documents and the tests.

::

    +-----------------------------------------+
    | WAITWISE TEST CHART     .  .  .  .  .   |    slate, with a quiet grid
    |        [##] ->                          |    an orange square on a known path
    |                                         |
    |   00:01:45.080                          |    lesson time, for people
    |   [ramp of greys                     ]  |
    |   #_#_##_#___#_#__##_#__________#_#_#_  |    lesson time, for tests (time_code.py)
    +-----------------------------------------+

No font, no file, no clock: the picture is a function of the lesson's time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from capture.camera import Frame, Image, blank, planes
from capture.strokes import Mask, text
from capture.time_code import BOTTOM, LEFT, RIGHT, TOP, draw_time_code

SLATE = (46, 138, 122)
"""Y, U, V of the background: #1f303e, the player's own colour on the lesson page."""
GRID = 54
"""Luma of the grid."""
ORANGE = (166, 36, 174)
"""Y, U, V of #ffa500."""
INK = 226
"""Luma of the digits."""
CAPTION = 112
"""Luma of the title."""

_GRID_COLUMNS = 16
_RAMP_STEPS = 11


class ChartCamera:
    """The test chart as a picture source: frame n has the time n / rate_hz."""

    def __init__(self, width: int = 1280, height: int = 720, rate_hz: float = 25.0) -> None:
        """`width` and `height` in pixels, even and at least 64 x 48."""
        if width < 64 or height < 48:
            raise ValueError(f"{width} x {height} is too small for a time that can be read.")
        self._size = (width, height)
        self._rate_hz = rate_hz
        self._background = _background(width, height)
        self._digit_height = max(6, round(min(height * 0.15, width * 0.075)))
        self._next = 0
        self._is_closed = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._size

    @property
    def rate_hz(self) -> float:
        """Frames a second, exactly."""
        return self._rate_hz

    def frames_until(self, t: float) -> Iterator[Frame]:
        """Frames up to lesson second `t`."""
        while not self._is_closed and self._next / self._rate_hz <= t:
            time = self._next / self._rate_hz
            self._next += 1
            yield Frame(time, self.picture(time))

    def close(self) -> None:
        """No frames from now on."""
        self._is_closed = True

    def picture(self, time: float) -> Image:
        """The chart at lesson second `time`."""
        image = self._background.copy()
        self._draw_square(image, time)
        luma = planes(image)[0]
        height, width = luma.shape
        ink = text(clock_face(time), self._digit_height, pen=0.16, space=0.08)
        _lay(luma, ink, INK, round(width * LEFT), round(height * 0.66))
        draw_time_code(luma, time)
        return image

    def square(self, time: float) -> tuple[int, int, int]:
        """Left, top and side in pixels of the orange square at `time`: across in 12 s, up and down in 5 s."""
        width, height = self._size
        side = max(4, round(height * 0.1) // 2 * 2)
        left = width * LEFT + (width * (RIGHT - LEFT) - side) * _there_and_back(time / 12)
        top = height * 0.2 + (height * 0.42 - side) * (0.5 - 0.5 * math.cos(2 * math.pi * time / 5))
        return round(left / 2) * 2, round(top / 2) * 2, side

    def _draw_square(self, image: Image, time: float) -> None:
        left, top, side = self.square(time)
        for shrink, plane, level in zip((1, 2, 2), planes(image), ORANGE, strict=True):
            plane[top // shrink : (top + side) // shrink, left // shrink : (left + side) // shrink] = level


def clock_face(time: float) -> str:
    """Lesson time for people.

    >>> clock_face(105.08)
    '00:01:45.080'
    """
    milliseconds = round(time * 1000)
    seconds, milliseconds = divmod(milliseconds, 1000)
    return f"{seconds // 3600 % 100:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"


def _background(width: int, height: int) -> Image:
    image = blank(width, height, SLATE)
    luma = planes(image)[0]
    step = width / _GRID_COLUMNS
    line = max(1, round(width / 1280))
    for column in range(1, _GRID_COLUMNS):
        luma[:, round(column * step) : round(column * step) + line] = GRID
    for row in range(1, math.ceil(height / step)):
        luma[round(row * step) : round(row * step) + line, :] = GRID
    title = text("WAITWISE TEST CHART", max(5, round(height * 0.034)), pen=0.13, space=0.3)
    if title.shape[1] < width * 0.9:
        # On the right: a player puts its badge on the left.
        _lay(luma, title, CAPTION, round(width * RIGHT) - title.shape[1], round(height * 0.07))
    left, right = round(width * LEFT), round(width * RIGHT)
    levels = np.linspace(16, 235, _RAMP_STEPS).astype(np.uint8)
    edges = np.round(np.linspace(left, right, _RAMP_STEPS + 1)).astype(int)
    ramp = np.repeat(levels, np.diff(edges))
    for plane in planes(image)[1:]:
        for top, bottom in ((0.87, 0.91), (TOP, BOTTOM)):
            plane[round(height * top) // 2 : round(height * bottom) // 2, left // 2 : right // 2] = 128
    luma[round(height * 0.87) : round(height * 0.91), left:right] = ramp
    return image


def _lay(luma: Image, ink: Mask, level: int, left: int, top: int) -> None:
    """Paint `ink` onto the Y plane."""
    rows, columns = ink.shape
    target = luma[top : top + rows, left : left + columns]
    covered = ink[: target.shape[0], : target.shape[1]]
    target[:] = (target + covered * (level - target.astype(np.float32)) + 0.5).astype(np.uint8)


def _there_and_back(turns: float) -> float:
    """0 to 1 and back to 0 in one turn, evenly."""
    return 1 - abs(1 - 2 * (turns % 1))
