"""Names and keys of the parts of a lesson.

::

    0-000000.seg   track 0 (picture and sound), the initialization segment
    0-000001.seg   track 0, the first 2 s
    2-000000.seg   track 2 (the lesson log: UTF-8, one JSON line a `lesson.talk.Heard`)

Each segment has a key of its own, so that a clip can be shared without the rest:

    HKDF-SHA256(content key, no salt, "waitwise.v1/segment" 00 | H | track u8 | index u32 | final u8), 16 bytes

Numbers are big-endian. `final` is in the key: nobody can make another segment look like the last one.
A segment's bytes are Cobblestone-128 (C2SP chunked encryption with SHA-512 and AES-128-GCM) under that key with an
empty context; it brings its own random salt, so no nonce is counted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lesson.footage.errors import SegmentMisplacedError

CONTENT_KEY_BYTES = 16
MAX_INDEX = 999_999
"""The file name has six digits: 23 days of segments of 2 s."""


class Track(IntEnum):
    """What a segment holds."""

    AV = 0
    """Fragmented MP4 with picture and sound. Index 0 is the initialization segment."""
    AUDIO = 1
    """Fragmented MP4 with sound only. Index 0 is the initialization segment."""
    LOG = 2
    """What was heard, as JSON lines."""
    STILLS = 3
    """Single pictures, and the proof of the mask."""
    EVIDENCE = 4
    """What was heard, as it happens, over MQTT. Not stored with the lesson and not in its chain."""


@dataclass(frozen=True, slots=True, order=True)
class SegmentName:
    """Where a segment belongs."""

    track: Track
    index: int

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_INDEX:
            raise ValueError(f"A segment's index must be between 0 and {MAX_INDEX}.")

    @property
    def file_name(self) -> str:
        """Name of its file in the lesson's folder.

        >>> SegmentName(Track.AV, 12).file_name
        '0-000012.seg'
        """
        return f"{self.track:d}-{self.index:06d}.seg"

    @classmethod
    def from_file_name(cls, file_name: str) -> Self:
        """The name back from the file's. Raises `SegmentMisplacedError` when it is none of ours."""
        found = re.fullmatch(r"([0-3])-([0-9]{6})\.seg", file_name, re.ASCII)
        if not found:
            raise SegmentMisplacedError(f"{file_name!r} is not the name of a segment.")
        return cls(Track(int(found[1])), int(found[2]))


def segment_key(content_key: bytes | bytearray, header_hash: bytes, name: SegmentName, *, final: bool) -> bytes:
    """The 16 bytes one segment, or one piece of evidence, is sealed with."""
    info = b"waitwise.v1/segment\0" + header_hash + bytes([name.track]) + name.index.to_bytes(4) + bytes([final])
    return HKDF(algorithm=SHA256(), length=16, salt=None, info=info).derive(content_key)
