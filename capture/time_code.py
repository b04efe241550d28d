"""The lesson's time as a row of black and white cells, so that a test can read it back from a decoded picture.

::

    +--+--+------------------------------+--+--+
    |##|  |  28 bits, milliseconds, MSB  |p |  |      white = 1, 32 cells of the same width
    +--+--+------------------------------+--+--+
     1  0                                 |  0        p makes the number of ones among bits and p even

Read from the middle of each cell: survives scaling, and what an encoder does to edges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from capture.camera import Image

CELLS = 32
_BITS = 28
_BLACK, _WHITE = 24, 228
"""Luma of the cells: inside the limited range, so that overshoot is not clipped."""

LEFT, TOP, RIGHT, BOTTOM = 0.05, 0.93, 0.95, 0.965
"""Where the row lies, as shares of the picture's width and height."""


def cells(time: float) -> list[int]:
    """Ones and zeros of `time` in seconds, rounded to milliseconds; repeats after 74 hours.

    >>> sum(cells(0.0)), len(cells(0.0))
    (1, 32)
    """
    milliseconds = round(time * 1000) % (1 << _BITS)
    bits = [milliseconds >> place & 1 for place in reversed(range(_BITS))]
    return [1, 0, *bits, sum(bits) % 2, 0]


def draw_time_code(luma: npt.NDArray[np.uint8], time: float) -> None:
    """Draw the row into the Y plane of a picture."""
    height, width = luma.shape
    top, bottom = _rows(height)
    edges = _edges(width)
    levels = np.where(np.array(cells(time), dtype=bool), np.uint8(_WHITE), np.uint8(_BLACK))
    luma[top:bottom, edges[0] : edges[-1]] = np.repeat(levels, np.diff(edges))


def read_time_code(image: Image) -> float | None:
    """Seconds in the row of `image`, or None where there is no readable row."""
    height, width = image.shape[0] * 2 // 3, image.shape[1]
    top, bottom = _rows(height)
    edges = _edges(width)
    row = image[(top + bottom) // 2].astype(int)
    middles = (edges[:-1] + edges[1:]) // 2
    read = [int(row[middle] > (_BLACK + _WHITE) // 2) for middle in middles]
    milliseconds = int("".join(map(str, read[2:-2])), 2)
    return milliseconds / 1000 if read == cells(milliseconds / 1000) else None


def _rows(height: int) -> tuple[int, int]:
    top = round(height * TOP)
    return top, max(top + 1, round(height * BOTTOM))


def _edges(width: int) -> npt.NDArray[np.int64]:
    return np.round(np.linspace(width * LEFT, width * RIGHT, CELLS + 1)).astype(np.int64)
