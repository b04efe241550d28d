"""Pictures as they are to H.264: what makes a picture source a camera.

::

    source     [frame]   [frame]   [frame]                  nothing for PATIENCE
    covered    [##   ]   [##   ]   [##   ]                  what the mask covers is never coded
    camera     [K     ]  [      ]  [      ]   ...  [K     ]        [the last one again]
                '-- a key picture every KEY_EVERY seconds by time

One encoder a camera, wholly in this process, with libx264. A real camera's pictures are coded elsewhere (picamera.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from av.codec.context import CodecContext
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter

from capture.camera import (
    KEY_EVERY,
    PATIENCE,
    STILL_WIDTH,
    CodedPicture,
    Coding,
    Frame,
    Image,
    PictureSource,
    blank,
)
from capture.codecs import Preset, video_options
from capture.cover import Cover
from capture.errors import EncoderError
from capture.masks import Mask

TICKS = 90_000
"""Time scale of the pictures, as in MPEG systems: divides by 24, 25, 30 and 1000."""

SMALLEST_STEP = TICKS // 1000
"""Ticks between two pictures, at least: two with one time stamp make the muxer refuse both."""


class Coder:
    """An encoder for the pictures of one lesson. Feed frames in order of time."""

    def __init__(
        self,
        width: int,
        height: int,
        rate_hz: float,
        *,
        preset: Preset = "superfast",
        bit_rate: int = 1_500_000,
        threads: int = 1,
    ) -> None:
        """Open it.

        Args:
            width: pixels, even.
            height: pixels, even.
            rate_hz: roughly how many pictures a second; for the bit rate, never for time.
            preset: superfast (High profile), or ultrafast (Baseline: half the work, about twice the bytes).
            bit_rate: bits a second that the pictures may not exceed over two seconds.
            threads: how many may work at one picture.

        Raises:
            EncoderError: no such size.
        """
        if rate_hz <= 0:
            raise EncoderError(f"{rate_hz} pictures a second are no budget.")
        self._key_slack = 0.5 / rate_hz
        self._next_key = 0.0
        self._last_tick = -SMALLEST_STEP
        self._context: VideoCodecContext = CodecContext.create("libx264", "w")
        self._context.width, self._context.height, self._context.pix_fmt = width, height, "yuv420p"
        self._context.time_base = Fraction(1, TICKS)
        self._context.framerate = Fraction(rate_hz).limit_denominator(1001)
        self._context.options = video_options(width, height, rate_hz, preset, bit_rate, threads)
        try:
            self._context.open()
            # Before the first picture: time -1 is never shown.
            blank_picture = self._encode(blank(width, height), -TICKS, is_key=True)
        except (FFmpegError, ValueError) as error:
            raise EncoderError(f"No picture of {width} x {height} at {rate_hz} Hz can be encoded: {error}") from error
        self.coding = Coding(width, height, blank_picture)

    def want_key(self) -> None:
        """Let the next picture be a key picture."""
        self._next_key = 0.0

    def code(self, frame: Frame) -> CodedPicture:
        """The frame as a coded picture, a little later where its time stands still or goes back.

        Raises:
            EncoderError: another size.
        """
        if frame.image.shape != (self.coding.height * 3 // 2, self.coding.width):
            raise EncoderError(
                f"A picture of {self.coding.width} x {self.coding.height} was agreed on, not {frame.image.shape}."
            )
        tick = max(round(frame.time * TICKS), self._last_tick + SMALLEST_STEP, 0)
        self._last_tick = tick
        time = tick / TICKS
        is_key = time >= self._next_key - self._key_slack
        if is_key:
            self._next_key = time + KEY_EVERY
        return CodedPicture(time, self._encode(frame.image, tick, is_key=is_key), is_key)

    def _encode(self, image: Image, tick: int, *, is_key: bool) -> bytes:
        picture = VideoFrame.from_ndarray(image, format="yuv420p")
        picture.pts, picture.time_base = tick, Fraction(1, TICKS)
        if is_key:
            picture.pict_type = PictureType.I
        # One in, one out: the encoder is told to look neither ahead nor back.
        return b"".join(bytes(packet) for packet in self._context.encode(picture))


class CodedCamera:
    """A picture source as a camera."""

    def __init__(self, source: PictureSource, *, mask: Mask | None = None, preset: Preset = "ultrafast") -> None:
        """Code what `source` gives. Raises `EncoderError` where its size cannot be coded."""
        self._source = source
        self._mask = mask
        self._cover = None if mask is None else Cover(mask, *source.size)
        self._coder = Coder(*source.size, source.rate_hz, preset=preset)
        self._image: Image | None = None
        self._time = 0.0
        self._is_new = False
        self._is_closed = False
        self._scaler = VideoReformatter()

    @property
    def coding(self) -> Coding:
        """How the pictures are coded."""
        return self._coder.coding

    @property
    def rate_hz(self) -> float:
        """What the source says."""
        return self._source.rate_hz

    @property
    def mask(self) -> str | None:
        """The id of the mask."""
        return None if self._mask is None else self._mask.id

    def pictures_until(self, t: float) -> Iterator[CodedPicture]:
        """Pictures up to lesson second `t`; where the source says nothing, its last one stands."""
        for frame in self._source.frames_until(t):
            self._is_new = True
            if self._cover is not None:
                frame = Frame(frame.time, frame.image.copy())  # noqa: PLW2901 - the same one, covered
                self._cover.put_on(frame.image)
            yield self._code(frame)
        if self._is_closed or t - self._time <= PATIENCE:
            return
        if self._image is None:
            yield self._code(Frame(0.0, blank(*self._source.size)))
        assert self._image is not None
        yield self._code(Frame(t - PATIENCE / 2, self._image))

    def still(self, *, is_large: bool = False) -> Frame | None:
        """The newest picture, if it was not given yet."""
        if self._image is None or not self._is_new:
            return None
        self._is_new = False
        width, height = self._source.size
        if is_large or width <= STILL_WIDTH:
            return Frame(self._time, self._image)
        small = 2 * round(STILL_WIDTH * height / width / 2)
        picture = VideoFrame.from_ndarray(self._image, format="yuv420p")
        scaled = self._scaler.reformat(picture, STILL_WIDTH, small, "yuv420p")
        return Frame(self._time, np.ascontiguousarray(scaled.to_ndarray(), dtype=np.uint8))

    def close(self) -> None:
        """Close the source."""
        self._is_closed = True
        self._source.close()

    def _code(self, frame: Frame) -> CodedPicture:
        picture = self._coder.code(frame)
        self._image, self._time = frame.image, picture.time
        return picture
