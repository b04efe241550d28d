"""Key cards that can be read in a picture.

::

    picture --Y plane--> as it is --nothing--> twice as large --nothing--> sharpened, twice as large --> key cards
                           3 ms                  15 ms                        30 ms

zxing-cpp reads a QR code of three pixels a module in its first look; the other two make it read one of two
(docs/developer/key-cards.md has what was measured). Other QR codes, on a wall or a book, are passed over.
"""

from __future__ import annotations

import numpy as np
import zxingcpp
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from capture.camera import Image, planes
from lesson.footage.key_card import KeyCardError, decode
from lesson.footage.recipients import Recipient

SHARPEN = 2
"""How much of a pixel's difference from its neighbours is added to it. A lens that blurs by a pixel is undone by 2;
more makes the noise of a dark room as large as a module."""

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def cards_in(image: Image) -> tuple[Recipient, ...]:
    """Whose key cards the picture shows, each once. Takes longest where there is none."""
    luma = np.ascontiguousarray(planes(image)[0])
    return _read(luma) or _read(_doubled(luma)) or _read(_doubled(_sharpened(luma)))


def _read(luma: Image) -> tuple[Recipient, ...]:
    found: dict[bytes, Recipient] = {}
    for barcode in zxingcpp.read_barcodes(luma, formats=_QR):
        try:
            card = decode(barcode.text)
        except KeyCardError:
            continue
        found[card.kid] = card
    return tuple(found.values())


def _doubled(luma: Image) -> Image:
    height, width = luma.shape
    picture = VideoFrame.from_ndarray(luma, format="gray")
    larger = VideoReformatter().reformat(picture, 2 * width, 2 * height, "gray", interpolation=Interpolation.BICUBIC)
    return np.ascontiguousarray(larger.to_ndarray(), dtype=np.uint8)


def _sharpened(luma: Image) -> Image:
    """Away from the mean of the nine pixels around each."""
    edged = np.pad(luma.astype(np.int16), 1, mode="edge")
    rows = edged[:-2] + edged[1:-1] + edged[2:]
    nine = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    own = luma.astype(np.int16)
    sharp: Image = np.clip(own + SHARPEN * (own - nine // 9), 0, 255).astype(np.uint8)
    return sharp
