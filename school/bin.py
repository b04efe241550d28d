"""The bin: where a lesson waits before it is destroyed, and who can put it in and take it out.

::

    kept --Delete, or its days are over--> BINNED --its days in the bin, or "for good"--> SHREDDED --> DESTROYED
      ^                                       |                                           no keys      no footage, no
      '---------------- Undo ----------------'                                            any more     rows; a receipt

From BINNED on nothing of it is served to anybody (lessons.py); from SHREDDED on nothing of it is taken from its unit.
What is done on the way from one state to the next is in sweeper.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lesson.footage.deletion import DeletedBy
from school.database import Database, DeletionOwnerRow, DeletionRow, LessonRow, insert_new
from school.errors import ForbiddenError, GoneError, NotFoundError
from school.holds import Hold, hold_on, refuse_held
from school.keeping import Policy
from school.lesson_log import Deed, note
from school.people import Teacher
from school.sharing import expect_owner, owner_kids

POLICY = "The school's rule"
"""Who puts a lesson into the bin when its days are over, as the lesson's log says it."""


MOST_TOLD = 100
"""Receipts in one answer to a unit. It deletes those copies, and asks again."""


class BinState(StrEnum):
    """How far the deletion of a lesson is."""

    BINNED = "binned"
    SHREDDED = "shredded"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class Binned:
    """A lesson in the bin."""

    lesson: str
    title: str | None
    started_at: datetime | None
    by: DeletedBy
    due_at: datetime | None
    """When it is destroyed. None: the days have not begun to count."""
    is_going: bool
    """It is being destroyed already."""
    hold: Hold | None
    """Who has stopped that it is destroyed."""
    can_come_back: bool
    """Undo is possible: the school's rule would not bin it again at once."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A lesson that was destroyed."""

    lesson: str
    started_at: datetime | None
    by: DeletedBy
    receipt: bytes
    unit_deleted_at: datetime | None
    """When its unit had no copy any more, as far as it has said so."""


def refuse_deleted(session: Session, lesson: str) -> None:
    """Raise `GoneError` for a lesson of which nothing is taken any more."""
    row = session.get(DeletionRow, lesson)
    if row is not None and row.state != BinState.BINNED:
        raise GoneError(row.receipt)


def keep(database: Database, teacher: Teacher, lesson: str, *, is_kept: bool) -> None:
    """Keep it for as long as the school keeps lessons, or no longer than usual. Raises `ForbiddenError`."""
    with database.writing() as session:
        expect_owner(session, teacher, lesson)
        session.get_one(LessonRow, lesson).is_kept = is_kept


def put_in(database: Database, teacher: Teacher, lesson: str, now: datetime) -> None:
    """Put her lesson into the bin. Raises `ForbiddenError` or `HeldError`."""
    with database.writing() as session:
        expect_owner(session, teacher, lesson)
        refuse_held(session, lesson)
        put_in_for(session, session.get_one(LessonRow, lesson), DeletedBy.TEACHER, teacher, now)


def put_in_for(session: Session, row: LessonRow, by: DeletedBy, teacher: Teacher | None, now: datetime) -> None:
    """Put a lesson into the bin, if it is not there. The days in the bin begin with the next sure look at the clock."""
    is_new = insert_new(
        session,
        DeletionRow,
        lesson=row.lesson,
        unit=row.unit,
        state=BinState.BINNED.value,
        by=by.value,
        who=teacher.kid if teacher else "",
        started_at=row.started_at,
        binned_at=now,
    )
    if not is_new:
        return
    for kid in owner_kids(session, row.lesson):
        insert_new(session, DeletionOwnerRow, lesson=row.lesson, kid=kid)
    who, kid = (teacher.name, teacher.kid) if teacher else (POLICY, "")
    note(session, row.lesson, Deed.BINNED, who=who, kid=kid, at=now)


def take_out(database: Database, teacher: Teacher, lesson: str, policy: Policy, now: datetime) -> None:
    """Undo. A lesson whose days are over is kept from then on. Raises `NotFoundError` or `ForbiddenError`."""
    with database.writing() as session:
        deletion = _hers(session, teacher, lesson)
        row = session.get_one(LessonRow, lesson)
        if not _can_come_back(row, policy, now):
            raise ForbiddenError(f"The school keeps no lesson for longer than {policy.most_days} days.")
        if policy.leaves_at(row.counted_from or now, is_kept=row.is_kept) <= now:
            row.is_kept = True
        session.delete(deletion)
        note(session, lesson, Deed.RESTORED, who=teacher.name, kid=teacher.kid, at=now)


