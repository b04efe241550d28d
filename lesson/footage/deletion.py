"""The school's signed word that it has destroyed a lesson. It is kept for good; nothing else of the lesson is.

::

    {"signed":{"lesson":"5f0e...","header_sha256":"<H>","chain":"...","segments":1551,"length_bytes":931024118,
               "by":"teacher","deleted_at":"2026-12-22T03:10:00Z"},"signature":"..."}

It names the lesson by its header and by the chain over every segment that the school had, so a unit that still has a
copy knows that it is meant. It says what the school did with what it had: not what somebody copied before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from lesson.footage.errors import DeletionError
from lesson.footage.header import LESSON_ID_BYTES
from lesson.footage.hexes import expect_hex
from lesson.footage.signed import ReceiptKey, refused_as, sign, verify
from lesson.wire import dumps, from_wire, loads

_PURPOSE = "deletion"


class DeletedBy(StrEnum):
    """Who wanted it."""

    TEACHER = "teacher"
    """Whose lesson it was."""
    POLICY = "policy"
    """Its days were over."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What the school says it has destroyed."""

    lesson: str
    header_sha256: str
    chain: str
    """Over the segments that were here, as in the links; H where there was none."""
    segments: int
    """Of all tracks."""
    length_bytes: int
    """Of sealed footage."""
    by: DeletedBy
    deleted_at: datetime

    def __post_init__(self) -> None:
        expect_hex(self.lesson, LESSON_ID_BYTES, "The lesson")
        expect_hex(self.header_sha256, 32, "header_sha256")
        expect_hex(self.chain, 32, "The chain")
        if self.deleted_at.tzinfo is None:
            raise ValueError("deleted_at needs its time zone.")

    def sign(self, key: ReceiptKey) -> bytes:
        """The receipt as it is kept, shown and sent to the unit."""
        return sign(_PURPOSE, dumps(self), key)

    @classmethod
    def verify(cls, data: bytes, school: bytes) -> Self:
        """Verify with the school's public receipt key, then read. Raises `DeletionError`."""
        with refused_as(
            DeletionError,
            "The deletion receipt was altered, or another school made it.",
            "The deletion receipt cannot be read.",
        ):
            return from_wire(cls, loads(verify(_PURPOSE, data, school)))

    def expect(self, *, lesson: str, header_sha256: str) -> None:
        """Raise `DeletionError` unless it is for exactly this lesson. Ask before deleting a copy for it."""
        if (self.lesson, self.header_sha256) != (lesson, header_sha256):
            raise DeletionError("This deletion receipt is for another lesson.")
