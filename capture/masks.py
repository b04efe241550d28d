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
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from capture.errors import MaskUnreadableError
from lesson.wire import WireError, dumps, from_wire, loads

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
