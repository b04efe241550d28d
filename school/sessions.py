"""Who is signed in, where, and until when.

::

    joined, link, password, passkey, school --start--> token, into the cookie
                                              |
                             seen now and then|----> ends: left, idle, old, ended from another device
                                              |
    another password, another second step ----+----> all end; here a new one starts

A session is 128 random bits, of which the school keeps the SHA-256. Signing in always starts a new one and ends the one
this browser had: nobody can sign somebody in with a cookie that he knows.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from school.database import Database, SignedInRow, TeacherRow
from school.people import Person, person_of

TOKEN_BYTES = 16
HANDLE_LENGTH = 16
"""Digits of a token's hash that name a session on a page: they do not sign anybody in."""
MAX_BROWSER = 100
_HANDLE = re.compile(f"[0-9a-f]{{{HANDLE_LENGTH}}}")
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was used last: not every request writes to the disk."""


class Way(StrEnum):
    """How somebody signed in."""

    JOINED = "joined"
    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - the name of a way
    PASSKEY = "passkey"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser that somebody signs in with."""

    name: str = ""
    """As people call it (browser_names.py)."""
    had: str = ""
    """The cookie it came with: that session ends when a new one starts."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session."""

    person: Person
    token: str
    """Goes into the cookie; the school keeps its hash."""


@dataclass(frozen=True, slots=True)
class Here:
    """The session a request came with."""

    person: Person
    handle: str
    way: Way
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Open:
    """A session of hers, as she sees it."""

    handle: str
    way: Way
    browser: str
    started_at: datetime
    seen_at: datetime


def start(session: Session, row: TeacherRow, way: Way, browser: Browser, *, now: datetime, hours: int) -> SignedIn:
    """Sign somebody in, in a transaction that is open; what this browser had before ends."""
    session.execute(delete(SignedInRow).where(SignedInRow.token_hash == hashed(browser.had)))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        SignedInRow(
            token_hash=hashed(token),
            teacher_id=row.id,
            way=way.value,
            browser="".join(each for each in browser.name if each.isprintable())[:MAX_BROWSER],
            started_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    return SignedIn(person_of(row), token)


def here(database: Database, token: str | None, *, now: datetime, idle: timedelta) -> Here | None:
    """Who is signed in with this cookie, if anybody. Being asked for keeps a session from falling idle."""
    if not token:
        return None
    query = (
        select(SignedInRow, TeacherRow)
        .join(TeacherRow, SignedInRow.teacher_id == TeacherRow.id)
        .where(SignedInRow.token_hash == hashed(token), _is_on(now, idle))
    )
    with database.reading() as session:
        found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, person = found
    if now - row.seen_at >= SEEN_EVERY:
        with database.writing() as session:
            # Only a session that is still there: one that was just ended must not come back.
            session.execute(update(SignedInRow).where(SignedInRow.token_hash == row.token_hash).values(seen_at=now))
    return Here(person_of(person), row.token_hash[:HANDLE_LENGTH], Way(row.way), row.started_at)


def open_of(database: Database, person: Person, *, now: datetime, idle: timedelta) -> list[Open]:
    """Where she is signed in, the latest first."""
    query = select(SignedInRow).where(SignedInRow.teacher_id == person.id, _is_on(now, idle))
    with database.reading() as session:
        rows = session.scalars(query.order_by(SignedInRow.seen_at.desc(), SignedInRow.token_hash)).all()
    return [
        Open(row.token_hash[:HANDLE_LENGTH], Way(row.way), row.browser, row.started_at, row.seen_at) for row in rows
    ]


def end(database: Database, person: Person, handle: str) -> bool:
    """End one of her sessions; whether there was one."""
    if not _HANDLE.fullmatch(handle):
        return False
    with database.writing() as session:
        hers = and_(SignedInRow.teacher_id == person.id, SignedInRow.token_hash.startswith(handle))
        return session.execute(delete(SignedInRow).where(hers).returning(SignedInRow.token_hash)).first() is not None


def end_all(session: Session, person_id: int) -> None:
    """Sign somebody out everywhere, in a transaction that is open."""
    session.execute(delete(SignedInRow).where(SignedInRow.teacher_id == person_id))


def leave(database: Database, token: str) -> None:
    """End a session."""
    with database.writing() as session:
        session.execute(delete(SignedInRow).where(SignedInRow.token_hash == hashed(token)))


def hashed(secret: str) -> str:
    """What the school keeps of a secret that it made itself."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _is_on(now: datetime, idle: timedelta) -> ColumnElement[bool]:
    return and_(SignedInRow.expires_at > now, SignedInRow.seen_at > now - idle)
