"""The way a lesson goes from a unit to its school, whatever carries it.

::

    unit                                            school
    put(header.json)                 ------------>  Stored
    put(0-000000.seg, link)          ------------>  Stored
    put(0-000000.seg, link)          ------------>  AlreadyThere      the answer to the first was lost
    have(lesson)                     ------------>  Have              after weeks, or after a doubt
    put(manifest.json)               ------------>  Missing([(0, 7)]) or Committed(receipt)

Every `put` may be repeated: the same bytes under the same name change nothing. Whoever implements this passes
`tests/suites/uplink.py`. `sync.https.HttpsUplink` is the real one, `sync.memory_school.MemoryUplink` the one for demo,
documents and tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lesson.wire import later
from sync.pieces import HEADER_NAME


def _expect_pairs(pairs: tuple[tuple[int, ...], ...]) -> None:
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("A segment is named by a track and an index.")


@dataclass(frozen=True, slots=True)
class Stored:
    """The school has it on its disk now."""


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The school had exactly these bytes already."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The manifest is fine, but names segments that the school does not have."""

    missing: tuple[tuple[int, int], ...]
    """Track and index of each."""

    def __post_init__(self) -> None:
        _expect_pairs(self.missing)


@dataclass(frozen=True, slots=True)
class Committed:
    """The school has the whole lesson, and says so with its signature."""

    receipt: bytes
    """As in lesson/footage/receipt.py."""


Answer = Stored | AlreadyThere | Missing | Committed


@dataclass(frozen=True, slots=True)
class Have:
    """What the school has of a lesson. Its form on the wire is that of its fields."""

    header: bool
    stanzas: tuple[str, ...]
    """Key ids."""
    segments: tuple[tuple[int, int], ...]
    """Track and index of each."""
    manifest: bool
    receipt: bytes | None
    grants: tuple[str, ...] = later(())
    """Their names."""

    def __post_init__(self) -> None:
        _expect_pairs(self.segments)

    @property
    def names(self) -> frozenset[str]:
        """The pieces, the manifest apart, by name."""
        header = {HEADER_NAME} if self.header else set()
        keys = {f"stanzas/{kid}.json" for kid in self.stanzas} | {f"grants/{grant}.json" for grant in self.grants}
        return frozenset(header | keys | {f"{track:d}-{index:06d}.seg" for track, index in self.segments})


NOTHING = Have(header=False, stanzas=(), segments=(), manifest=False, receipt=None)
"""What a school has of a lesson that it never heard of."""


class Uplink(Protocol):
    """One unit's way to its school. One thread at a time."""

    def put(self, lesson_id: str, name: str, body: bytes, link: bytes | None = None) -> Answer:
        """Bring a piece, named as in `sync.pieces`; a segment comes with its link.

        Raises `SchoolUnreachableError` (try again), `SchoolRefusedError` (the same again is refused again),
        `LessonDeletedError` (the school has deleted this lesson) or `NotTrustedError` (the school does not take this
        unit's certificate).
        """

    def have(self, lesson_id: str) -> Have:
        """Ask what the school has of a lesson; `NOTHING` if it never heard of it. Raises as `put` does."""

    def deletions(self) -> tuple[bytes, ...]:
        """Signed deletion receipts of this unit's lessons, until `has_deleted`. Raises as `put` does."""

    def has_deleted(self, lesson_id: str) -> None:
        """Say that this unit has no copy of a deleted lesson. Raises as `put` does."""

    def close(self) -> None:
        """Give back the connection."""
