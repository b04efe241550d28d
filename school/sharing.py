"""A lesson is shared by whose it is, with a grant that she signs in her browser and nobody else can make.

::

    her browser --grant--> share()       signed by her? hers to give?  --> she to whom it is given sees the lesson
    her browser --clip---> share_clip()  the same, and are its segments here?  --> she sees those seconds of it
    her browser ---------> withdraw()    the grant, or the clip, goes  --> nothing more is served to her
    her browser ---------> sharing_of    who may open it, until when, and who did

Whose a lesson is: whom its header calls its teacher, or who claimed it. The school cannot add a reader: whatever it
put into its table, a browser believes a grant only with the signature of somebody who may give it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, exists, null, or_, select
from sqlalchemy.orm import Session, aliased

from lesson.footage.clip import Clip, check_clips
from lesson.footage.errors import GrantError
from lesson.footage.grant import Grant, check_grants
from lesson.footage.header import Header, header_hash
from lesson.footage.recipients import RecipientRole
from school.database import ClipRow, Database, GrantRow, LessonRecipientRow, LessonRow, SegmentRow, TeacherRow
from school.errors import ForbiddenError, MismatchError, NotFoundError, OtherBytesError
from school.grants import keep_clip, keep_grant, name_of
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
    clip: str | None = None
    """Which seconds alone: `1:16 to 1:24`. None: the whole lesson."""


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
        heir = _heir(session, teacher, grant, now)
        if not keep_grant(session, lesson, grant, body, deed=Deed.SHARED, now=now):
            raise OtherBytesError("This share is here already.")
        return Shared(grant.grant, heir.name, grant.to, grant.created_at, grant.expires_at)


def share_clip(database: Database, teacher: Teacher, lesson: str, body: bytes, now: datetime) -> Shared:
    """Keep a clip that she cut. Raises `ForbiddenError`, `MismatchError` or `OtherBytesError`."""
    with database.writing() as session:
        expect_owner(session, teacher, lesson)
        header = session.get_one(LessonRow, lesson).header
        assert header is not None  # else nobody would own it
        read, hashed = Header.decode(header), header_hash(header)
        try:
            (clip,) = check_clips(read, hashed, check_grants(read, hashed, _claims(session, lesson)), [body])
        except GrantError as error:
            raise MismatchError(str(error)) from error
        heir = _heir(session, teacher, clip, now)
        seconds = _seconds(session, lesson, clip)
        if not keep_clip(session, lesson, clip, body, seconds=seconds, now=now):
            raise OtherBytesError("This share is here already.")
        return Shared(clip.clip, heir.name, clip.to, clip.created_at, clip.expires_at, seconds)


def withdraw(database: Database, teacher: Teacher, lesson: str, grant: str, now: datetime) -> None:
    """Take it back: from now on nothing of the lesson is served by this grant. Raises `NotFoundError`."""
    with database.writing() as session:
        expect_owner(session, teacher, lesson)
        # A claim cannot be withdrawn: it is by it that the lesson is hers.
        whole = delete(GrantRow).where(
            GrantRow.lesson == lesson, GrantRow.grant_id == grant, GrantRow.giver == teacher.kid
        )
        clip = delete(ClipRow).where(ClipRow.lesson == lesson, ClipRow.clip_id == grant, ClipRow.giver == teacher.kid)
        gone = (
            session.execute(whole.returning(GrantRow.heir, null())).first()
            or session.execute(clip.returning(ClipRow.heir, ClipRow.seconds)).first()
        )
        if gone is None:
            raise NotFoundError("This share is not here, or was withdrawn already.")
        kid, seconds = gone
        note(session, lesson, Deed.WITHDRAWN, who=name_of(session, kid), kid=kid, at=now, clip=seconds)


def sharing_of(database: Database, teacher: Teacher, lesson: str) -> Sharing:
    """What she has shared, and what happened to it. Raises `ForbiddenError` unless it is hers."""
    with database.reading() as session:
        expect_owner(session, teacher, lesson)
        grants = session.scalars(select(GrantRow).where(GrantRow.lesson == lesson, GrantRow.giver == teacher.kid))
        clips = session.scalars(select(ClipRow).where(ClipRow.lesson == lesson, ClipRow.giver == teacher.kid))
        shared = [
            Shared(row.grant_id, name_of(session, row.heir), row.heir, row.kept_at, row.expires_at) for row in grants
        ] + [
            Shared(row.clip_id, name_of(session, row.heir), row.heir, row.kept_at, row.expires_at, row.seconds)
            for row in clips
        ]
        in_order = sorted(shared, key=lambda each: (each.created_at, each.grant))
        return Sharing(tuple(in_order), entries(session, lesson))


def expect_owner(session: Session, teacher: Teacher, lesson: str) -> None:
    """Raise `ForbiddenError` unless it is hers to give."""
    if not owns(session, teacher, lesson):
        raise ForbiddenError("Only the teacher whose lesson it is can share it, and see with whom it is shared.")


def owns(session: Session, teacher: Teacher, lesson: str) -> bool:
    """Whether she is its teacher, or has claimed it."""
    return session.scalar(owned_by(teacher).where(LessonRow.lesson == lesson)) is not None


def owned_by(teacher: Teacher) -> Select[str]:
    """Lessons whose teacher she is, or that she has claimed."""
    claim = aliased(LessonRecipientRow)
    named = exists().where(
        LessonRecipientRow.lesson == LessonRow.lesson,
        LessonRecipientRow.kid == teacher.kid,
        LessonRecipientRow.role == RecipientRole.TEACHER.value,
    )
    claimed = exists().where(
        GrantRow.lesson == LessonRow.lesson,
        GrantRow.heir == teacher.kid,
        claim.lesson == LessonRow.lesson,
        claim.kid == GrantRow.giver,
        claim.role == RecipientRole.CLAIM.value,
    )
    return select(LessonRow.lesson).where(or_(named, claimed))


def owner_kids(session: Session, lesson: str) -> set[str]:
    """Names of the keys of whose it is: its teacher, or who claimed it."""
    named = select(LessonRecipientRow.kid).where(
        LessonRecipientRow.lesson == lesson, LessonRecipientRow.role == RecipientRole.TEACHER.value
    )
    claimed = select(GrantRow.heir).where(GrantRow.lesson == lesson, GrantRow.giver.in_(claim_kids(lesson)))
    return {*session.scalars(named), *session.scalars(claimed)}


def claim_kids(lesson: str) -> Select[str]:
    """Names of the lesson's claim keys, as a subquery."""
    return select(LessonRecipientRow.kid).where(
        LessonRecipientRow.lesson == lesson, LessonRecipientRow.role == RecipientRole.CLAIM.value
    )


