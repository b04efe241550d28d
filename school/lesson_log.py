"""What happened to a lesson, for its teacher to see: who was given it, who opened it, what was taken back.

::

    1 claimed by Ms Okafor    2 shared with R. Amin    3 opened by R. Amin    4 withdrawn from R. Amin
      clip, where it is about some seconds alone: "1:16 to 1:24"
    h1 = H(h0 | 1)            h2 = H(h1 | 2)           ...                    her browser remembers h4

Each entry has the hash of the one before in it, so nobody can change one, or leave one out, without changing all that
follow: a browser that has seen the last one notices. What never reached her browser, a school that lies can leave out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lesson.wire import dumps, later
from school.database import Database, LessonLogRow

OPENED_AGAIN_AFTER = timedelta(minutes=10)
"""Whoever reloads a page has not opened the lesson once more."""

_START = b"waitwise.v1/log\0"


class Deed(StrEnum):
    """What somebody did."""

    CLAIMED = "claimed"
    """At the unit; `who` is whose it is from then on."""
    SHARED = "shared"
    """Its teacher gave it to `who`."""
    OPENED = "opened"
    COMMENTED = "commented"
    """`who` wrote a comment that the lesson's readers can read."""
    WITHDRAWN = "withdrawn"
    """Its teacher took it back from `who`."""
    BINNED = "binned"
    """`who` put it into the bin: its teacher, or the school's rule."""
    RESTORED = "restored"
    """Out of the bin."""
    HELD = "held"
    """`who`, two people, stopped its deletion, and said why."""
    RELEASED = "released"
    """`who`, two people, ended that."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. What is hashed is its JSON without `hash`, in this order; `clip` and `why`, if any, before `before`."""

    number: int
    """From 1."""
    at: datetime
    deed: Deed
    who: str
    """Her name at that time."""
    kid: str
    before: str
    """Hash of the entry before, hexadecimal; of the lesson's id for the first."""
    hash: str = ""
    clip: str | None = later(None)
    """Which seconds, as people read them. None: the whole lesson."""
    why: str | None = later(None)
    """What they gave as the reason. Only in the JSON where there is one."""

    def hashed(self) -> str:
        """What `hash` must be."""
        told = {"number": self.number, "at": self.at, "deed": self.deed, "who": self.who, "kid": self.kid}
        for name in ("clip", "why"):
            if (value := getattr(self, name)) is not None:
                told[name] = value
        return hashlib.sha256(_START + dumps({**told, "before": self.before})).hexdigest()


def first_hash(lesson: str) -> str:
    """What stands before the first entry of a lesson."""
    return hashlib.sha256(_START + lesson.encode()).hexdigest()


def note(
    session: Session,
    lesson: str,
    deed: Deed,
    *,
    who: str,
    kid: str,
    at: datetime,
    clip: str | None = None,
    why: str | None = None,
) -> None:
    """Add an entry."""
    last = _last(session, lesson)
    number, before = (1, first_hash(lesson)) if last is None else (last.number + 1, last.hash)
    entry = Entry(number, at, deed, who, kid, before, clip=clip, why=why)
    values = {"number": number, "at": at, "deed": deed.value, "who": who, "kid": kid, "clip": clip, "why": why}
    session.add(LessonLogRow(lesson=lesson, before=before, hash=entry.hashed(), **values))


def note_opening(database: Database, lesson: str, *, who: str, kid: str, at: datetime, clip: str | None = None) -> None:
    """Add that somebody has opened it, unless she did so a moment ago: then nothing waits for a writer."""
    with database.reading() as session:
        if not _is_new_opening(session, lesson, kid, at):
            return
    with database.writing() as session:
        if _is_new_opening(session, lesson, kid, at):  # once more: another tab of hers may have been first
            note(session, lesson, Deed.OPENED, who=who, kid=kid, at=at, clip=clip)


def entries(session: Session, lesson: str) -> tuple[Entry, ...]:
    """All of them, the oldest first."""
    query = select(LessonLogRow).where(LessonLogRow.lesson == lesson).order_by(LessonLogRow.number)
    return tuple(
        Entry(row.number, row.at, Deed(row.deed), row.who, row.kid, row.before, row.hash, row.clip, row.why)
        for row in session.scalars(query)
    )


def _is_new_opening(session: Session, lesson: str, kid: str, at: datetime) -> bool:
    query = (
        select(LessonLogRow.at)
        .where(LessonLogRow.lesson == lesson, LessonLogRow.kid == kid, LessonLogRow.deed == Deed.OPENED.value)
        .order_by(LessonLogRow.number.desc())
        .limit(1)
    )
    opened_at = session.scalar(query)
    return opened_at is None or at - opened_at >= OPENED_AGAIN_AFTER


def _last(session: Session, lesson: str) -> LessonLogRow | None:
    query = select(LessonLogRow).where(LessonLogRow.lesson == lesson).order_by(LessonLogRow.number.desc()).limit(1)
    return session.scalar(query)
