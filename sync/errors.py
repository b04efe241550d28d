"""What can go wrong between a unit and its school, each with its remedy."""

from __future__ import annotations

from lesson.problems import (
    DISK_FAILED,
    DISK_FULL,
    NOT_TRUSTED,
    SCHOOL_REFUSED,
    SCHOOL_UNREACHABLE,
    SETTINGS_WRONG,
    WaitwiseError,
)


class SyncError(WaitwiseError):
    """Something on the way from a unit to its school. Nothing is lost by it."""


class OutboxError(SyncError):
    """The outbox cannot be read or written."""

    problem = DISK_FAILED


class OutboxDamagedError(OutboxError):
    """The outbox's file is no outbox any more: an unlucky power cut, or a dying card."""


class OutboxFullError(OutboxError):
    """There is no room left for the outbox on the card."""

    problem = DISK_FULL


class PieceError(SyncError, ValueError):
    """A piece of a lesson that nobody agreed on: a name, an id, a link, or an event that is too long."""


class SchoolUnreachableError(SyncError):
    """The school did not answer, or not sensibly. Trying again helps."""

    problem = SCHOOL_UNREACHABLE

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """`retry_after`: seconds that the school asked to wait, if it did."""
        super().__init__(message)
        self.retry_after = retry_after


class SchoolRefusedError(SyncError):
    """The school will not take this. The same again gets the same answer."""

    problem = SCHOOL_REFUSED

    def __init__(self, message: str, *, status: int) -> None:
        """`status`: the answer as an HTTP status: 403 not this unit's lesson, 409 other bytes are there, 413, 422."""
        super().__init__(message)
        self.status = status


class LessonDeletedError(SchoolRefusedError):
    """The school has deleted this lesson, and says so with its signature. It is not checked yet."""

    def __init__(self, message: str, receipt: bytes) -> None:
        """`receipt`: as in lesson/footage/deletion.py."""
        super().__init__(message, status=410)
        self.receipt = receipt


class NotTrustedError(SyncError):
    """The school does not accept this unit's certificate."""

    problem = NOT_TRUSTED


class SyncSettingsError(SyncError):
    """An address or a certificate file that cannot be used."""

    problem = SETTINGS_WRONG
