"""What the program that records needs of the way to the school, wherever that way begins.

::

    one program    Unit ---------------------> SchoolSide      waitwise unit record, the demo   device/school_side.py
    two programs   Unit --> SyncClient ~~~~~~> SchoolSide      waitwise unit run --sync         device/sync_socket.py

Whoever records is never kept waiting and never told of a failure: a lesson stands in its folder, and what is said here
is only that something new is there. Without it the school is late, and the lesson is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lesson.problems import Problem, by_urgency


@dataclass(frozen=True, slots=True)
class Recording:
    """What the school is told about recording."""

    lesson_id: str | None = None
    """The lesson that is recorded now."""
    problems: tuple[str, ...] = ()
    """Codes from lesson/problems.py: what is wrong with the devices, the clock, the timetable, keys and mask."""
    microphone_drift_ppm: float | None = None
    """How much too fast the microphone counted in the last lesson that was long enough to know."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the school does not have yet."""

    lessons: int = 0
    """Without a receipt."""
    segments: int = 0
    events: int = 0
    problems: tuple[str, ...] = ()
    """Codes from lesson/problems.py: what is wrong on the way."""
    deleted: int = 0
    """Lessons that the school has deleted, and of which a copy may be here."""


class ToSchool(Protocol):
    """The way to the school. Used by several threads; nothing raises but `forget_lesson` and `copy_is_gone`."""

    @property
    def waiting(self) -> Waiting:
        """What waits, as far as is known now."""

    def add_event(self, event: bytes) -> None:
        """Have an encoded event sent (`lesson.messages.encode_event`)."""

    def look(self, lesson_id: str) -> None:
        """Something new of this lesson is whole and on the disk."""

    def drop(self, lesson_id: str) -> bool:
        """Forget a lesson; True only if none of its footage has left the unit, and none will."""

    def lessons(self) -> dict[str, bool]:
        """Every lesson known there, oldest first, and whether its receipt is; nothing where nobody answers."""

    def receipt(self, lesson_id: str) -> bytes | None:
        """The school's receipt for a lesson."""

    def forget_lesson(self, lesson_id: str) -> None:
        """Forget a lesson that the school has, before its files are deleted. Raises a `WaitwiseError` if that fails."""

    def deletions(self) -> dict[str, bytes]:
        """Signed deletion receipts of lessons of which a copy may be here; nothing where nobody answers."""

    def copy_is_gone(self, lesson_id: str) -> None:
        """No copy of a deleted lesson is here any more; the school is told. Raises a `WaitwiseError` if that fails."""

    def report(self, recording: Recording) -> None:
        """Have the school told."""

    def listed(self) -> bytes | None:
        """The school's list of people, not yet believed; None if it cannot be asked within a few seconds."""


def problems_of(codes: tuple[str, ...], known: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems with these codes, the most urgent first."""
    return by_urgency(problem for problem in known if problem.code in codes)
