"""Is anything to be seen where a mask is? One look at every pixel of every picture.

::

    decoded picture, minus the mask's flat colour, inside the areas as they were drawn --> nothing but coding noise
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from capture.camera import Image, planes
from capture.cover import COLOUR
from capture.masks import Area, Mask

BACK_ROW: Area = ((0.0, 0.55), (0.42, 0.55), (0.36, 1.0), (0.0, 1.0))
WINDOW: Area = ((0.7, 0.1), (0.95, 0.05), (0.9, 0.4), (0.75, 0.35))
SEATS = Mask((BACK_ROW, WINDOW))

CODING = 12
"""Levels by which coding may miss a flat colour beside a moving edge. The square behind it is 163 levels brighter."""


def within(area: Area, width: int, height: int) -> npt.NDArray[np.bool_]:
    """Pixels whose middle lies in an area without notches: on the same side of all its edges."""
    y, x = np.mgrid[0:height, 0:width]
    x, y = (x + 0.5) / width, (y + 0.5) / height
    sides = [
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        for (ax, ay), (bx, by) in zip(area, (*area[1:], area[0]), strict=True)
    ]
    return np.all([side >= 0 for side in sides], axis=0) | np.all([side <= 0 for side in sides], axis=0)


def what_shows(images: Iterable[Image], mask: Mask = SEATS) -> int:
    """The largest difference from the mask's colour within its areas, in any plane of any picture."""
    worst, looked_at = 0, 0
    inside: npt.NDArray[np.bool_] | None = None
    for image in images:
        luma, *chroma = planes(image)
        if inside is None:
            inside = np.any([within(area, luma.shape[1], luma.shape[0]) for area in mask.areas], axis=0)
            small = inside[::2, ::2] & inside[1::2, ::2] & inside[::2, 1::2] & inside[1::2, 1::2]
        for plane, where, level in zip((luma, *chroma), (inside, small, small), COLOUR, strict=True):
            worst = max(worst, int(np.abs(plane[where].astype(int) - level).max()))
        looked_at += 1
    assert looked_at
    return worst
