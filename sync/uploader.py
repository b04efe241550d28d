"""Bring lessons to the school, one piece at a time, for as long as it takes.

::

    step()  IDLE          nothing to send
            RESYNCED      asked what the school has of this lesson: first thing after starting and after every failure
            SENT          a piece is on the school's disk
            COMMITTED     the school has the lesson and signed for it; the receipt was checked and kept
            DELETED       the school has deleted this lesson: nothing more of it is sent, and its copy here may go
            REOPENED      the school misses segments that we can send again
            SET_ASIDE     refused, or unreadable here: the rest goes on, and this is tried again later
            FAILED        could not reach the school, or it does not know us: wait, then the same again

A step does one thing and never sleeps: `Step.wait` says how many seconds the caller should let pass. Nothing is ever
given up. What was set aside is tried again when nothing else is to be done, ever more seldom, but at least every five
minutes: somebody may have put it right.

No check of our own stands before a piece: a school that would take it is always asked. A lesson is delivered when the
receipt holds for exactly the bytes of header and manifest on this unit, and not before.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from lesson.footage.deletion import Deletion
from lesson.footage.errors import DeletionError, ReceiptError
from lesson.footage.receipt import Receipt
from lesson.problems import ALL, DISK_FAILED, SCHOOL_REFUSED, Problem
from sync.backoff import Backoff
from sync.errors import LessonDeletedError, NotTrustedError, SchoolRefusedError, SchoolUnreachableError
from sync.outbox import Outbox
from sync.pieces import HEADER_NAME, Piece
from sync.uplink import Committed, Missing, Uplink

_PROBLEMS = {problem.code: problem for problem in ALL}


class Did(StrEnum):
    """What a step did; the module shows the table."""

    IDLE = "idle"
    RESYNCED = "resynced"
    SENT = "sent"
    COMMITTED = "committed"
    DELETED = "deleted"
    REOPENED = "reopened"
    SET_ASIDE = "set_aside"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did, and what is wrong, if anything is."""

    did: Did
    wait: float = 0.0
    """Seconds to let pass before the next step. IDLE has none: step again when something was added, or in a second."""
    lesson_id: str | None = None
    name: str | None = None
    length_bytes: int = 0
    """Of the piece that was sent."""
    problem: Problem | None = None
    detail: str | None = None
    """For the journal: what exactly went wrong."""


