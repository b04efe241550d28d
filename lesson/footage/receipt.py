"""The school's signed word that it has a lesson, so that the unit may delete its own copy.

::

    {"signed":{"lesson":"5f0e...","header_sha256":"<H>","manifest_sha256":"...","segments":1551,
               "received_at":"2026-11-17T10:02:11Z"},"signature":"..."}

A receipt is for exactly these bytes of header and manifest. The manifest names the chain, and the chain every byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from lesson.footage.errors import ReceiptError
from lesson.footage.header import LESSON_ID_BYTES
from lesson.footage.hexes import expect_hex
from lesson.footage.signed import ReceiptKey, refused_as, sign, verify
from lesson.wire import dumps, from_wire, loads

_PURPOSE = "receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the school says it has."""

    lesson: str
    header_sha256: str
    manifest_sha256: str
    segments: int
    """Segments of all tracks."""
    received_at: datetime

    def __post_init__(self) -> None:
        expect_hex(self.lesson, LESSON_ID_BYTES, "The lesson")
        expect_hex(self.header_sha256, 32, "header_sha256")
        expect_hex(self.manifest_sha256, 32, "manifest_sha256")
        if self.received_at.tzinfo is None:
            raise ValueError("received_at needs its time zone.")

    def sign(self, key: ReceiptKey) -> bytes:
        """The receipt as the unit gets it."""
        return sign(_PURPOSE, dumps(self), key)

    @classmethod
    def verify(cls, data: bytes, school: bytes) -> Self:
        """Verify with the school's public receipt key, then read. Raises `ReceiptError`."""
        with refused_as(
            ReceiptError, "The receipt was altered, or another school made it.", "The receipt cannot be read."
        ):
            return from_wire(cls, loads(verify(_PURPOSE, data, school)))

    def expect(self, *, header_sha256: str, manifest_sha256: str) -> None:
        """Raise `ReceiptError` unless this is the receipt for exactly this lesson. Ask before deleting anything."""
        if (self.header_sha256, self.manifest_sha256) != (header_sha256, manifest_sha256):
            raise ReceiptError("This receipt is for another lesson, or for another version of it.")
