"""Pictures and sound to fragmented MP4, a few seconds a piece, never anywhere but in memory.

::

    pictures  |K . . . . . . . . |K . . . . . . . . |K . .        K = key frame, every KEY_EVERY seconds by time
    sound     |~~~~~~~~~~~~~~~~~~|~~~~~~~~~~~~~~~~~~|~~~~~
    out   init|     segment 1    |    segment 2     |  (3: comes with the next K, or with finish())

Time is what frames and sample counts say, never a nominal rate, and both tracks start at lesson second 0:

* a first picture that comes later is shown from 0 as well; sound that begins later begins with silence
* a block that leaves a hole is preceded by silence; a block that comes twice is cut where the sound already is
* a camera that says nothing for `PATIENCE` leaves its last picture standing (a slate one if there never was one),
  a microphone that says nothing leaves silence: a stream in which one track ends early would stop the player

Segments may be cut only in memory: see capture/recorder.py for how they reach the disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from capture.boxes import Box, BoxSplitter
from capture.camera import Frame, Image, blank
from capture.codecs import Codecs, Preset, avc1, video_options
from capture.errors import EncoderError
from capture.moof import track_span
from lesson.sound import BYTES_A_SAMPLE, RATE_HZ, AudioBlock

KEY_EVERY = 1.6
"""Seconds between key frames. What a power cut takes is this, the 0.2 s that the sound encoder is behind, and a frame:
together under 2 s from five pictures a second on (measured: 1.8 s at five)."""

PATIENCE = 2.0
"""Seconds that one track may be behind the other before it is continued without its device."""

TICKS = 90_000
"""Time scale of the pictures, as in MPEG systems: divides by 24, 25, 30 and 1000."""

_SMALLEST_STEP = TICKS // 1000  # two pictures with one time stamp make the muxer refuse both

_PRIMING = 1024  # samples that FFmpeg's AAC encoder puts before the sound; the edit list tells players


class FragmentKind(StrEnum):
    """What a piece of the stream is."""

    INIT = "init"
    """ftyp + moov: what a player must have first."""
    SEGMENT = "segment"
    """moof + mdat: plays with the init."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of the stream."""

    kind: FragmentKind
    data: bytes
    start: float
    """Lesson seconds; of the picture, or of the sound where there is no picture."""
    duration: float
    """Seconds; 0 for the init."""
    is_final: bool = False
    """Nothing comes after it."""


