"""How pictures and sound are encoded, and what a player must be told beforehand.

::

    preset      profile    codec string (720p25)   a picture takes     a lesson takes
    superfast   High       avc1.64001F             about 1.6 times     half the bytes, where little moves
    ultrafast   Baseline   avc1.42C01F             2.5-4 ms (PC core)  0.6 Mbit/s (chart), 1.9 Mbit/s (noisy room)

The header of a lesson is written before its first picture, so the codec string must be known by then: it is read
from the parameter set of a key picture that the same encoder made before, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from capture.errors import EncoderError

Preset = Literal["ultrafast", "superfast"]

# Level, macroblocks a picture, macroblocks a second (H.264, table A-1). The first that fits is declared.
_LEVELS = (("31", 3600, 108_000), ("40", 8192, 245_760), ("42", 8704, 522_240), ("51", 36_864, 983_040))


@dataclass(frozen=True, slots=True)
class Codecs:
    """What the header says about the stream, known before the first picture (RFC 6381)."""

    video: str | None
    audio: str

    @property
    def mime(self) -> str:
        """What a browser's MediaSource wants to hear."""
        names = ", ".join(name for name in (self.video, self.audio) if name)
        return f'{"video" if self.video else "audio"}/mp4; codecs="{names}"'


def video_options(
    width: int, height: int, rate_hz: float, preset: Preset, bit_rate: int, threads: int
) -> dict[str, str]:
    """What libx264 is told.

    Raises:
        EncoderError: more than the highest level allows.
    """
    return {
        "preset": preset,
        "tune": "zerolatency",
        "level": _level(width, height, rate_hz),
        # Key frames come by time, from us alone: each starts a segment.
        "forced-idr": "1",
        "g": "1000000",
        "x264-params": "scenecut=0",
        "crf": "24",
        "maxrate": str(bit_rate),
        "bufsize": str(2 * bit_rate),
        "threads": str(threads),
        "color_range": "tv",
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
    }


def avc1(key_picture: bytes) -> str:
    """`avc1.PPCCLL`: profile, constraints and level, from the parameter set that a key picture brings.

    >>> avc1(bytes.fromhex("000000016764001facb4"))
    'avc1.64001F'
    """
    # Annex B: a start code, then a NAL unit, whose type is in five bits; 7 is the sequence parameter set.
    start = key_picture.find(b"\x00\x00\x01") + 3
    while start >= 3 and key_picture[start] & 0x1F != 7:
        start = key_picture.find(b"\x00\x00\x01", start) + 3
    if start < 3:
        raise EncoderError("A key picture came without its parameter set.")
    return f"avc1.{key_picture[start + 1 : start + 4].hex().upper()}"


def _level(width: int, height: int, rate_hz: float) -> str:
    blocks = -(-width // 16) * -(-height // 16)
    for level, most_blocks, most_blocks_a_second in _LEVELS:
        if blocks <= most_blocks and blocks * rate_hz <= most_blocks_a_second:
            return level
    raise EncoderError(f"{width} x {height} at {rate_hz} Hz is more than a classroom's player can show.")
