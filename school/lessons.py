"""Who sees which lesson, decided in one place.

::

    header.json's recipients -> lesson_recipient --> _visible_to(teacher) --> every query of this module
    grants/*.json            -> lesson_grant     -'
    clips/*.json             -> lesson_clip      --> _clipped_for(teacher) -> her list, the envelope, and the segments
                                                                              of her clips: nothing else

Somebody with a clip has no lesson here: `lesson_of` is None for her, and whatever asks it serves her nothing.
There is no other way from a page to a lesson. A lesson that is not hers and a lesson that does not exist are the same
to a teacher: None here, 404 there. There is no administrator who sees more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from lesson.footage.header import Header
from lesson.footage.segments import SegmentName
from lesson.messages import DISCARDED
from lesson.wire import seconds
from school.database import (
    ClipRow,
    ClipSegmentRow,
    Database,
    DeletionRow,
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
from school.sharing import claim_kids, owned_by

_IN_THE_BIN = exists().where(DeletionRow.lesson == LessonRow.lesson)
# What lies in the bin is nobody's.
_LESSONS = (
    select(LessonRow, UnitRow)
    .join(UnitRow, UnitRow.unit == LessonRow.unit)
    .where(LessonRow.header.is_not(None), ~_IN_THE_BIN)
)


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
    is_hers: bool
    """The reader is its teacher: she may share, keep and delete it."""
    duration: float | None = seconds()
    """None while nobody knows."""
    shared_by: str | None = None
    """Whose it is. None: it is the reader's own."""
    shared_until: datetime | None = None
    """None: for good, or her own."""
    clips: tuple[str, ...] = ()
    """Which seconds alone were shared with her: `1:16 to 1:24`. None at all: the whole."""
    counted_from: datetime | None = None
    """Since when its days count (keeping.py). None: they have not begun to."""
    is_kept: bool = False
    """Its teacher keeps it for as long as the school keeps lessons."""


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
    clips: tuple[bytes, ...]
    """Those that were handed on to her, when she has not the whole."""
    links: tuple[bytes, ...]
    """In the order of sealing, as far as they follow one another without a hole."""
    manifest: bytes | None
    receipt: bytes | None


@dataclass(frozen=True, slots=True)
class _Given:
    """What somebody else has shared with her of a lesson."""

    by: str
    until: datetime | None
    clips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A sealed piece of live evidence."""

    index: int
    ciphertext: bytes


def lessons_of(database: Database, teacher: Teacher, now: datetime) -> list[Lesson]:
    """A teacher's lessons, and those of which she has clips alone, the latest first."""
    with database.reading() as session:
        given, clips = _given(session, teacher, now), _clips(session, teacher, now)
        hers = _hers(session, teacher)
        lessons = [
            *(_lesson(*row, given.get(row[0].lesson), hers) for row in session.execute(_visible_to(teacher, now))),
            *(_lesson(*row, clips.get(row[0].lesson), hers) for row in session.execute(_clipped_for(teacher, now))),
        ]
    return sorted(lessons, key=lambda each: (-each.started_at.timestamp(), each.lesson))


def lesson_of(database: Database, teacher: Teacher, lesson: str, now: datetime) -> Lesson | None:
    """One of a teacher's lessons, or None if she has none of that id, or clips of it alone."""
    with database.reading() as session:
        row = _find(session, teacher, lesson, now)
        return (
            None
            if row is None
            else _lesson(*row, _given(session, teacher, now, lesson).get(lesson), _hers(session, teacher, lesson))
        )


def lesson_or_clip_of(database: Database, teacher: Teacher, lesson: str, now: datetime) -> Lesson | None:
    """One of a teacher's lessons, or what she may know of one of which she has clips alone; else None."""
    with database.reading() as session:
        row = _one(session, _clipped_for(teacher, now), lesson)
        clips = None if row is None else _clips(session, teacher, now, lesson).get(lesson)
    return lesson_of(database, teacher, lesson, now) if row is None else _lesson(*row, clips, set())


def sealed_lesson_of(database: Database, teacher: Teacher, lesson: str, now: datetime) -> SealedLesson | None:
    """One of a teacher's lessons, or of those of which she has clips, with what it takes to open it; or None."""
    with database.reading() as session:
        row, is_clip = _find(session, teacher, lesson, now), False
        if row is None:
            row, is_clip = _one(session, _clipped_for(teacher, now), lesson), True
        if row is None:
            return None
        found, unit = row
        header = found.header
        assert header is not None  # _visible_to
        # Nobody's wrapped keys for somebody who has clips alone: theirs are no business of hers.
        stanzas = select(StanzaRow.body).where(StanzaRow.lesson == lesson).order_by(StanzaRow.kid)
        to_her = or_(and_(GrantRow.heir == teacher.kid, _is_on(GrantRow, now)), GrantRow.giver.in_(claim_kids(lesson)))
        grants = select(GrantRow.body).where(GrantRow.lesson == lesson, to_her).order_by(GrantRow.grant_id)
        clips = select(ClipRow.body).where(ClipRow.lesson == lesson, ClipRow.heir == teacher.kid, _is_on(ClipRow, now))
        segments = session.scalars(select(SegmentRow).where(SegmentRow.lesson == lesson))
        given = _clips(session, teacher, now, lesson) if is_clip else _given(session, teacher, now, lesson)
        return SealedLesson(
            lesson=_lesson(*row, given.get(lesson), _hers(session, teacher, lesson)),
            unit_key=unit.signing_key or bytes.fromhex(Header.decode(header).unit_key),
            header=header,
            stanzas=() if is_clip else tuple(session.scalars(stanzas)),
            grants=tuple(session.scalars(grants)),
            clips=tuple(session.scalars(clips.order_by(ClipRow.clip_id))) if is_clip else (),
            links=tuple(each.link for each in in_chain(header, segments)),
            manifest=found.manifest,
            receipt=found.receipt,
        )


