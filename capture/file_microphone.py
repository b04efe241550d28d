"""Play any audio or video file as if the lesson happened now.

::

    file     48 kHz stereo AAC  ##########........hole........##########
    blocks   16 kHz mono s16    |--|--|--|--|==|==|==|==|==|--|--|--|     == is_missing, zeros

Read as a stream: an hour takes no more memory than a minute. All channels are averaged, so a voice on one of them
is never lost. Time is the file's own: zero is where the file (sound or picture) starts, a hole between time stamps
becomes missing blocks.

A broken time stamp must not become hours of zeros: at most `MAX_MISSING` seconds are filled in per file; beyond
that, and where time stamps jump backwards, the sound goes on where it was and `warnings` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from capture.errors import FileUnreadableError
from capture.media_file import MediaFile
from capture.microphone import BlockCutter
from capture.pace import NoPace, Pace
from lesson.sound import BLOCK_SAMPLES, BYTES_A_SAMPLE, RATE_HZ, AudioBlock

MAX_MISSING = 600.0
"""Seconds of holes that are filled with zeros, all holes of a file together. Ten minutes: longer than a pause in a
recording, far shorter than what a broken time stamp claims."""

HOLE = 0.1
"""Seconds. Time stamps of common formats are rounded to 1 ms or to a packet of 20-60 ms; this is more than that."""

CUT_SHORT = 0.5
"""Seconds that a file may be shorter than it says before we call it cut short."""


class FileMicrophone:
    """A file as a microphone.

    `duration` is what the file claims, in seconds, or None. After the last block, `missing` is how many seconds
    the file ended before that (0.0 for a whole one) and `warnings` has a sentence for everything that was odd.
    """

    def __init__(self, path: Path, pace: Pace | None = None) -> None:
        """Open `path`; a missing `pace` is full speed.

        Raises:
            FileUnreadableError: not a file, not readable, no sound in it.
        """
        self.zero = self.drift = None
        """A file has a time of its own."""
        self._pace: Pace = pace or NoPace()
        self._file = MediaFile(path)
        self.missing = 0.0
        self.warnings: list[str] = []
        try:
            self._frames = self._file.decode("audio")
            self._first = next(self._frames)
        except StopIteration:
            self._file.close()
            raise FileUnreadableError(f"{path.name} has an audio track, but no sound in it.") from None
        except FileUnreadableError:
            self._file.close()
            raise
        self.duration = self._file.duration
        self._cutter = BlockCutter()
        self._resampler: AudioResampler | None = None
        self._source_rate = 0
        self._anchor = 0.0
        self._since_anchor = 0
        self._fillable = MAX_MISSING
        self._is_closed = False

    def blocks(self) -> Iterator[AudioBlock]:
        """Blocks of the file, each handed over when the lesson is as old as its end."""
        for block in self._unpaced():
            self._pace.wait_until(block.end)
            if self._is_closed:
                return
            yield block

    def close(self) -> None:
        """Close the file; `blocks` ends."""
        self._is_closed = True
        self._file.close()

    def _unpaced(self) -> Iterator[AudioBlock]:
        frame: AudioFrame | None = self._first
        while frame is not None:
            yield from self._take(frame)
            if self._is_closed:
                return
            frame = next(self._frames, None)
        yield from self._cutter.feed(self._drain())
        yield from self._cutter.finish()
        self._judge_end()

    def _take(self, frame: AudioFrame) -> Iterator[AudioBlock]:
        if frame.sample_rate != self._source_rate:
            yield from self._cutter.feed(self._drain())
            self._anchor = self._cutter.fed_samples / RATE_HZ
            self._since_anchor = 0
            self._source_rate = frame.sample_rate
        expected = self._anchor + self._since_anchor / self._source_rate
        at = self._file.time_of(frame)
        if at is not None and abs(at - expected) > HOLE:
            yield from self._cutter.feed(self._drain())
            yield from self._jump(at - expected, expected)
            self._anchor = self._cutter.fed_samples / RATE_HZ
            self._since_anchor = 0
        self._since_anchor += frame.samples
        yield from self._cutter.feed(self._to_pcm(frame))

    def _jump(self, seconds: float, expected: float) -> Iterator[AudioBlock]:
        """Fill a hole, or settle for the count of samples where the time stamp cannot be true."""
        if 0 < seconds <= self._fillable:
            self._fillable -= seconds
            samples = round((expected + seconds) * RATE_HZ) - self._cutter.fed_samples
            self.warnings.append(f"{seconds:.1f} s of sound are missing at {expected:.1f} s.")
            while samples > 0:
                step = min(samples, BLOCK_SAMPLES)
                yield from self._cutter.feed(bytes(step * BYTES_A_SAMPLE), is_missing=True)
                samples -= step
            return
        self._file.shift(-seconds)
        self.warnings.append(f"The time stamps jump by {seconds:+.1f} s at {expected:.1f} s; the sound goes on there.")

    def _to_pcm(self, frame: AudioFrame) -> bytes:
        mono = AudioFrame.from_ndarray(_average(frame)[np.newaxis, :], format="flt", layout="mono")
        mono.sample_rate = frame.sample_rate
        mono.time_base = Fraction(1, frame.sample_rate)
        if self._resampler is None:
            self._resampler = AudioResampler("s16", "mono", RATE_HZ)
        return b"".join(_pcm_of(out) for out in self._resampler.resample(mono))

    def _drain(self) -> bytes:
        if self._resampler is None:
            return b""
        resampler, self._resampler = self._resampler, None
        return b"".join(_pcm_of(out) for out in resampler.resample(None))

    def _judge_end(self) -> None:
        if damaged := self._file.damaged_packets:
            self.warnings.append(f"{damaged} packets could not be decoded.")
        if self._file.declared_duration is None:
            return
        missing = self._file.declared_duration - self._cutter.fed_samples / RATE_HZ
        if missing > CUT_SHORT:
            self.missing = missing
            self.warnings.append(f"The file is cut short: {missing:.1f} s at its end are missing.")


def _average(frame: AudioFrame) -> npt.NDArray[np.float32]:
    """Mean of all channels, -1 to 1. FFmpeg's own down-mix drops the LFE channel and refuses unnamed layouts."""
    samples: npt.NDArray[Any] = np.asarray(frame.to_ndarray())
    if not frame.format.is_planar:
        samples = samples.reshape(-1, len(frame.layout.channels)).T
    # Signed samples are symmetric around 0, unsigned ones around the middle of their range.
    full_scale = 1.0 if samples.dtype.kind == "f" else float(1 << (8 * samples.dtype.itemsize - 1))
    middle = full_scale if samples.dtype.kind == "u" else 0.0
    scaled = (samples.astype(np.float32) - middle) / full_scale
    mean = np.nan_to_num(scaled.mean(axis=0, dtype=np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    return np.ascontiguousarray(np.clip(mean, -1.0, 1.0))


def _pcm_of(frame: AudioFrame) -> bytes:
    # The plane is padded: only the first samples are sound.
    return bytes(frame.planes[0])[: frame.samples * BYTES_A_SAMPLE]
