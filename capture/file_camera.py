"""The pictures of a video file, as if a camera saw them now.

::

    file     [0.000] [0.033]        [0.400] [0.433]       its own time stamps, whatever the header calls the rate
    frames   [0.000] [0.033]        [0.400] [0.433]       scaled into the size, dark bars where the shape differs

Zero is where the file starts, for `FileMicrophone` as well: picture and sound of one file stay together.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from capture.camera import Frame, Image, blank, planes
from capture.errors import FileUnreadableError
from capture.media_file import MediaFile


class FileCamera:
    """A video file as a picture source."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        """Open `path` and show it `width` x `height` pixels large, both even.

        Raises:
            FileUnreadableError: not a file, not readable, no picture in it.
        """
        self._size = (width, height)
        self._bars = blank(width, height)
        self._scaler = VideoReformatter()
        self._file = MediaFile(path)
        try:
            self._frames = self._file.decode("video")
            first: VideoFrame | None = next(self._frames, None)
        except FileUnreadableError:
            self._file.close()
            raise
        if first is None:
            self._file.close()
            raise FileUnreadableError(f"{path.name} has a video track, but no picture in it.")
        self._rate_hz = self._file.rate_hz or 25.0
        self._ahead: VideoFrame | None = first
        self._last_time = 0.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._size

    @property
    def rate_hz(self) -> float:
        """Average rate of the file."""
        return self._rate_hz

    def frames_until(self, t: float) -> Iterator[Frame]:
        """Frames up to lesson second `t`."""
        while self._ahead is not None:
            at = self._file.time_of(self._ahead)
            # A time stamp that jumps back belongs to a picture that comes later all the same.
            time = self._last_time if at is None else max(at, self._last_time)
            if time > t:
                return
            picture, self._ahead, self._last_time = self._ahead, next(self._frames, None), time
            yield Frame(time, self._fit(picture))

    def close(self) -> None:
        """Close the file."""
        self._ahead = None
        self._file.close()

    def _fit(self, picture: VideoFrame) -> Image:
        width, height = self._size
        scale = min(width / picture.width, height / picture.height)
        inner_width = max(2, min(width, 2 * round(picture.width * scale / 2)))
        inner_height = max(2, min(height, 2 * round(picture.height * scale / 2)))
        scaled = self._scaler.reformat(
            picture,
            inner_width,
            inner_height,
            "yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        inner: Image = np.ascontiguousarray(scaled.to_ndarray(), dtype=np.uint8)
        if (inner_width, inner_height) == (width, height):
            return inner
        image = self._bars.copy()
        left, top = (width - inner_width) // 4 * 2, (height - inner_height) // 4 * 2
        for shrink, to, of in zip((1, 2, 2), planes(image), planes(inner), strict=True):
            rows, columns = of.shape
            to[top // shrink : top // shrink + rows, left // shrink : left // shrink + columns] = of
        return image