def let_go(database: Database, teacher: Teacher, lesson: str, now: datetime) -> None:
    """Wait no longer: it may be destroyed at once. Raises `NotFoundError` or `HeldError`."""
    with database.writing() as session:
        deletion = _hers(session, teacher, lesson)
        refuse_held(session, lesson)
        deletion.due_at = now


def binned_of(database: Database, teacher: Teacher, policy: Policy, now: datetime) -> list[Binned]:
    """What lies in her bin, the last one first."""
    query = (
        select(DeletionRow, LessonRow)
        .join(DeletionOwnerRow, DeletionOwnerRow.lesson == DeletionRow.lesson)
        .join(LessonRow, LessonRow.lesson == DeletionRow.lesson)
        .where(DeletionOwnerRow.kid == teacher.kid, DeletionRow.state != BinState.DESTROYED)
        .order_by(DeletionRow.binned_at.desc(), DeletionRow.lesson)
    )
    with database.reading() as session:
        return [
            Binned(
                lesson=row.lesson,
                title=row.title,
                started_at=row.started_at,
                by=DeletedBy(deletion.by),
                due_at=deletion.due_at,
                is_going=deletion.state == BinState.SHREDDED,
                hold=hold_on(session, row.lesson),
                can_come_back=_can_come_back(row, policy, now),
            )
            for deletion, row in session.execute(query)
        ]


def deleted_of(database: Database, teacher: Teacher) -> list[Deleted]:
    """Receipts for what was hers, the last one first."""
    query = (
        select(DeletionRow)
        .join(DeletionOwnerRow, DeletionOwnerRow.lesson == DeletionRow.lesson)
        .where(DeletionOwnerRow.kid == teacher.kid, DeletionRow.state == BinState.DESTROYED)
        .order_by(DeletionRow.binned_at.desc(), DeletionRow.lesson)
    )
    with database.reading() as session:
        return [
            Deleted(row.lesson, row.started_at, DeletedBy(row.by), row.receipt, row.unit_deleted_at)
            for row in session.scalars(query)
            if row.receipt is not None
        ]


def receipt_of(database: Database, teacher: Teacher, lesson: str) -> bytes | None:
    """The deletion receipt of a lesson that was hers; None where there is none."""
    with database.reading() as session:
        if session.get(DeletionOwnerRow, (lesson, teacher.kid)) is None:
            return None
        return session.get_one(DeletionRow, lesson).receipt


def told_to_unit(database: Database, unit: str) -> list[bytes]:
    """Receipts for lessons of which this unit may still have a copy, the oldest first."""
    query = (
        select(DeletionRow.receipt)
        .where(DeletionRow.unit == unit, DeletionRow.receipt.is_not(None), DeletionRow.unit_deleted_at.is_(None))
        .order_by(DeletionRow.binned_at, DeletionRow.lesson)
        .limit(MOST_TOLD)
    )
    with database.reading() as session:
        return [receipt for receipt in session.scalars(query) if receipt is not None]


def unit_has_deleted(database: Database, unit: str, lesson: str, now: datetime) -> bool:
    """Note that its unit has no copy any more; say whether that is new. Raises `NotFoundError`."""
    with database.writing() as session:
        row = session.get(DeletionRow, lesson, with_for_update=True)
        if row is None or row.unit != unit or row.receipt is None:
            raise NotFoundError("No lesson of this unit was deleted under that name.")
        is_new = row.unit_deleted_at is None
        row.unit_deleted_at = row.unit_deleted_at or now
        return is_new


def days_begin(session: Session, policy: Policy, now: datetime) -> None:
    """Begin the days in the bin of what was put in since. A clock that was ahead then is put right, too."""
    last = now + timedelta(days=policy.bin_days)
    for row in session.scalars(select(DeletionRow).where(DeletionRow.state == BinState.BINNED)):
        if row.due_at is None or row.due_at > last:
            row.due_at = last


def _hers(session: Session, teacher: Teacher, lesson: str) -> DeletionRow:
    """A lesson in her bin that is not being destroyed yet."""
    row = session.get(DeletionRow, lesson, with_for_update=True)
    is_hers = session.get(DeletionOwnerRow, (lesson, teacher.kid)) is not None
    if row is None or not is_hers or row.state != BinState.BINNED:
        raise NotFoundError("There is no such lesson in your bin. What was destroyed cannot come back.")
    return row


def _can_come_back(row: LessonRow, policy: Policy, now: datetime) -> bool:
    return row.counted_from is None or policy.leaves_at(row.counted_from, is_kept=True) > now