class FragmentedMp4:
    """An encoder for one lesson. Feed pictures and sound in whatever order they come; both in order of time."""

    def __init__(
        self,
        width: int = 0,
        height: int = 0,
        rate_hz: float = 0.0,
        *,
        preset: Preset = "superfast",
        video_bit_rate: int = 1_500_000,
        audio_bit_rate: int = 48_000,
        threads: int = 1,
    ) -> None:
        """No `width`: sound only.

        Args:
            width: pixels, even.
            height: pixels, even.
            rate_hz: roughly how many pictures a second; for the bit rate, never for time.
            preset: superfast (High profile), or ultrafast (Baseline: half the work, about twice the bytes).
            video_bit_rate: bits a second that the pictures may not exceed over two seconds.
            audio_bit_rate: bits a second of the sound.
            threads: for the pictures.

        Raises:
            EncoderError: no such size.
        """
        if width and rate_hz <= 0:
            raise EncoderError(f"{rate_hz} pictures a second are no budget.")
        self._out = _Out()
        self._splitter = BoxSplitter()
        self._fragment_boxes: list[Box] = []
        self._size = (width, height)
        self._key_slack = 0.5 / rate_hz if rate_hz else 0.0
        self._mp4 = av.open(self._out, "w", format="mp4", options=_muxer_options(has_video=bool(width)))
        try:
            self._video = self._add_video(rate_hz, preset, video_bit_rate, threads) if width else None
            self._audio = self._add_audio(audio_bit_rate)
        except (av.error.FFmpegError, ValueError) as error:
            raise EncoderError(f"No picture of {width} x {height} at {rate_hz} Hz can be encoded: {error}") from error
        self.codecs = Codecs(avc1(self._video) if self._video else None, "mp4a.40.2")
        self._image: Image = blank(width, height) if width else np.empty((0, 0), np.uint8)
        self._last_tick = -_SMALLEST_STEP
        self._next_key = 0.0
        self._sound_end = 0
        self._is_finished = False
        self.late_samples = 0
        """Samples that came after silence had been put in their place."""

    def picture(self, frame: Frame) -> list[Fragment]:
        """Take a picture; give the fragments that it completes.

        Raises:
            EncoderError: no pictures were agreed on, another size, or after `finish`.
        """
        if self._video is None:
            raise EncoderError("This lesson is recorded without pictures.")
        width, height = self._size
        if frame.image.shape != (height * 3 // 2, width):
            raise EncoderError(f"A picture of {width} x {height} was agreed on, not {frame.image.shape}.")
        self._check_open()
        if self._last_tick < 0 < frame.time:
            self._encode_picture(frame.image, 0.0)
        self._encode_picture(frame.image, frame.time)
        if frame.time - self._sound_end / RATE_HZ > PATIENCE:
            self._fill_sound(round((frame.time - PATIENCE / 2) * RATE_HZ))
        return self._fragments()

    def sound(self, block: AudioBlock) -> list[Fragment]:
        """Take a block of sound; give the fragments that it completes.

        Raises:
            EncoderError: after `finish`.
        """
        self._check_open()
        self._fill_sound(block.first_sample)
        late = min(block.samples, self._sound_end - block.first_sample)
        self.late_samples += late
        self._encode_sound(block.pcm[late * BYTES_A_SAMPLE :])
        if self._video is not None and block.end - max(self._last_tick, 0) / TICKS > PATIENCE:
            if self._last_tick < 0:
                self._encode_picture(self._image, 0.0)
            self._encode_picture(self._image, block.end - PATIENCE / 2)
        return self._fragments()

    def finish(self) -> list[Fragment]:
        """End the lesson; give all that was pending. The last one is final. Empty if nothing was ever fed."""
        self._check_open()
        self._is_finished = True
        if self._last_tick < 0 and not self._sound_end:
            return []
        if self._video is not None:
            if self._last_tick < 0:
                self._encode_picture(self._image, 0.0)
            self._mux(self._video.encode(None))
        self._mux(self._audio.encode(None))
        self._mp4.close()
        return self._fragments(is_last=True)

    def close(self) -> None:
        """Throw away what is pending. May be called twice, and after `finish`."""
        self._is_finished = True
        self._mp4.close()
        self._out.take()

    def __del__(self) -> None:
        # PyAV 14.2 crashes the process when an open muxer is collected: it then writes to an object that is gone.
        if hasattr(self, "_mp4"):
            self.close()

    def _check_open(self) -> None:
        if self._is_finished:
            raise EncoderError("The lesson has ended: make another encoder for the next one.")

    def _encode_picture(self, image: Image, time: float) -> None:
        assert self._video is not None
        tick = max(round(time * TICKS), self._last_tick + _SMALLEST_STEP, 0)
        picture = VideoFrame.from_ndarray(image, format="yuv420p")
        picture.pts = tick
        picture.time_base = Fraction(1, TICKS)
        if tick / TICKS >= self._next_key - self._key_slack:
            picture.pict_type = PictureType.I
            self._next_key = tick / TICKS + KEY_EVERY
        self._image = image
        self._last_tick = tick
        self._mux(self._video.encode(picture))

    def _fill_sound(self, until_sample: int) -> None:
        while (gap := until_sample - self._sound_end) > 0:
            self._encode_sound(bytes(min(gap, RATE_HZ) * BYTES_A_SAMPLE))

    def _encode_sound(self, pcm: bytes) -> None:
        samples = len(pcm) // BYTES_A_SAMPLE
        if not samples:
            return
        frame = AudioFrame(format="s16", layout="mono", samples=samples)
        frame.planes[0].update(pcm)
        frame.sample_rate = RATE_HZ
        frame.pts = self._sound_end
        frame.time_base = Fraction(1, RATE_HZ)
        self._sound_end += samples
        self._mux(self._audio.encode(frame))

    def _mux(self, packets: Iterable[Packet[Any]]) -> None:
        for packet in packets:
            self._mp4.mux(packet)

    def _fragments(self, *, is_last: bool = False) -> list[Fragment]:
        found: list[Fragment] = []
        for box in self._splitter.feed(self._out.take()):
            self._fragment_boxes.append(box)
            if box.kind == "moov":
                found.append(Fragment(FragmentKind.INIT, self._collected(), 0.0, 0.0))
            elif box.kind == "mdat":
                start, duration = self._span()
                found.append(Fragment(FragmentKind.SEGMENT, self._collected(), start, duration))
        if is_last:
            self._splitter.finish()
            last = found.pop()
            found.append(Fragment(last.kind, last.data, last.start, last.duration, is_final=True))
        return found

    def _collected(self) -> bytes:
        data = b"".join(box.data for box in self._fragment_boxes)
        self._fragment_boxes.clear()
        return data

    def _span(self) -> tuple[float, float]:
        """Start and duration of the fragment that has just been collected."""
        moof = next(box for box in self._fragment_boxes if box.kind == "moof")
        if self._video is not None and (span := track_span(moof, 1)):
            return span[0] / TICKS, span[1] / TICKS
        start, length = track_span(moof, 2 if self._video else 1) or (0, 0)
        first, end = max(0, start - _PRIMING), max(0, start + length - _PRIMING)
        return first / RATE_HZ, (end - first) / RATE_HZ

    def _add_video(self, rate_hz: float, preset: Preset, bit_rate: int, threads: int) -> VideoStream:
        width, height = self._size
        stream = self._mp4.add_stream(
            "libx264",
            rate=Fraction(rate_hz).limit_denominator(1001),
            options=video_options(width, height, rate_hz, preset, bit_rate, threads),
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, TICKS)
        stream.codec_context.open()
        return stream

    def _add_audio(self, bit_rate: int) -> AudioStream:
        stream = self._mp4.add_stream("aac", rate=RATE_HZ, layout="mono")
        stream.bit_rate = bit_rate
        return stream


class _Out:
    """All that the muxer may write to: memory. It can neither seek nor open anything."""

    def __init__(self) -> None:
        self._written: deque[bytes] = deque()

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self._written)
        self._written.clear()
        return data


def _muxer_options(*, has_video: bool) -> dict[str, str]:
    # delay_moov: the edit list then knows the encoder's priming. With empty_moov the sound would be 64 ms early.
    flags = "delay_moov+default_base_moof+skip_trailer"
    if has_video:
        return {"movflags": f"frag_keyframe+{flags}", "flush_packets": "1"}
    return {"movflags": flags, "frag_duration": str(round(KEY_EVERY * 1e6)), "flush_packets": "1"}
