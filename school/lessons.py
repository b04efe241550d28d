"""Who sees which lesson, decided in one place.

::

    header.json's recipients  ->  lesson_recipient  --> _visible_to(teacher)  ->  every query of this module
    grants/*.json             ->  lesson_grant      -'

There is no other way from a page to a lesson. A lesson that is not hers and a lesson that does not exist are the same
to a teacher: None here, 404 there. There is no administrator who sees more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from lesson.footage.header import Header
from lesson.footage.segments import SegmentName
from lesson.messages import DISCARDED
from lesson.wire import seconds
from school.database import (
    Database,
    EvidenceRow,
    GrantRow,
    LessonRecipientRow,
    LessonRow,
    SegmentRow,
    StanzaRow,
    TeacherRow,
    UnitRow,
)
from school.people import Teacher
from school.receipts import in_chain
from school.sharing import claim_kids


class LessonState(StrEnum):
    """How far a lesson has come."""

    RECORDING = "recording"
    ARRIVING = "arriving"
    """It has ended; the school has not everything yet."""
    COMPLETE = "complete"
    DISCARDED = "discarded"
    """It was thrown away at its unit, before any of its footage had left: what is here is all that ever comes."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A line of the list of lessons."""

    lesson: str
    title: str
    """As the teacher called it; else the room."""
    unit: str
    room: str
    """Where the unit is, as people call it."""
    started_at: datetime
    state: LessonState
    duration: float | None = seconds()
    """None while nobody knows."""
    shared_by: str | None = None
    """Whose it is. None: it is the reader's own."""
    shared_until: datetime | None = None
    """None: for good, or her own."""


@dataclass(frozen=True, slots=True)
class SealedLesson:
    """Everything a reader needs to open a lesson, but her key and the segments."""

    lesson: Lesson
    unit_key: bytes
    """The unit's signing key as it was registered; as the header names it where none was."""
    header: bytes
    stanzas: tuple[bytes, ...]
    grants: tuple[bytes, ...]
    """Those by which it came to her."""
    links: tuple[bytes, ...]
    """In the order of sealing, as far as they follow one another without a hole."""
    manifest: bytes | None
    receipt: bytes | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A sealed piece of live evidence."""

    index: int
    ciphertext: bytes


def lessons_of(database: Database, teacher: Teacher, now: datetime) -> list[Lesson]:
    """A teacher's lessons, the latest first."""
    with database.reading() as session:
        query = _visible_to(teacher, now).order_by(LessonRow.started_at.desc(), LessonRow.lesson)
        given = _given(session, teacher, now)
        return [_lesson(found, unit, given) for found, unit in session.execute(query)]


def lesson_of(database: Database, teacher: Teacher, lesson: str, now: datetime) -> Lesson | None:
    """One of a teacher's lessons, or None if she has none of that id."""
    with database.reading() as session:
        row = _find(session, teacher, lesson, now)
        return None if row is None else _lesson(*row, _given(session, teacher, now, lesson))


def sealed_lesson_of(database: Database, teacher: Teacher, lesson: str, now: datetime) -> SealedLesson | None:
    """One of a teacher's lessons with what it takes to open it, or None."""
    with database.reading() as session:
        row = _find(session, teacher, lesson, now)
        if row is None:
            return None
        found, unit = row
        header = found.header
        assert header is not None  # _visible_to
        stanzas = session.scalars(select(StanzaRow.body).where(StanzaRow.lesson == lesson).order_by(StanzaRow.kid))
        to_her = or_(and_(GrantRow.heir == teacher.kid, _is_on(now)), GrantRow.giver.in_(claim_kids(lesson)))
        grants = session.scalars(
            select(GrantRow.body).where(GrantRow.lesson == lesson, to_her).order_by(GrantRow.grant_id)
        )
        segments = session.scalars(select(SegmentRow).where(SegmentRow.lesson == lesson))
        return SealedLesson(
            lesson=_lesson(*row, _given(session, teacher, now, lesson)),
            unit_key=unit.signing_key or bytes.fromhex(Header.decode(header).unit_key),
            header=header,
            stanzas=tuple(stanzas),
            grants=tuple(grants),
            links=tuple(each.link for each in in_chain(header, segments)),
            manifest=found.manifest,
            receipt=found.receipt,
        )


