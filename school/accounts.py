"""How people come in: invitations and sign-in links.

::

    invite -> code, given by hand -> /join/<code>   who has keys makes them; the school gets the public ones
                                                    who has none chooses a password
    sign_in_link -> code          -> /enter/<code>  signed in, once
    either way                    -> a session (sessions.py)

Every code is 128 random bits, kept as its SHA-256 only, works once and expires. Signing in opens no footage: for that
her browser unlocks her identity, which the school has only sealed.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lesson.footage.recipients import Recipient
from school.database import CodeRow, Database, SignedInRow, TeacherRow, WayInRow
from school.errors import AccountError, ForbiddenError, MismatchError, NotFoundError, OtherBytesError
from school.people import SchoolRole
from school.sessions import Browser, SignedIn, Way, hashed, start

CODE_BYTES = 16
MAX_NAME = 200
MAX_IDENTITY_BYTES = 64 * 1024
"""A sealed identity has about 1 KiB; each further way to unlock it adds 300 bytes."""

MAX_EMAIL = 200
NO_BROWSER = Browser()

# Only what keeps a slip of the hand out: whether an address is one, only a letter to it can say.
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_SPENT = "This link was used already, or is too old. Ask for a new one."


class Purpose(StrEnum):
    """What a code is for."""

    JOIN = "join"
    ENTER = "enter"


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation is for."""

    name: str
    role: SchoolRole


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody who is invited is given."""

    teacher_id: int
    code: str


def invite(
    database: Database,
    name: str,
    *,
    now: datetime,
    days: int,
    role: SchoolRole = SchoolRole.TEACHER,
    email: str | None = None,
) -> Invitation:
    """Invite somebody. Her page is `/join/<code>`. Raises `AccountError` for a name nobody could read."""
    if not name.strip() or not name.isprintable() or len(name) > MAX_NAME:
        raise AccountError(f"A name has 1 to {MAX_NAME} printable characters.")
    if email is None and not role.has_keys:
        raise AccountError(f"A {role.value} signs in with a password: name an e-mail address to sign in with.")
    with database.writing() as session:
        row = TeacherRow(name=name.strip(), role=role.value, email=_free_email(session, email), invited_at=now)
        session.add(row)
        session.flush()
        return Invitation(row.id, _new_code(session, Purpose.JOIN, row.id, now + timedelta(days=days)))


def set_email(database: Database, person_id: int, email: str) -> None:
    """Enter, or change, what somebody signs in with. Raises `AccountError`."""
    with database.writing() as session:
        row = session.get(TeacherRow, person_id)
        if row is None:
            raise AccountError(f"There is nobody of number {person_id}.")
        if row.email != email.strip().lower():
            row.email = _free_email(session, email)


def invite_again(database: Database, teacher_id: int, *, now: datetime, days: int) -> Invitation:
    """Invite a teacher once more: whose invitation is too old, or who has lost every way to her keys.

    When she joins, her new keys take the place of the old ones; what was sealed to those stays closed. Until then
    nothing changes. Units that have met her refuse the new keys until they meet her new card (device/recipients.py).
    Raises `AccountError`.
    """
    with database.writing() as session:
        row = session.get(TeacherRow, teacher_id)
        if row is None:
            raise AccountError(f"There is nobody of number {teacher_id}.")
        if row.joined_at is not None and not SchoolRole(row.role).has_keys:
            raise AccountError(f"A {row.role} has no keys to lose. Make a link to sign in with, and a new password.")
        session.execute(delete(CodeRow).where(CodeRow.teacher_id == teacher_id, CodeRow.purpose == Purpose.JOIN))
        return Invitation(teacher_id, _new_code(session, Purpose.JOIN, teacher_id, now + timedelta(days=days)))


def sign_in_link(database: Database, person_id: int, *, now: datetime, minutes: int) -> str:
    """Make a code for `/enter/<code>`. Raises `AccountError` for somebody who has not joined."""
    with database.writing() as session:
        row = session.get(TeacherRow, person_id)
        if row is None or row.joined_at is None:
            raise AccountError("Nobody of this number has joined yet. Send her the invitation.")
        return _new_code(session, Purpose.ENTER, person_id, now + timedelta(minutes=minutes))


def invited(database: Database, code: str, *, now: datetime) -> Invited:
    """Whom an invitation is for. Raises `NotFoundError`."""
    query = (
        select(TeacherRow.name, TeacherRow.role)
        .join(CodeRow, CodeRow.teacher_id == TeacherRow.id)
        .where(
            CodeRow.code_hash == hashed(code),
            CodeRow.purpose == Purpose.JOIN,
            CodeRow.used_at.is_(None),
            CodeRow.expires_at > now,
        )
    )
    with database.reading() as session:
        found = session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError(_SPENT)
    return Invited(found.name, SchoolRole(found.role))


def join(
    database: Database,
    code: str,
    keys: Recipient,
    sealed_identity: bytes,
    *,
    now: datetime,
    hours: int,
    browser: Browser = NO_BROWSER,
) -> SignedIn:
    """Let somebody in who was invited and has made her keys; the invitation is spent with it.

    Raises `NotFoundError`, `MismatchError`, `OtherBytesError`, or `ForbiddenError` for a role that has no keys.
    """
    if not 0 < len(sealed_identity) <= MAX_IDENTITY_BYTES:
        raise MismatchError("The sealed identity is empty or too long.")
    try:
        with database.writing() as session:
            row = session.get_one(TeacherRow, spend(session, Purpose.JOIN, code, now))
            if not SchoolRole(row.role).has_keys:
                raise ForbiddenError(f"A {row.role} has no keys. Choose a password instead.")
            is_again = row.kid is not None
            row.kid, row.joined_at = keys.kid.hex(), now
            row.encryption_key, row.signing_key = keys.encryption_key, keys.signing_key
            row.sealed_identity = sealed_identity
            session.flush()
            if is_again:
                # Nothing of before is any use with other keys, and nobody stays signed in with it.
                session.execute(delete(WayInRow).where(WayInRow.teacher_id == row.id))
                _forget_devices(session, row, but="")
            return start(session, row, Way.JOINED, browser, now=now, hours=hours)
    except IntegrityError as error:
        raise OtherBytesError("Somebody else has these keys. Make new ones.") from error


def enter(database: Database, code: str, *, now: datetime, hours: int, browser: Browser = NO_BROWSER) -> SignedIn:
    """Sign in with a link. Raises `NotFoundError` if it is spent, expired or none."""
    with database.writing() as session:
        row = session.get_one(TeacherRow, spend(session, Purpose.ENTER, code, now))
        return start(session, row, Way.LINK, browser, now=now, hours=hours)


def forget_devices(database: Database, teacher_id: int, *, but: str) -> int:
    """End every session of hers and every sign-in link, but the session with the cookie `but`.

    Keys that other browsers have kept unlocked are forgotten there when she signs in again: the number that is
    returned goes into her pages, and what was kept under another one is not used.
    """
    with database.writing() as session:
        row = session.get_one(TeacherRow, teacher_id)
        _forget_devices(session, row, but=but)
        return row.devices


def forget_expired(database: Database, *, now: datetime) -> None:
    """Remove sessions and codes that nobody can use any more."""
    with database.writing() as session:
        session.execute(delete(SignedInRow).where(SignedInRow.expires_at <= now))
        session.execute(delete(CodeRow).where(CodeRow.expires_at <= now))


def spend(session: Session, purpose: Purpose, code: str, now: datetime) -> int:
    """Use a code, in a transaction that is open: whose it was. Raises `NotFoundError`."""
    # One statement, so that of two who come at once only one is let in.
    statement = (
        update(CodeRow)
        .where(
            CodeRow.code_hash == hashed(code),
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


def _forget_devices(session: Session, row: TeacherRow, *, but: str) -> None:
    sessions = delete(SignedInRow).where(SignedInRow.teacher_id == row.id, SignedInRow.token_hash != hashed(but))
    session.execute(sessions)
    session.execute(delete(CodeRow).where(CodeRow.teacher_id == row.id, CodeRow.purpose == Purpose.ENTER))
    row.devices += 1
    session.flush()


def _new_code(session: Session, purpose: Purpose, teacher_id: int, expires_at: datetime) -> str:
    code = secrets.token_urlsafe(CODE_BYTES)
    session.add(CodeRow(code_hash=hashed(code), purpose=purpose.value, teacher_id=teacher_id, expires_at=expires_at))
    return code


def _free_email(session: Session, email: str | None) -> str | None:
    """`email` as it is kept. Raises `AccountError` if it is none, or somebody else's."""
    if email is None:
        return None
    email = email.strip().lower()
    if len(email) > MAX_EMAIL or _EMAIL.fullmatch(email) is None:
        raise AccountError(f"{email!r} is no e-mail address.")
    if session.scalar(select(TeacherRow.id).where(TeacherRow.email == email)) is not None:
        raise AccountError(f"Somebody else signs in with {email}.")
    return email
