"""Comments on a lesson: kept as they were signed, newest version only, and served to whom they are for.

::

    POST number 1      a new name         --> kept          the log says "commented", once its readers may read it
    POST number n + 1  behind version n   --> replaces it   an edit; from her alone to all readers; deleted
    anything else                         --> refused       another's, a gap, a fork, back to her alone, revived

The school reads who, when, which version, for whom, and how long: not the words, the moment or the thread. What its
author keeps to herself it serves to her alone. That is order; the secret is that it is sealed to her alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lesson.footage.comment import Comment, Readers, Seen
from lesson.footage.errors import CommentError
from lesson.footage.header import header_hash
from school.database import CommentRow, Database, LessonRow, TeacherRow
from school.errors import MismatchError, NotFoundError, OtherBytesError, TooLargeError
from school.lesson_log import Deed, note
from school.lessons import may_read
from school.people import Teacher

MAX_BYTES = 12 * 1024
"""Of a signed comment: the longest text, its signature, and what stands around them."""
MAX_OF_ONE = 500
"""Comments of one person in one lesson, those she has deleted among them."""


@dataclass(frozen=True, slots=True)
class Told:
    """A comment as its readers get it."""

    comment: bytes
    """The signed line."""
    kid: str
    """Whose keys have signed it."""
    name: str | None
    """Her name. None: nobody here has these keys any more."""


def comments_of(database: Database, teacher: Teacher, lesson: str, now: datetime) -> list[Told]:
    """The newest version of each that she may read, in the order in which they came. Raises `NotFoundError`."""
    query = (
        select(CommentRow.body, CommentRow.author, TeacherRow.name)
        .outerjoin(TeacherRow, TeacherRow.kid == CommentRow.author)
        .where(CommentRow.lesson == lesson)
        .where(or_(CommentRow.readers == Readers.LESSON.value, CommentRow.author == teacher.kid))
        .order_by(CommentRow.first_kept_at, CommentRow.comment)
    )
    with database.reading() as session:
        _expect_reader(session, teacher, lesson, now)
        return [Told(*row) for row in session.execute(query)]


def keep_comment(database: Database, teacher: Teacher, lesson: str, body: bytes, now: datetime) -> bool:
    """Keep a new comment, or the next version of one. False: these bytes were here already.

    Raises `NotFoundError`, `TooLargeError`, `MismatchError` or `OtherBytesError`.
    """
    if len(body) > MAX_BYTES:
        raise TooLargeError("This comment is too long. Say it in two.")
    with database.writing() as session:
        _expect_reader(session, teacher, lesson, now)
        try:
            comment = Comment.decode(body)
        except CommentError as error:
            raise MismatchError(str(error)) from error
        _expect_hers(session, comment, teacher, lesson)
        row = session.get(CommentRow, (lesson, comment.comment))
        if row is not None and row.body == body:
            return False
        was_read = row is not None and row.readers == Readers.LESSON
        if row is None:
            row = _new_row(session, comment, lesson, now)
        else:
            _expect_next(row, comment, body)
        row.number, row.readers, row.body, row.kept_at = comment.number, comment.readers.value, body, now
        row.is_deleted = comment.sealed is None
        session.add(row)
        if comment.readers is Readers.LESSON and not was_read and not row.is_deleted:
            note(session, lesson, Deed.COMMENTED, who=teacher.name, kid=teacher.kid, at=now)
        return True


def _expect_reader(session: Session, teacher: Teacher, lesson: str, now: datetime) -> None:
    if not may_read(session, teacher, lesson, now):
        raise NotFoundError("There is no such lesson, or it is not yours.")


def _expect_hers(session: Session, comment: Comment, teacher: Teacher, lesson: str) -> None:
    header = session.get_one(LessonRow, lesson).header
    assert header is not None  # else nobody could read it
    if comment.author.kid.hex() != teacher.kid:
        raise MismatchError("A comment is signed by who writes it, and by nobody for her.")
    if comment.header_sha256 != header_hash(header).hex():
        raise MismatchError("This comment was written about another lesson.")


def _new_row(session: Session, comment: Comment, lesson: str, now: datetime) -> CommentRow:
    author = comment.author.kid.hex()
    if comment.number != 1:
        raise OtherBytesError("The version before this one is not here. Load the page again.")
    query = select(func.count()).where(CommentRow.lesson == lesson, CommentRow.author == author)
    if session.scalars(query).one() >= MAX_OF_ONE:
        raise TooLargeError(f"More than {MAX_OF_ONE} comments of one person on one lesson are not kept.")
    return CommentRow(lesson=lesson, comment=comment.comment, author=author, first_kept_at=now)


def _expect_next(row: CommentRow, comment: Comment, body: bytes) -> None:
    if row.author != comment.author.kid.hex():
        raise MismatchError("Somebody else has written the comment of this name.")
    if row.is_deleted:
        raise OtherBytesError("This comment was deleted. Write a new one.")
    if comment.number != row.number + 1:
        raise OtherBytesError("This comment has been changed elsewhere meanwhile. Load the page again.")
    try:
        comment.expect_after(Seen(row.number, hashlib.sha256(row.body).hexdigest()), body)
    except CommentError as error:
        raise OtherBytesError(str(error)) from error
    if row.readers == Readers.LESSON and comment.readers is Readers.AUTHOR:
        raise MismatchError("What others may have read cannot become hers alone again. She can delete it.")
