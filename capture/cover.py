"""Put a mask on a picture, before anything codes it.

::

    areas --rasterise--> cells they touch, and those around them --Cover.put_on--> one flat colour, in place

Apart from capture/masks.py, so that a program that only knows masks needs no arithmetic of pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from capture.camera import Image, planes
from capture.masks import Area, Mask

COLOUR = (72, 128, 128)
"""Y, U, V of what is covered: a grey that no slate picture has."""


class Cover:
    """A mask for pictures of one size."""

    def __init__(self, mask: Mask, width: int, height: int) -> None:
        """Work out which pixels are covered, once; both sizes even."""
        cells = rasterise(mask.areas, width // 2, height // 2)
        rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        chroma = np.ascontiguousarray(cells[top:bottom, left:right])
        luma = chroma.repeat(2, axis=0).repeat(2, axis=1)
        small = (slice(top, bottom), slice(left, right))
        large = (slice(2 * top, 2 * bottom), slice(2 * left, 2 * right))
        self._of_planes = ((large, luma), (small, chroma), (small, chroma))

    def put_on(self, image: Image) -> None:
        """Cover what must not be seen. Rows may be longer than the picture is wide."""
        for plane, (box, where), level in zip(planes(image), self._of_planes, COLOUR, strict=True):
            np.copyto(plane[box], np.uint8(level), where=where)


def share_covered(mask: Mask) -> float:
    """How much of a picture it covers, roughly: to say which of two masks is the stricter one.

    >>> round(share_covered(Mask((((0, 0.5), (1, 0.5), (1, 1), (0, 1)),))), 1)
    0.5
    """
    return float(rasterise(mask.areas, 320, 180).mean())


def rasterise(areas: Iterable[Area], columns: int, rows: int) -> npt.NDArray[np.bool_]:
    """Which of `rows` x `columns` cells the areas touch, and the cells around them.

    >>> rasterise([((0.41, 0.41), (0.59, 0.41), (0.59, 0.59), (0.41, 0.59))], 5, 5).astype(int).tolist()[1]
    [0, 1, 1, 1, 0]
    """
    touched = np.zeros((rows, columns), bool)
    for area in areas:
        corners = np.asarray(area, float) * (columns, rows)
        touched |= _inside(corners, touched.shape)
        _touch_edges(corners, touched)
    around = np.pad(touched, 1)
    return np.asarray(
        np.any([around[y : y + rows, x : x + columns] for y in range(3) for x in range(3)], axis=0), dtype=bool
    )


def _inside(corners: npt.NDArray[Any], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Cells whose middle the polygon goes around, in whichever direction and however often."""
    rows, columns = shape
    middle = np.arange(rows) + 0.5
    # How often a row is entered (+1) and left (-1) from the left to each cell.
    turns = np.zeros((rows, columns + 1), int)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crossed = np.flatnonzero((middle >= min(y0, y1)) & (middle < max(y0, y1)))
        at = x0 + (middle[crossed] - y0) * (x1 - x0) / (y1 - y0)
        column = np.clip(np.ceil(at - 0.5), 0, columns).astype(int)
        turns[crossed, column] += 1 if y1 > y0 else -1
    return np.asarray(turns.cumsum(axis=1)[:, :columns] != 0, dtype=bool)


def _touch_edges(corners: npt.NDArray[Any], touched: npt.NDArray[np.bool_]) -> None:
    """Mark the cells that the polygon's lines pass through; a corner of a cell that is missed is in the next one."""
    rows, columns = touched.shape
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        steps = 1 + 4 * int(np.ceil(np.abs(end - start).max()))
        points = start + np.linspace(0, 1, steps + 1)[:, None] * (end - start)
        x = np.minimum(points[:, 0].astype(int), columns - 1)
        y = np.minimum(points[:, 1].astype(int), rows - 1)
        touched[y, x] = True
