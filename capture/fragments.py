"""Coded pictures and sound to fragmented MP4, a few seconds a piece, never anywhere but in memory.

::

    pictures  |K . . . . . . . . |K . . . . . . . . |K . .        K = key picture, every KEY_EVERY seconds by time
    sound     |~~~~~~~~~~~~~~~~~~|~~~~~~~~~~~~~~~~~~|~~~~~
    out   init|     segment 1    |    segment 2     |  (3: comes with the next K, or with finish())

Pictures come coded (camera.py), sound is coded here. Time is what pictures and sample counts say, never a nominal rate,
and both tracks start at lesson second 0:

* a first picture that comes later is shown from 0 as well; sound that begins later begins with silence
* a block that leaves a hole is preceded by silence; a block that comes twice is cut where the sound already is
* a camera that says nothing for `PATIENCE` leaves its last key picture standing (a blank one if there never was one),
  a microphone that says nothing leaves silence: a stream in which one track ends early would stop the player
* what builds upon pictures that are not there is left out until the next key picture

Segments may be cut only in memory: see capture/recorder.py for how they reach the disk.
"""

from __future__ import annotations

import contextlib
import io
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from capture.boxes import Box, BoxSplitter
from capture.camera import KEY_EVERY, PATIENCE, CodedPicture, Coding
from capture.codecs import Codecs
from capture.coder import SMALLEST_STEP, TICKS
from capture.errors import EncoderError
from capture.moof import track_span
from lesson.sound import BYTES_A_SAMPLE, RATE_HZ, AudioBlock

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
    """A muxer for one lesson. Feed pictures and sound in whatever order they come; both in order of time."""

    def __init__(self, coding: Coding | None = None, *, audio_bit_rate: int = 48_000) -> None:
        """No `coding`: sound only.

        Args:
            coding: how the pictures are coded.
            audio_bit_rate: bits a second of the sound.

        Raises:
            EncoderError: `coding.blank` is no picture.
        """
        self._out = _Out()
        self._splitter = BoxSplitter()
        self._fragment_boxes: list[Box] = []
        self._mp4 = av.open(self._out, "w", format="mp4", options=_muxer_options(has_video=coding is not None))
        self._video = self._add_video(coding) if coding is not None else None
        self._audio = self._add_audio(audio_bit_rate)
        self.codecs = Codecs(coding.codec if coding is not None else None, "mp4a.40.2")
        self._standing = coding.blank if coding is not None else b""
        self._needs_key = True
        self._last_tick = -SMALLEST_STEP
        self._sound_end = 0
        self._is_finished = False
        self.late_samples = 0
        """Samples that came after silence had been put in their place."""

    def picture(self, picture: CodedPicture) -> list[Fragment]:
        """Take a picture; give the fragments that it completes.

        Raises:
            EncoderError: no pictures were agreed on, or after `finish`.
        """
        if self._video is None:
            raise EncoderError("This lesson is recorded without pictures.")
        self._check_open()
        if picture.is_key:
            self._standing, self._needs_key = picture.data, False
        elif self._needs_key:
            return []
        if self._last_tick < 0 < picture.time:
            self._mux_picture(picture.data, 0.0, is_key=True)
        self._mux_picture(picture.data, picture.time, is_key=picture.is_key)
        if picture.time - self._sound_end / RATE_HZ > PATIENCE:
            self._fill_sound(round((picture.time - PATIENCE / 2) * RATE_HZ))
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
            self._stand(block.end - PATIENCE / 2)
        return self._fragments()

    def finish(self) -> list[Fragment]:
        """End the lesson; give all that was pending. The last one is final. Empty if nothing was ever fed."""
        self._check_open()
        self._is_finished = True
        if self._last_tick < 0 and not self._sound_end:
            return []
        if self._video is not None and self._last_tick < 0:
            self._stand(0.0)
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

    def _stand(self, time: float) -> None:
        """Show the last key picture at `time`, and from 0 on where there was none before."""
        self._needs_key = True
        if self._last_tick < 0 < time:
            self._mux_picture(self._standing, 0.0, is_key=True)
        self._mux_picture(self._standing, time, is_key=True)

    def _mux_picture(self, data: bytes, time: float, *, is_key: bool) -> None:
        assert self._video is not None
        packet = Packet(data)
        packet.stream = self._video
        packet.pts = packet.dts = self._last_tick = max(round(time * TICKS), self._last_tick + SMALLEST_STEP, 0)
        packet.time_base = Fraction(1, TICKS)
        packet.is_keyframe = is_key
        self._mp4.mux(packet)

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
            assert self._video.time_base is not None
            ticks = self._video.time_base.denominator
            return span[0] / ticks, span[1] / ticks
        start, length = track_span(moof, 2 if self._video else 1) or (0, 0)
        first, end = max(0, start - _PRIMING), max(0, start + length - _PRIMING)
        return first / RATE_HZ, (end - first) / RATE_HZ

    def _add_video(self, coding: Coding) -> VideoStream:
        try:
            with av.open(io.BytesIO(coding.blank), format="h264") as blank:
                stream = self._mp4.add_stream_from_template(blank.streams.video[0], opaque=True)
        except (FFmpegError, IndexError) as error:
            raise EncoderError("What should be a key picture is none.") from error
        with contextlib.suppress(RuntimeError):  # PyAV 14 lets nobody choose it, and takes FFmpeg's own for H.264
            stream.time_base = Fraction(1, TICKS)
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
