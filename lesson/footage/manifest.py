"""How a lesson ended, and how many segments it has: the unit's last word.

::

    manifest.json
    {"signed":{"v":1,"lesson":"5f0e...","header_sha256":"<H>","segments":{"0":1501,"2":50},"chain":"<last c_i>",
               "duration_s":3000.0,"evidence":750,"end":"stopped"},"signature":"..."}

With it a reader knows that nothing was dropped from the end of the links. A lesson without one is still being
recorded, or its unit has not come back yet.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from lesson.footage.errors import ManifestError
from lesson.footage.header import LESSON_ID_BYTES
from lesson.footage.hexes import expect_hex
from lesson.footage.signed import SigningKey, refused_as, sign, verify
from lesson.wire import dumps, from_wire, loads, seconds

VERSION = 1
_PURPOSE = "manifest"


class End(StrEnum):
    """Why the lesson ended there."""

    STOPPED = "stopped"
    """Somebody pressed the button, or the longest time was over."""
    INTERRUPTED = "interrupted"
    """The power went; the unit signed what it found when it came back."""
    DISK_FULL = "disk_full"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the unit says of the whole lesson."""

    v: int
    lesson: str
    header_sha256: str
    segments: dict[str, int]
    """How many segments each track has, by its number: `{"0": 1501, "2": 50}`."""
    chain: str
    """c of the last link, H if there is none."""
    evidence: int | None
    """Pieces of evidence sealed. None: the unit lost count in a power cut."""
    end: End
    duration: float = seconds()
    """Of the longest track."""

    def __post_init__(self) -> None:
        if self.v != VERSION:
            raise ValueError(f"Version {self.v} is not known here: a newer program is needed.")
        expect_hex(self.lesson, LESSON_ID_BYTES, "The lesson")
        expect_hex(self.header_sha256, 32, "header_sha256")
        expect_hex(self.chain, 32, "chain")

    @property
    def segment_count(self) -> int:
        """Segments of all tracks."""
        return sum(self.segments.values())

    def encode(self, key: SigningKey) -> bytes:
        """The bytes of manifest.json. Keep them: a receipt is for exactly these."""
        return sign(_PURPOSE, dumps(self), key)

    @classmethod
    def decode(cls, data: bytes, signer: bytes) -> Self:
        """Verify with the unit's public key, then read. Raises `ManifestError`."""
        with refused_as(
            ManifestError, "The manifest was altered, or another unit made it.", "The manifest cannot be read."
        ):
            return from_wire(cls, loads(verify(_PURPOSE, data, signer)))


def manifest_hash(data: bytes) -> str:
    """SHA-256 of the bytes of manifest.json, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
