"""A hold: two named people stop the deletion of one lesson, and its teacher sees who and why. It opens nothing.

::

    two people, a reason --place--> HELD  no way into the bin, and nothing in the bin is destroyed
    two people, a reason --end----> the lesson's days go on as if nothing had been

Both stand in the lesson's hash-chained log. One of the two is a safeguarding lead, and neither is whose lesson it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from school.database import Database, DeletionRow, HoldRow, LessonRow, TeacherRow
from school.errors import AccountError, HeldError
from school.lesson_log import Deed, note
from school.people import SchoolRole
from school.sharing import owner_kids

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Hold:
    """A lesson that must not be deleted."""

    reason: str
    by: str
    """Names of the two."""
    placed_at: datetime


def place_hold(database: Database, lesson: str, *, reason: str, people: list[int], now: datetime) -> Hold:
    """Stop its deletion. Raises `AccountError`."""
    with database.writing() as session:
        by, kid = _two(session, lesson, reason, people)
        if hold_on(session, lesson) is not None:
            raise AccountError("This lesson is held already. Its log says by whom, and why.")
        session.add(HoldRow(lesson=lesson, reason=reason, by=by, placed_at=now))
        note(session, lesson, Deed.HELD, who=by, kid=kid, at=now, why=reason)
        return Hold(reason, by, now)


def end_hold(database: Database, lesson: str, *, reason: str, people: list[int], now: datetime) -> None:
    """Let its days go on. Raises `AccountError`."""
    with database.writing() as session:
        by, kid = _two(session, lesson, reason, people)
        row = _row(session, lesson)
        if row is None:
            raise AccountError("This lesson is not held.")
        row.ended_at = now
        note(session, lesson, Deed.RELEASED, who=by, kid=kid, at=now, why=reason)


def hold_on(session: Session, lesson: str) -> Hold | None:
    """The hold on a lesson, if there is one."""
    row = _row(session, lesson)
    return None if row is None else Hold(row.reason, row.by, row.placed_at)


def hold_of(database: Database, lesson: str) -> Hold | None:
    """The hold on a lesson, for its page."""
    with database.reading() as session:
        return hold_on(session, lesson)


def refuse_held(session: Session, lesson: str) -> None:
    """Raise `HeldError` for a lesson that must not be deleted."""
    hold = hold_on(session, lesson)
    if hold is not None:
        raise HeldError(f"It is held by {hold.by} since {hold.placed_at:%d %B %Y}: {hold.reason}")


def _row(session: Session, lesson: str) -> HoldRow | None:
    return session.scalar(select(HoldRow).where(HoldRow.lesson == lesson, HoldRow.ended_at.is_(None)))


def _two(session: Session, lesson: str, reason: str, people: list[int]) -> tuple[str, str]:
    """Names of the two, and the first one's keys; the lesson is locked, so that nobody destroys it meanwhile."""
    if not reason.strip() or not reason.isprintable() or len(reason) > MAX_REASON:
        raise AccountError(f"A reason has 1 to {MAX_REASON} printable characters. The teacher reads it.")
    deletion = session.get(DeletionRow, lesson, with_for_update=True)
    if session.get(LessonRow, lesson, with_for_update=True) is None:
        raise AccountError("There is no such lesson here.")
    if deletion is not None and deletion.state != "binned":
        raise AccountError("The keys of this lesson are destroyed already: there is nothing left to hold.")
    rows = [session.get(TeacherRow, each) for each in people]
    joined = [row for row in rows if row is not None and row.kid is not None]
    if len(joined) != len(people) or len({row.kid for row in joined}) != 2:
        raise AccountError("Name two different people who have joined, by their numbers.")
    if SchoolRole.SAFEGUARDING_LEAD not in {row.role for row in joined}:
        raise AccountError("One of the two must be a safeguarding lead.")
    if owner_kids(session, lesson) & {str(row.kid) for row in joined}:
        raise AccountError("Whose lesson it is cannot be one of the two.")
    return " and ".join(row.name for row in joined), str(joined[0].kid)
