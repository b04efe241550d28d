"""Who is at the page: invitations, sign-in links and sessions.

::

    invite -> code, given by hand -> /join/<code>   she makes her keys; the school gets the public ones
    sign_in_link -> code          -> /enter/<code>  signed in, once
    either way                    -> cookie, some hours

Every code is 128 random bits, kept as its SHA-256 only, works once and expires. Signing in opens no footage: for that
her browser unlocks her identity, which the school has only sealed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lesson.footage.recipients import Recipient
from school.database import CodeRow, Database, SignedInRow, TeacherRow
from school.errors import AccountError, MismatchError, NotFoundError, OtherBytesError

CODE_BYTES = 16
MAX_NAME = 200
MAX_IDENTITY_BYTES = 64 * 1024
"""A sealed identity has about 1 KiB; each further way to unlock it adds 300 bytes."""

_SPENT = "This link was used already, or is too old. Ask for a new one."


class Purpose(StrEnum):
    """What a code is for."""

    JOIN = "join"
    ENTER = "enter"


@dataclass(frozen=True, slots=True)
class Teacher:
    """A teacher who has joined."""

    id: int
    name: str
    kid: str
    encryption_key: bytes
    signing_key: bytes
    sealed_identity: bytes


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invited teacher is given."""

    teacher_id: int
    code: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session."""

    teacher: Teacher
    token: str
    """Goes into the cookie; the school keeps its hash."""


def invite(database: Database, name: str, *, now: datetime, days: int) -> Invitation:
    """Invite a teacher. Her page is `/join/<code>`. Raises `AccountError` for a name nobody could read."""
    if not name.strip() or not name.isprintable() or len(name) > MAX_NAME:
        raise AccountError(f"A name has 1 to {MAX_NAME} printable characters.")
    with database.writing() as session:
        row = TeacherRow(name=name.strip(), invited_at=now)
        session.add(row)
        session.flush()
        return Invitation(row.id, _new_code(session, Purpose.JOIN, row.id, now + timedelta(days=days)))


def sign_in_link(database: Database, teacher_id: int, *, now: datetime, minutes: int) -> str:
    """Make a code for `/enter/<code>`. Raises `AccountError` for somebody who has not joined."""
    with database.writing() as session:
        row = session.get(TeacherRow, teacher_id)
        if row is None or row.kid is None:
            raise AccountError("This teacher has not made her keys yet. Send her the invitation.")
        return _new_code(session, Purpose.ENTER, teacher_id, now + timedelta(minutes=minutes))


def invited_name(database: Database, code: str, *, now: datetime) -> str:
    """Name of the teacher whom an invitation is for. Raises `NotFoundError`."""
    query = (
        select(TeacherRow.name)
        .join(CodeRow, CodeRow.teacher_id == TeacherRow.id)
        .where(
            CodeRow.code_hash == _hash(code),
            CodeRow.purpose == Purpose.JOIN,
            CodeRow.used_at.is_(None),
            CodeRow.expires_at > now,
        )
    )
    with database.reading() as session:
        name = session.scalar(query)
    if name is None:
        raise NotFoundError(_SPENT)
    return name


def join(
    database: Database, code: str, keys: Recipient, sealed_identity: bytes, *, now: datetime, hours: int
) -> SignedIn:
    """Let an invited teacher in with the keys she made; the invitation is spent with it.

    Raises `NotFoundError`, `MismatchError` or `OtherBytesError`.
    """
    if not 0 < len(sealed_identity) <= MAX_IDENTITY_BYTES:
        raise MismatchError("The sealed identity is empty or too long.")
    try:
        with database.writing() as session:
            row = session.get_one(TeacherRow, _spend(session, Purpose.JOIN, code, now))
            row.kid, row.joined_at = keys.kid.hex(), now
            row.encryption_key, row.signing_key = keys.encryption_key, keys.signing_key
            row.sealed_identity = sealed_identity
            session.flush()
            return _sign_in(session, row, now + timedelta(hours=hours))
    except IntegrityError as error:
        raise OtherBytesError("Somebody else has these keys. Make new ones.") from error


def enter(database: Database, code: str, *, now: datetime, hours: int) -> SignedIn:
    """Sign in with a link. Raises `NotFoundError` if it is spent, expired or none."""
    with database.writing() as session:
        row = session.get_one(TeacherRow, _spend(session, Purpose.ENTER, code, now))
        return _sign_in(session, row, now + timedelta(hours=hours))


def teacher_of(database: Database, token: str | None, *, now: datetime) -> Teacher | None:
    """Who is signed in with this cookie, if anybody."""
    if not token:
        return None
    query = (
        select(TeacherRow)
        .join(SignedInRow, SignedInRow.teacher_id == TeacherRow.id)
        .where(SignedInRow.token_hash == _hash(token), SignedInRow.expires_at > now)
    )
    with database.reading() as session:
        row = session.scalar(query)
    return None if row is None else _teacher(row)


def leave(database: Database, token: str) -> None:
    """End a session."""
    with database.writing() as session:
        session.execute(delete(SignedInRow).where(SignedInRow.token_hash == _hash(token)))


def forget_expired(database: Database, *, now: datetime) -> None:
    """Remove sessions and codes that nobody can use any more."""
    with database.writing() as session:
        session.execute(delete(SignedInRow).where(SignedInRow.expires_at <= now))
        session.execute(delete(CodeRow).where(CodeRow.expires_at <= now))


def _spend(session: Session, purpose: Purpose, code: str, now: datetime) -> int:
    # One statement, so that of two who come at once only one is let in.
    statement = (
        update(CodeRow)
        .where(
            CodeRow.code_hash == _hash(code),
            CodeRow.purpose == purpose,
            CodeRow.used_at.is_(None),
            CodeRow.expires_at > now,
        )
        .values(used_at=now)
        .returning(CodeRow.teacher_id)
    )
    teacher_id = session.scalar(statement)
    if teacher_id is None:
        raise NotFoundError(_SPENT)
    return teacher_id


def _sign_in(session: Session, row: TeacherRow, expires_at: datetime) -> SignedIn:
    token = secrets.token_urlsafe(CODE_BYTES)
    session.add(SignedInRow(token_hash=_hash(token), teacher_id=row.id, expires_at=expires_at))
    return SignedIn(_teacher(row), token)


def _new_code(session: Session, purpose: Purpose, teacher_id: int, expires_at: datetime) -> str:
    code = secrets.token_urlsafe(CODE_BYTES)
    session.add(CodeRow(code_hash=_hash(code), purpose=purpose.value, teacher_id=teacher_id, expires_at=expires_at))
    return code


def _teacher(row: TeacherRow) -> Teacher:
    assert row.kid is not None  # nobody signs in before she has joined
    assert row.encryption_key is not None
    assert row.signing_key is not None
    assert row.sealed_identity is not None
    return Teacher(row.id, row.name, row.kid, row.encryption_key, row.signing_key, row.sealed_identity)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
