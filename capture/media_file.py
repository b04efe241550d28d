"""Read the sound or the pictures of a media file, packet by packet, and survive its damage.

::

    file  --demux--> packets --decode--> frames with the file's own time, zero where the file starts

Only a local file is ever opened: a playlist inside it cannot make us read another one, or the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import av
from av.error import FFmpegError
from av.frame import Frame

from capture.errors import FileUnreadableError

MAX_DAMAGED_IN_A_ROW = 1000
"""Packets that may fail one after another before we stop reading."""

_PLAYLISTS = ("hls", "dash", "concat", "imf", "webm_dash_manifest")

_DECLARES_LENGTH = frozenset(
    {"wav", "w64", "aiff", "caf", "flac", "avi", "mov", "mp4", "m4a", "matroska", "webm", "tta", "wv"}
)
"""Formats whose header says how long they are. FFmpeg guesses for the others, from the bit rate or the last page."""


class MediaFile:
    """One media file, open for reading."""

    def __init__(self, path: Path) -> None:
        """Open `path`.

        Raises:
            FileUnreadableError: no such file, or nothing that FFmpeg knows.
        """
        self._path = path
        if not path.is_file():
            raise FileUnreadableError(f"{path} is not a file.")
        try:
            self._container = av.open(f"file:{path}", "r", options={"protocol_whitelist": "file"})
        except (FFmpegError, OSError, ValueError) as error:
            raise FileUnreadableError(f"{path.name} is no sound or film that can be played.") from error
        formats = set(self._container.format.name.split(","))
        if formats & set(_PLAYLISTS):
            self._container.close()
            raise FileUnreadableError(f"{path.name} is a list of other files, not a recording.")
        self._formats = formats
        # Of the whole file, not of a stream: picture and sound of one file keep their offset.
        self._origin = (self._container.start_time or 0) / av.time_base
        self._shift = 0.0
        self.damaged_packets = 0
        self.duration: float | None = None
        """Seconds that the stream seems to last, known after `decode`; None where nobody knows."""
        self.declared_duration: float | None = None
        """Seconds that the file says it lasts; None where FFmpeg would have to guess."""
        self.rate_hz: float | None = None
        """Frames a second on average, for pictures; None where nobody knows."""

    def decode(self, kind: Literal["audio", "video"]) -> Iterator[Any]:
        """Frames of the first stream of `kind`, in order. What cannot be decoded is left out and counted.

        Raises:
            FileUnreadableError: there is no such stream.
        """
        streams = self._container.streams.audio if kind == "audio" else self._container.streams.video
        if not streams:
            raise FileUnreadableError(f"{self._path.name} has no {kind}.")
        stream: Any = streams[0]
        if stream.duration:
            self.duration = float(stream.duration * stream.time_base)
        elif self._container.duration:
            # Matroska counts from 0, wherever its first time stamp is.
            before = max(0.0, self._origin) if "matroska" in self._formats else 0.0
            self.duration = self._container.duration / av.time_base - before
        if self.duration is not None and self._formats & _DECLARES_LENGTH:
            self.declared_duration = self.duration
            if "wav" in self._formats and stream.bit_rate:
                self.declared_duration += 8 * _missing_of_wav(self._path) / stream.bit_rate
        rate = getattr(stream, "average_rate", None)
        self.rate_hz = float(rate) if rate else None
        return self._decode(stream)

    def time_of(self, frame: Frame) -> float | None:
        """Seconds from the start of the file to `frame`; None where the file does not say."""
        if frame.pts is None or frame.time_base is None:
            return None
        return float(frame.pts * frame.time_base) - self._origin + self._shift

    def shift(self, seconds: float) -> None:
        """Move all times from now on: the file's clock proved wrong."""
        self._shift += seconds

    def close(self) -> None:
        """Close the file, from the thread that reads it. May be called twice."""
        self._container.close()

    def _decode(self, stream: Any) -> Iterator[Any]:
        packets = self._container.demux(stream)
        in_a_row = 0
        while in_a_row < MAX_DAMAGED_IN_A_ROW:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:
                self.damaged_packets += 1
                return
            try:
                frames = packet.decode()
            except FFmpegError:
                self.damaged_packets += 1
                in_a_row += 1
                continue
            in_a_row = 0
            yield from frames


def _missing_of_wav(path: Path) -> int:
    """Bytes that a WAV file announces and does not have: FFmpeg quietly takes what is there."""
    with path.open("rb") as file:
        head = file.read(8)
    announced = int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or announced in (0, 0xFFFF_FFFF):  # a stream that was never told its length
        return 0
    return max(0, announced + len(head) - path.stat().st_size)
