"""Letters and digits drawn from strokes, so that a test chart needs no font file.

::

    a glyph lives in a box one high and GLYPH_WIDTH wide, y downwards; strokes are lines through points,
    arcs are points on an ellipse; the ink is everything nearer than half the pen to a stroke

        (0,0) +----+                   "7": a line from top left to top right, then down to the foot
              |   /|
              |  / |
              | /  |
              +----+ (GLYPH_WIDTH,1)
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

GLYPH_WIDTH = 0.56
"""Width of a digit, as a share of its height."""

_DOT_WIDTH = 0.08

Point = tuple[float, float]
Stroke = tuple[Point, ...]
Mask = npt.NDArray[np.float32]

_W = GLYPH_WIDTH
_MIDDLE = _W / 2


def _arc(centre: Point, radii: Point, start: float, end: float) -> Stroke:
    """Points on an ellipse from `start` to `end` degrees, clockwise on the screen, 0 = right."""
    steps = max(2, round(abs(end - start) / 10))
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return tuple((centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle)) for angle in angles)


_GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "0": (_arc((_MIDDLE, 0.3), (_MIDDLE, 0.3), 180, 360) + _arc((_MIDDLE, 0.7), (_MIDDLE, 0.3), 0, 180) + ((0, 0.3),),),
    "1": (((0.06, 0.2), (_MIDDLE + 0.02, 0), (_MIDDLE + 0.02, 1)),),
    "2": ((*_arc((_MIDDLE, 0.28), (_MIDDLE, 0.28), 190, 390), (0, 1), (_W, 1)),),
    "3": (
        _arc((_MIDDLE, 0.26), (_MIDDLE - 0.02, 0.26), 205, 450),
        _arc((_MIDDLE, 0.74), (_MIDDLE, 0.26), 270, 520),
    ),
    "4": (((0.42, 1), (0.42, 0), (0, 0.7), (_W, 0.7)),),
    "5": (((_W - 0.04, 0), (0.06, 0), (0.03, 0.45), *_arc((_MIDDLE, 0.67), (_MIDDLE, 0.33), 230, 515)),),
    "6": (((0.44, 0), (0.06, 0.5)), _arc((_MIDDLE, 0.68), (_MIDDLE, 0.32), 0, 360)),
    "7": (((0, 0), (_W, 0), (0.18, 1)),),
    "8": (_arc((_MIDDLE, 0.24), (0.24, 0.24), 0, 360), _arc((_MIDDLE, 0.74), (_MIDDLE, 0.26), 0, 360)),
    "9": (_arc((_MIDDLE, 0.32), (_MIDDLE, 0.32), 0, 360), ((_W - 0.06, 0.5), (_W - 0.44, 1))),
    ":": (((0.04, 0.3), (0.04, 0.3)), ((0.04, 0.82), (0.04, 0.82))),
    ".": (((0.04, 1), (0.04, 1)),),
    " ": (),
    "A": (((0, 1), (_MIDDLE, 0), (_W, 1)), ((0.1, 0.66), (_W - 0.1, 0.66))),
    "C": (_arc((_MIDDLE, 0.3), (_MIDDLE, 0.3), 330, 180) + _arc((_MIDDLE, 0.7), (_MIDDLE, 0.3), 180, 30),),
    "E": (((_W, 0), (0.04, 0), (0.04, 1), (_W, 1)), ((0.04, 0.48), (0.46, 0.48))),
    "H": (((0.02, 0), (0.02, 1)), ((_W - 0.02, 0), (_W - 0.02, 1)), ((0.02, 0.5), (_W - 0.02, 0.5))),
    "I": (((_MIDDLE, 0), (_MIDDLE, 1)),),
    "R": (
        ((0.02, 1), (0.02, 0), (0.26, 0), *_arc((0.26, 0.27), (0.28, 0.27), 270, 450), (0.02, 0.54)),
        ((0.26, 0.54), (_W, 1)),
    ),
    "S": (_arc((_MIDDLE, 0.25), (_MIDDLE - 0.01, 0.25), 330, 90) + _arc((_MIDDLE, 0.75), (_MIDDLE, 0.25), 270, 510),),
    "T": (((0, 0), (_W, 0)), ((_MIDDLE, 0), (_MIDDLE, 1))),
    "W": (((0, 0), (0.13, 1), (_MIDDLE, 0.3), (_W - 0.13, 1), (_W, 0)),),
}


@cache
def glyph(character: str, height: int, pen: float = 0.15) -> Mask:
    """Ink of one character, 0 to 1 per pixel, in a box of `height` rows that includes half a pen around it.

    Args:
        character: a digit, ``:``, ``.``, a space or one of the letters of the chart's title.
        height: rows of the box in pixels.
        pen: width of the stroke, as a share of the glyph's height.
    """
    scale = height / (1 + pen)
    width = max(1, round(((_DOT_WIDTH if character in ":." else GLYPH_WIDTH) + pen) * scale))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x = (x + 0.5) / scale - pen / 2
    y = (y + 0.5) / scale - pen / 2
    nearest = np.full((height, width), np.inf, np.float32)
    for stroke in _GLYPHS[character]:
        for start, end in pairwise(stroke):
            nearest = np.minimum(nearest, _distance(x, y, start, end))
    mask: Mask = np.clip((pen / 2 - nearest) * scale + 0.5, 0, 1).astype(np.float32)
    mask.setflags(write=False)
    return mask


def text(characters: str, height: int, pen: float = 0.15, space: float = 0.12) -> Mask:
    """Ink of a line of characters, digits in boxes of the same width, `space` heights apart."""
    gap = np.zeros((height, max(1, round(space * height))), np.float32)
    boxes = [box for character in characters for box in (glyph(character, height, pen), gap)]
    return np.concatenate(boxes[:-1], axis=1)


def _distance(x: Mask, y: Mask, start: Point, end: Point) -> Mask:
    """Distance of every pixel to a line."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = along_x**2 + along_y**2
    share = np.clip(((x - start[0]) * along_x + (y - start[1]) * along_y) / length, 0, 1) if length else np.float32(0)
    return np.asarray(np.hypot(x - start[0] - share * along_x, y - start[1] - share * along_y), dtype=np.float32)