def lesson_segment(
    database: Database, teacher: Teacher, lesson: str, name: SegmentName, now: datetime
) -> SegmentRow | None:
    """What is known of a segment of one of her lessons, or None."""
    with database.reading() as session:
        if _find(session, teacher, lesson, now) is None:
            return None
        return session.get(SegmentRow, (lesson, int(name.track), name.index))


def evidence_of(
    database: Database, teacher: Teacher, lesson: str, now: datetime, *, after: int = -1, limit: int | None = None
) -> list[Piece] | None:
    """Evidence of one of her lessons behind index `after`, in order; None if she has none of that id."""
    query = (
        select(EvidenceRow.index, EvidenceRow.ciphertext)
        .where(EvidenceRow.lesson == lesson, EvidenceRow.index > after)
        .order_by(EvidenceRow.index)
        .limit(limit)
    )
    with database.reading() as session:
        if _find(session, teacher, lesson, now) is None:
            return None
        return [Piece(index, ciphertext) for index, ciphertext in session.execute(query)]


def _visible_to(teacher: Teacher, now: datetime) -> Select[LessonRow, UnitRow]:
    """The only door: lessons whose header names this teacher's keys, and those that were handed on to her."""
    named = exists().where(LessonRecipientRow.lesson == LessonRow.lesson, LessonRecipientRow.kid == teacher.kid)
    given = exists().where(GrantRow.lesson == LessonRow.lesson, GrantRow.heir == teacher.kid, _is_on(now))
    return (
        select(LessonRow, UnitRow)
        .join(UnitRow, UnitRow.unit == LessonRow.unit)
        .where(or_(named, given), LessonRow.header.is_not(None))
    )


def _is_on(now: datetime) -> ColumnElement[bool]:
    return or_(GrantRow.expires_at.is_(None), GrantRow.expires_at > now)


def _given(
    session: Session, teacher: Teacher, now: datetime, lesson: str | None = None
) -> dict[str, tuple[str, datetime | None]]:
    """Who has shared which lesson, or this one, with her, and until when. What she has claimed is not among them."""
    query = (
        select(GrantRow.lesson, TeacherRow.name, GrantRow.expires_at)
        .join(TeacherRow, TeacherRow.kid == GrantRow.giver)
        .where(GrantRow.heir == teacher.kid, _is_on(now))
        .order_by(GrantRow.expires_at.is_(None), GrantRow.expires_at)
    )
    if lesson is not None:
        query = query.where(GrantRow.lesson == lesson)
    return {each: (name, until) for each, name, until in session.execute(query)}


def _find(session: Session, teacher: Teacher, lesson: str, now: datetime) -> tuple[LessonRow, UnitRow] | None:
    row = session.execute(_visible_to(teacher, now).where(LessonRow.lesson == lesson)).one_or_none()
    return None if row is None else (row[0], row[1])


def _lesson(found: LessonRow, unit: UnitRow, given: dict[str, tuple[str, datetime | None]]) -> Lesson:
    if found.receipt is not None:
        state = LessonState.COMPLETE
    elif found.end == DISCARDED:
        state = LessonState.DISCARDED
    elif found.ended_at is not None or found.manifest is not None:
        state = LessonState.ARRIVING
    else:
        state = LessonState.RECORDING
    assert found.started_at is not None  # it came with the header
    return Lesson(
        lesson=found.lesson,
        title=found.title or unit.room,
        unit=found.unit,
        room=unit.room,
        started_at=found.started_at,
        state=state,
        duration=found.duration,
        shared_by=given.get(found.lesson, (None, None))[0],
        shared_until=given.get(found.lesson, (None, None))[1],
    )