def _heir(session: Session, teacher: Teacher, given: Grant | Clip, now: datetime) -> TeacherRow:
    """To whom it is given. Raises `MismatchError` unless it is hers to give, still on, and to somebody here."""
    if given.giver.kid.hex() != teacher.kid:
        raise MismatchError("A lesson is shared by whose it is, and by nobody for her.")
    if given.is_over(now):
        raise MismatchError("The end of this share lies in the past.")
    heir = session.scalar(select(TeacherRow).where(TeacherRow.kid == given.to))
    if heir is None:
        raise MismatchError("Nobody here has these keys.")
    return heir


def _seconds(session: Session, lesson: str, clip: Clip) -> str:
    """Which seconds a clip is of. Raises `MismatchError` unless it is one stretch of what is here."""
    (track, *others) = {name.track for name in clip.names}
    query = select(SegmentRow.index, SegmentRow.duration)
    of_track = query.where(SegmentRow.lesson == lesson, SegmentRow.track == int(track))
    durations = dict(session.execute(of_track).all())
    # The initialization segment first: without it the others cannot be played.
    init, first, *_ = *(name.index for name in clip.names), 0
    last = clip.names[-1].index
    is_stretch = (init, len(clip.names)) == (0, last - first + 2)
    if others or not is_stretch or set(range(last + 1)) - durations.keys():
        raise MismatchError("A clip is one stretch of the lesson's picture and sound, as far as they are here.")
    start, end = (round(sum(durations[index] for index in range(upto)), 3) for upto in (first, last + 1))
    return f"{_clock(math.floor(start))} to {_clock(math.ceil(end))}"


def _clock(whole: int) -> str:
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _claims(session: Session, lesson: str) -> list[bytes]:
    query = select(GrantRow.body).where(GrantRow.lesson == lesson, GrantRow.giver.in_(claim_kids(lesson)))
    return list(session.scalars(query))