def may_read(session: Session, teacher: Teacher, lesson: str, now: datetime) -> bool:
    """Whether the whole of a lesson is hers to open: then she may read what is said of it, and say something."""
    return _find(session, teacher, lesson, now) is not None


def lesson_segment(
    database: Database, teacher: Teacher, lesson: str, name: SegmentName, now: datetime
) -> SegmentRow | None:
    """What is known of a segment of one of her lessons, or of a clip of hers; else None."""
    with database.reading() as session:
        if _find(session, teacher, lesson, now) is None and not _is_in_clip(session, teacher, lesson, name, now):
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
    return _LESSONS.where(_is_hers(teacher, now))


def _clipped_for(teacher: Teacher, now: datetime) -> Select[LessonRow, UnitRow]:
    """The hatch beside it: lessons of which she has clips, and not the whole."""
    clip = exists().where(ClipRow.lesson == LessonRow.lesson, ClipRow.heir == teacher.kid, _is_on(ClipRow, now))
    return _LESSONS.where(clip, not_(_is_hers(teacher, now)))


def _is_hers(teacher: Teacher, now: datetime) -> ColumnElement[bool]:
    named = exists().where(LessonRecipientRow.lesson == LessonRow.lesson, LessonRecipientRow.kid == teacher.kid)
    given = exists().where(GrantRow.lesson == LessonRow.lesson, GrantRow.heir == teacher.kid, _is_on(GrantRow, now))
    return or_(named, given)


def _is_on(row: type[GrantRow | ClipRow], now: datetime) -> ColumnElement[bool]:
    return or_(row.expires_at.is_(None), row.expires_at > now)


def _is_in_clip(session: Session, teacher: Teacher, lesson: str, name: SegmentName, now: datetime) -> bool:
    place = (ClipSegmentRow.track == int(name.track), ClipSegmentRow.index == name.index)
    query = (
        select(ClipRow.clip_id)
        .join(ClipSegmentRow, and_(ClipSegmentRow.lesson == ClipRow.lesson, ClipSegmentRow.clip_id == ClipRow.clip_id))
        .where(ClipRow.lesson == lesson, ClipRow.heir == teacher.kid, _is_on(ClipRow, now), *place)
    )
    return session.scalars(query).first() is not None


def _given(session: Session, teacher: Teacher, now: datetime, lesson: str | None = None) -> dict[str, _Given]:
    """Who has shared which lesson, or this one, with her, and until when. What she has claimed is not among them."""
    query = (
        select(GrantRow.lesson, TeacherRow.name, GrantRow.expires_at)
        .join(TeacherRow, TeacherRow.kid == GrantRow.giver)
        .where(GrantRow.heir == teacher.kid, _is_on(GrantRow, now))
        .order_by(GrantRow.expires_at.is_(None), GrantRow.expires_at)
    )
    if lesson is not None:
        query = query.where(GrantRow.lesson == lesson)
    return {each: _Given(name, until) for each, name, until in session.execute(query)}


def _clips(session: Session, teacher: Teacher, now: datetime, lesson: str | None = None) -> dict[str, _Given]:
    """Who has shared clips of which lesson, or of this one, with her; the end of the last."""
    query = (
        select(ClipRow.lesson, TeacherRow.name, ClipRow.expires_at, ClipRow.seconds)
        .join(TeacherRow, TeacherRow.kid == ClipRow.giver)
        .where(ClipRow.heir == teacher.kid, _is_on(ClipRow, now))
        .order_by(ClipRow.expires_at.is_(None), ClipRow.expires_at, ClipRow.clip_id)
    )
    if lesson is not None:
        query = query.where(ClipRow.lesson == lesson)
    given: dict[str, _Given] = {}
    for each, name, until, clip in session.execute(query):
        before = given[each].clips if each in given else ()
        given[each] = _Given(name, until, before if clip in before else (*before, clip))
    return given


def _hers(session: Session, teacher: Teacher, lesson: str | None = None) -> set[str]:
    """Of which lessons she is the teacher."""
    query = owned_by(teacher)
    return set(session.scalars(query if lesson is None else query.where(LessonRow.lesson == lesson)))


def _find(session: Session, teacher: Teacher, lesson: str, now: datetime) -> tuple[LessonRow, UnitRow] | None:
    return _one(session, _visible_to(teacher, now), lesson)


def _one(session: Session, lessons: Select[LessonRow, UnitRow], lesson: str) -> tuple[LessonRow, UnitRow] | None:
    row = session.execute(lessons.where(LessonRow.lesson == lesson)).one_or_none()
    return None if row is None else (row[0], row[1])


def _lesson(found: LessonRow, unit: UnitRow, given: _Given | None, hers: set[str]) -> Lesson:
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
        is_hers=found.lesson in hers,
        shared_by=given.by if given else None,
        shared_until=given.until if given else None,
        clips=given.clips if given else (),
        counted_from=found.counted_from,
        is_kept=found.is_kept,
    )
