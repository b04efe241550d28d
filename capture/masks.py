"""Privacy masks: areas of the picture that are never filmed, because who sits there must not be.

::

    masks/9b.json     {"v": 1, "areas": [[[0, 0.6], [0.4, 0.6], [0.4, 1], [0, 1]]]}     corners as parts of the picture

    +----------------+
    |                |
    |#######         |     # one flat colour, put on before the encoder sees the picture
    |#######         |
    +----------------+

Whatever an area touches is covered: an edge is rounded outwards, by two to four pixels. Where areas or the lines of one
cross, both sides are covered. A mask's id is the hash of what it says, and stands in the lesson's header.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from capture.camera import Image, planes
from capture.errors import MaskUnreadableError
from lesson.wire import WireError, dumps, from_wire, loads

COLOUR = (72, 128, 128)
"""Y, U, V of what is covered: a grey that no slate picture has."""

VERSION = 1
"""Of the file."""

FOLDER = "masks"
"""In a unit's folder."""

MAX_CORNERS = 1000

Corner = tuple[float, float]
Area = tuple[Corner, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """What a mask's file says."""

    v: int
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class Mask:
    """Areas that are covered, each a polygon with corners from (0, 0), top left, to (1, 1)."""

    areas: tuple[Area, ...]

    def __post_init__(self) -> None:
        if not self.areas:
            raise ValueError("A mask without an area covers nothing.")
        for area in self.areas:
            if not 3 <= len(area) <= MAX_CORNERS:
                raise ValueError(f"An area has three corners or more, not {len(area)}.")
            if not all(0 <= part <= 1 for corner in area for part in corner):
                raise ValueError("A corner lies outside the picture: its parts go from 0 to 1.")

    @cached_property
    def id(self) -> str:
        """Names what the mask covers: 32 hexadecimal digits."""
        return hashlib.sha256(b"waitwise.v1/mask\0" + self.encode()).hexdigest()[:32]

    def encode(self) -> bytes:
        """As a mask's file."""
        return dumps(_File(VERSION, tuple(tuple((float(x), float(y)) for x, y in area) for area in self.areas)))


def read_mask(path: Path) -> Mask:
    """The mask in a file.

    Raises:
        MaskUnreadableError: there is none, or it is damaged: nothing may be filmed.
    """
    try:
        told = from_wire(_File, loads(path.read_bytes()))
        if told.v != VERSION:
            raise MaskUnreadableError(f"The mask {path.name} is of version {told.v}: a newer program is needed.")
        return Mask(told.areas)
    except OSError as error:
        raise MaskUnreadableError(f"The mask {path} cannot be read: {error.strerror}.") from error
    except (WireError, ValueError) as error:
        raise MaskUnreadableError(f"The mask {path} is damaged. {error}") from error


def mask_called(name: str, folder: Path) -> Mask | None:
    """The mask of that name in a unit's folder; None where no mask is wanted. Raises `MaskUnreadableError`."""
    if not name:
        return None
    if Path(name).name != name:
        raise MaskUnreadableError(f"{name!r} is no name of a mask: `9b` is {FOLDER}/9b.json in the unit's folder.")
    return read_mask(folder / FOLDER / f"{name}.json")


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
