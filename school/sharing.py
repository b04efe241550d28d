"""A lesson is shared by whose it is, with a grant that she signs in her browser and nobody else can make.

::

    her browser --grant--> share()     signed by her? hers to give?  --> she to whom it is given sees the lesson
    her browser ---------> withdraw()  the grant goes                --> nothing more is served to her
    her browser ---------> sharing_of  who may open it, until when, and who did

Whose a lesson is: whom its header calls its teacher, or who claimed it. The school cannot add a reader: whatever it
put into its table, a browser believes a grant only with the signature of somebody who may give it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from lesson.footage.errors import GrantError
from lesson.footage.grant import check_grants
from lesson.footage.header import Header, header_hash
from lesson.footage.recipients import RecipientRole
from school.database import Database, GrantRow, LessonRecipientRow, LessonRow, TeacherRow
from school.errors import ForbiddenError, MismatchError, NotFoundError, OtherBytesError
from school.grants import keep_grant, name_of
from school.lesson_log import Deed, Entry, entries, note
from school.people import Teacher


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a lesson can be shared with."""

    name: str
    kid: str
    encryption_key: bytes
    signing_key: bytes


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody who may open a lesson."""

    grant: str
    name: str
    kid: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who may open a lesson, and what happened to it."""

    shared: tuple[Shared, ...]
    log: tuple[Entry, ...]


def people_of(database: Database, teacher: Teacher) -> list[Person]:
    """Everybody else who has made her keys, by name."""
    query = select(TeacherRow).where(TeacherRow.kid.is_not(None), TeacherRow.id != teacher.id).order_by(TeacherRow.name)
    with database.reading() as session:
        return [
            Person(row.name, row.kid, row.encryption_key, row.signing_key)
            for row in session.scalars(query)
            if row.kid is not None and row.encryption_key is not None and row.signing_key is not None
        ]


def share(database: Database, teacher: Teacher, lesson: str, body: bytes, now: datetime) -> Shared:
    """Keep her grant. Raises `ForbiddenError`, `MismatchError` or `OtherBytesError`."""
    with database.writing() as session:
        expect_owner(session, teacher, lesson)
        header = session.get_one(LessonRow, lesson).header
        assert header is not None  # else nobody would own it
        try:
            *_, grant = check_grants(Header.decode(header), header_hash(header), [*_claims(session, lesson), body])
        except GrantError as error:
            raise MismatchError(str(error)) from error
        if grant.giver.kid.hex() != teacher.kid:
            raise MismatchError("A lesson is shared by whose it is, and by nobody for her.")
        if grant.is_over(now):
            raise MismatchError("The end of this share lies in the past.")
        heir = session.scalar(select(TeacherRow).where(TeacherRow.kid == grant.to))
        if heir is None:
            raise MismatchError("Nobody here has these keys.")
        if not keep_grant(session, lesson, grant, body, deed=Deed.SHARED, now=now):
            raise OtherBytesError("This share is here already.")
        return Shared(grant.grant, heir.name, grant.to, grant.created_at, grant.expires_at)


def withdraw(database: Database, teacher: Teacher, lesson: str, grant: str, now: datetime) -> None:
    """Take it back: from now on nothing of the lesson is served by this grant. Raises `NotFoundError`."""
    with database.writing() as session:
        expect_owner(session, teacher, lesson)
        # A claim cannot be withdrawn: it is by it that the lesson is hers.
        kid = session.scalar(
            delete(GrantRow)
            .where(GrantRow.lesson == lesson, GrantRow.grant_id == grant, GrantRow.giver == teacher.kid)
            .returning(GrantRow.heir)
        )
        if kid is None:
            raise NotFoundError("This share is not here, or was withdrawn already.")
        note(session, lesson, Deed.WITHDRAWN, who=name_of(session, kid), kid=kid, at=now)


def sharing_of(database: Database, teacher: Teacher, lesson: str) -> Sharing:
    """What she has shared, and what happened to it. Raises `ForbiddenError` unless it is hers."""
    with database.reading() as session:
        expect_owner(session, teacher, lesson)
        query = select(GrantRow).where(GrantRow.lesson == lesson, GrantRow.giver == teacher.kid)
        rows = session.scalars(query.order_by(GrantRow.kept_at, GrantRow.grant_id))
        shared = tuple(
            Shared(row.grant_id, name_of(session, row.heir), row.heir, row.kept_at, row.expires_at) for row in rows
        )
        return Sharing(shared, entries(session, lesson))


def expect_owner(session: Session, teacher: Teacher, lesson: str) -> None:
    """Raise `ForbiddenError` unless it is hers to give."""
    if not owns(session, teacher, lesson):
        raise ForbiddenError("Only the teacher whose lesson it is can share it, and see with whom it is shared.")


def owns(session: Session, teacher: Teacher, lesson: str) -> bool:
    """Whether she is its teacher, or has claimed it."""
    role = session.scalar(
        select(LessonRecipientRow.role).where(
            LessonRecipientRow.lesson == lesson, LessonRecipientRow.kid == teacher.kid
        )
    )
    claimed = select(GrantRow.grant_id).where(
        GrantRow.lesson == lesson, GrantRow.heir == teacher.kid, GrantRow.giver.in_(claim_kids(lesson))
    )
    return role == RecipientRole.TEACHER.value or session.scalar(claimed) is not None


def claim_kids(lesson: str) -> Select[str]:
    """Names of the lesson's claim keys, as a subquery."""
    return select(LessonRecipientRow.kid).where(
        LessonRecipientRow.lesson == lesson, LessonRecipientRow.role == RecipientRole.CLAIM.value
    )


def _claims(session: Session, lesson: str) -> list[bytes]:
    query = select(GrantRow.body).where(GrantRow.lesson == lesson, GrantRow.giver.in_(claim_kids(lesson)))
    return list(session.scalars(query))
