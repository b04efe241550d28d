"""A key card held to a camera, as the camera would see it: distance, tilt, light, blur, noise.

::

    view = View(metres=1.0, turned=25)
    picture(card, view)          a YUV picture of 1280 x 720 with the card in front of a cluttered wall

A pinhole camera: each pixel is the mean of 16 rays, then what the lens blurs, the hand moves, and the sensor adds.
What it does not have: a lens that bends lines, light that falls unevenly, paper that bends or shines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zxingcpp

from capture.camera import Image, blank, planes
from lesson.footage.key_card import encode
from lesson.footage.recipients import Recipient

QUIET = 4
"""Modules of white around the code."""

RAYS = 4
"""Along each side of a pixel."""

_Grey = npt.NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """How a card is held, and what sees it."""

    metres: float = 0.8
    side: float = 0.09
    """Metres along the code, without the white around it."""
    lens: float = 70.0
    """Degrees from the left edge of the picture to the right one."""
    right: float = 0.1
    """Metres from the middle of the picture."""
    down: float = 0.05
    turned: float = 0.0
    """Degrees about its upright axis."""
    tipped: float = 0.0
    """Degrees away from the camera."""
    askew: float = 0.0
    """Degrees in the picture's own plane."""
    blur: float = 0.5
    """Pixels: the standard deviation of what the lens makes of a point."""
    moved: int = 1
    """Pixels that it moves while the picture is exposed."""
    paper: float = 190.0
    """How bright white paper is in the picture, from 16 to 235."""
    ink: float = 40.0
    noise: float = 3.0
    """Standard deviation."""
    wall: float = 90.0
    width: int = 1280
    height: int = 720


def modules(text: str) -> npt.NDArray[np.bool_]:
    """The QR code of a text as the page prints it, dark is True."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    return np.asarray(code.to_image(scale=1, add_quiet_zones=False)) < 128


def picture(card: Recipient | str, view: View, seed: int = 0) -> Image:
    """What the camera sees."""
    random = np.random.default_rng(seed)
    image = blank(view.width, view.height)
    grey = _wall(view, random)
    _hold(grey, modules(card if isinstance(card, str) else encode(card)), view)
    grey = _blurred(grey, view)
    grey += random.normal(0, view.noise, grey.shape)
    planes(image)[0][:] = np.clip(grey, 16, 235).astype(np.uint8)
    return image


def _wall(view: View, random: np.random.Generator) -> _Grey:
    """Edges and patches of all sizes, where a code might be taken for seen."""
    grey = np.full((view.height, view.width), float(view.wall))
    for size, strength in ((120, 15.0), (24, 12.0), (8, 8.0)):
        rows, columns = view.height // size + 1, view.width // size + 1
        patches = np.kron(random.normal(0, strength, (rows, columns)), np.ones((size, size)))
        grey += patches[: view.height, : view.width]
    return grey


def _hold(grey: _Grey, dark: npt.NDArray[np.bool_], view: View) -> None:
    """Lay the card onto the picture, where its pixels see it."""
    count = len(dark)
    focus = view.width / 2 / np.tan(np.radians(view.lens) / 2)
    middle = np.array([view.right, view.down, view.metres])
    turn = _turn(view)
    half = view.side * (count + 2 * QUIET) / count / 2
    corners = np.array([[x, y, 0.0] for x in (-half, half) for y in (-half, half)]) @ turn.T + middle
    across = corners[:, 0] / corners[:, 2] * focus + view.width / 2
    along = corners[:, 1] / corners[:, 2] * focus + view.height / 2
    left, right = max(int(across.min()), 0), min(int(across.max()) + 2, view.width)
    top, bottom = max(int(along.min()), 0), min(int(along.max()) + 2, view.height)
    if left >= right or top >= bottom:
        return
    step = (np.arange(RAYS) + 0.5) / RAYS
    x = ((np.arange(left, right)[:, None] + step).ravel() - view.width / 2) / focus
    y = ((np.arange(top, bottom)[:, None] + step).ravel() - view.height / 2) / focus
    rays = np.stack([*np.meshgrid(x, y), np.ones((len(y), len(x)))], axis=-1)
    upright = turn[:, 2]
    on_card = (rays * ((middle @ upright) / (rays @ upright))[..., None] - middle) @ turn
    place = np.floor((on_card[..., :2] / view.side + 0.5) * count).astype(int)
    is_code = ((place >= 0) & (place < count)).all(axis=-1)
    inside = np.clip(place, 0, count - 1)
    is_dark = is_code & dark[inside[..., 1], inside[..., 0]]
    is_card = (np.abs(on_card[..., :2]) <= half).all(axis=-1)
    behind = np.repeat(np.repeat(grey[top:bottom, left:right], RAYS, 0), RAYS, 1)
    seen = np.where(is_card, np.where(is_dark, view.ink, view.paper), behind)
    grey[top:bottom, left:right] = seen.reshape(bottom - top, RAYS, right - left, RAYS).mean(axis=(1, 3))


def _turn(view: View) -> _Grey:
    a, b, c = np.radians([view.turned, view.tipped, view.askew])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)


def _blurred(grey: _Grey, view: View) -> _Grey:
    reach = np.arange(-int(3 * view.blur + 1), int(3 * view.blur + 1) + 1)
    lens = np.exp(-0.5 * (reach / view.blur) ** 2)
    across = np.convolve(lens / lens.sum(), np.full(view.moved, 1 / view.moved))
    return _along(_along(grey, across).T, lens / lens.sum()).T.copy()


def _along(grey: _Grey, kernel: _Grey) -> _Grey:
    """Each row convolved with the kernel."""
    reach = len(kernel) // 2
    edged = np.pad(grey, ((0, 0), (reach, reach)), mode="edge")
    width = grey.shape[1]
    return np.sum([weight * edged[:, at : at + width] for at, weight in enumerate(kernel)], axis=0)
