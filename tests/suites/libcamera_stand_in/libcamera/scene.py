"""What the stand-in's sensor sees: a bright square that comes everywhere, and the moment as a time code."""

import math
from typing import Any

import numpy as np

from capture.camera import planes
from capture.time_code import draw_time_code

BACKGROUND = (96, 120, 140)
SQUARE = (235, 60, 200)


def square(moment: float, width: int, height: int) -> tuple[int, int, int]:
    """Left, top and side: across in 1.9 s, up and down in 1.1 s, so that it sweeps the whole picture."""
    side = height // 4 // 2 * 2
    across = 0.5 - 0.5 * math.cos(2 * math.pi * moment / 1.9)
    down = 0.5 - 0.5 * math.cos(2 * math.pi * moment / 1.1)
    return round((width - side) * across / 2) * 2, round((height - side) * down / 2) * 2, side


def paint(buffer: Any, stride: int, width: int, height: int, moment: float) -> None:
    """A YUV420 picture of that moment; what is behind the end of a row is set, too, as hardware may do."""
    image = np.frombuffer(buffer, np.uint8, stride * height * 3 // 2).reshape(height * 3 // 2, stride)
    left, top, side = square(moment, width, height)
    for shrink, plane, ground, bright in zip((1, 2, 2), planes(image), BACKGROUND, SQUARE, strict=True):
        plane[:] = ground
        plane[top // shrink : (top + side) // shrink, left // shrink : (left + side) // shrink] = bright
    draw_time_code(planes(image)[0][:, :width], moment)


def hold(buffer: Any, stride: int, width: int, height: int, file: str) -> None:
    """Something is held before the camera: the grey picture of a file (numpy's), where it has this size."""
    grey = np.load(file)
    if grey.shape == (height, width):
        image = np.frombuffer(buffer, np.uint8, stride * height * 3 // 2).reshape(height * 3 // 2, stride)
        planes(image)[0][:, :width] = grey