class Uploader:
    """Moves pieces from an outbox over an uplink. One thread; the outbox may be fed by others meanwhile."""

    def __init__(
        self,
        outbox: Outbox,
        uplink: Uplink,
        receipt_key: bytes,
        *,
        backoff: Backoff | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`receipt_key` is the school's public receipt key, 32 bytes, as the unit was told it at enrolment."""
        self._outbox = outbox
        self._uplink = uplink
        self._receipt_key = receipt_key
        self._backoff = backoff or Backoff()
        self._second_try = Backoff()
        self._asked_again = Backoff()
        self._resynced: set[str] = set()
        self._monotonic = monotonic
        self._take_back_at: float | None = None

    def step(self) -> Step:
        """Do one thing. Raises `OutboxError` only: what the school and the network do comes back as a `Step`."""
        pieces = self._outbox.next_pieces(1)
        if not pieces:
            return self._nothing_to_send()
        (piece,) = pieces
        try:
            if piece.lesson_id not in self._resynced:
                return self._resynchronise(piece.lesson_id)
            step = self._send(piece)
        except (SchoolUnreachableError, NotTrustedError) as error:
            self._resynced.clear()
            retry_after = error.retry_after if isinstance(error, SchoolUnreachableError) else None
            wait = self._backoff.failed(retry_after)
            return Step(Did.FAILED, wait, piece.lesson_id, piece.name, problem=error.problem, detail=str(error))
        except LessonDeletedError as error:
            return self._deleted(piece, error)
        except SchoolRefusedError as error:
            return self._refused(piece, error)
        self._backoff.succeeded()
        return step

    def _nothing_to_send(self) -> Step:
        aside = self._outbox.all_set_aside()
        if not aside:
            self._take_back_at = None
            return Step(Did.IDLE)
        now = self._monotonic()
        if self._take_back_at is None:
            self._take_back_at = now + self._second_try.failed()
        if now < self._take_back_at:
            first = aside[0]
            return Step(Did.IDLE, 0.0, first.piece.lesson_id, first.piece.name, problem=_PROBLEMS.get(first.problem))
        self._take_back_at = None
        self._resynced.clear()
        self._outbox.take_back()
        return self.step()

    def _resynchronise(self, lesson_id: str) -> Step:
        have = self._uplink.have(lesson_id)
        self._outbox.resynchronise(lesson_id, have.names)
        self._resynced.add(lesson_id)
        self._backoff.succeeded()
        return Step(Did.RESYNCED, lesson_id=lesson_id)

    def _send(self, piece: Piece) -> Step:
        try:
            body = piece.path.read_bytes()
        except OSError as error:
            self._outbox.set_aside(piece.lesson_id, DISK_FAILED, piece.name)
            return _aside(piece, DISK_FAILED, f"{piece.path} cannot be read: {error}")
        answer = self._uplink.put(piece.lesson_id, piece.name, body, piece.link)
        if isinstance(answer, Missing):
            return self._missing(piece, answer)
        if isinstance(answer, Committed):
            return self._committed(piece, body, answer.receipt)
        self._outbox.delivered(piece)
        return Step(Did.SENT, 0.0, piece.lesson_id, piece.name, len(body))

    def _missing(self, manifest: Piece, answer: Missing) -> Step:
        if self._outbox.reopen_lesson(manifest.lesson_id, answer.missing):
            # A school that loses what it stored would otherwise be asked without a pause.
            return Step(Did.REOPENED, self._asked_again.failed(), manifest.lesson_id, manifest.name)
        detail = f"The school misses {len(answer.missing)} segments that this unit cannot send."
        self._outbox.set_aside(manifest.lesson_id, SCHOOL_REFUSED, manifest.name)
        return _aside(manifest, SCHOOL_REFUSED, detail)

    def _committed(self, manifest: Piece, body: bytes, data: bytes) -> Step:
        try:
            self._expect_receipt(manifest, body, data)
        except (ReceiptError, OSError) as error:
            self._outbox.set_aside(manifest.lesson_id, SCHOOL_REFUSED, manifest.name)
            return _aside(manifest, SCHOOL_REFUSED, f"The receipt does not hold: {error}")
        self._outbox.keep_receipt(manifest.lesson_id, data)
        self._resynced.discard(manifest.lesson_id)
        self._second_try.succeeded()
        self._asked_again.succeeded()
        return Step(Did.COMMITTED, 0.0, manifest.lesson_id, manifest.name, len(body))

    def _expect_receipt(self, manifest: Piece, body: bytes, data: bytes) -> None:
        header = self._outbox.piece(manifest.lesson_id, HEADER_NAME)
        if header is None:
            raise ReceiptError("This unit never had the header of the lesson.")
        receipt = Receipt.verify(data, self._receipt_key)
        receipt.expect(
            header_sha256=hashlib.sha256(header.path.read_bytes()).hexdigest(),
            manifest_sha256=hashlib.sha256(body).hexdigest(),
        )
        if receipt.lesson != manifest.lesson_id:
            raise ReceiptError("The receipt is for another lesson.")

    def _deleted(self, piece: Piece, error: LessonDeletedError) -> Step:
        try:
            self._expect_deletion(piece, error.receipt)
        except (DeletionError, OSError) as wrong:
            self._outbox.set_aside(piece.lesson_id, SCHOOL_REFUSED)
            return _aside(piece, SCHOOL_REFUSED, f"The deletion receipt does not hold: {wrong}")
        self._outbox.keep_deletion(piece.lesson_id, error.receipt)
        self._resynced.discard(piece.lesson_id)
        return Step(Did.DELETED, 0.0, piece.lesson_id, detail="The school has deleted this lesson.")

    def _expect_deletion(self, piece: Piece, data: bytes) -> None:
        header = self._outbox.piece(piece.lesson_id, HEADER_NAME)
        if header is None:
            raise DeletionError("This unit never had the header of the lesson.")
        hashed = hashlib.sha256(header.path.read_bytes()).hexdigest()
        Deletion.verify(data, self._receipt_key).expect(lesson=piece.lesson_id, header_sha256=hashed)

    def _refused(self, piece: Piece, error: SchoolRefusedError) -> Step:
        # Without its header, or when it is not ours, nothing of a lesson can be taken: one refusal is enough.
        is_lesson = piece.name == HEADER_NAME or error.status == 403
        self._outbox.set_aside(piece.lesson_id, SCHOOL_REFUSED, None if is_lesson else piece.name)
        self._resynced.discard(piece.lesson_id)
        return _aside(piece, SCHOOL_REFUSED, str(error))


def _aside(piece: Piece, problem: Problem, detail: str) -> Step:
    return Step(Did.SET_ASIDE, 0.0, piece.lesson_id, piece.name, problem=problem, detail=detail)
