"""A still as a JPEG file, with the moment and the mask in it: what proves that the mask was on.

::

    FFD8 | FFFE  length  {"at_s":180.04,"mask":"1c9f..."} | ... the picture, as any viewer shows it

The comment (JPEG, ITU-T T.81 B.2.4.5) stands first. A proof is sealed like footage, in the lesson's track of stills.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter

from capture.camera import Frame
from lesson.wire import dumps, from_wire, loads, seconds

_START, _COMMENT = b"\xff\xd8", b"\xff\xfe"


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands in the comment."""

    at: float = seconds()
    """Lesson seconds."""
    mask: str = ""
    """The id of the mask that covers the picture."""


def jpeg(frame: Frame, mask: str) -> bytes:
    """The still of a lesson with a mask."""
    rows, width = frame.image.shape
    encoder: VideoCodecContext = CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, rows * 2 // 3, "yuvj420p"
    encoder.time_base = Fraction(1, 1)
    encoder.options = {"qscale": "3", "flags": "+qscale", "global_quality": "354"}
    limited = VideoFrame.from_ndarray(frame.image, format="yuv420p")
    full = VideoReformatter().reformat(
        limited, format="yuvj420p", src_color_range=ColorRange.MPEG, dst_color_range=ColorRange.JPEG
    )
    full.pts = 0
    picture = b"".join(bytes(packet) for packet in [*encoder.encode(full), *encoder.encode(None)])
    comment = dumps(Proof(round(frame.time, 3), mask))
    return _START + _COMMENT + (len(comment) + 2).to_bytes(2) + comment + picture.removeprefix(_START)


def read_proof(data: bytes) -> Proof:
    """What a still says of itself. Raises `lesson.wire.WireError` where it says nothing."""
    length = int.from_bytes(data[4:6])
    return from_wire(Proof, loads(data[6 : 4 + length] if data.startswith(_START + _COMMENT) else b""))
