"""Signing in with a password, and proving again that one is who is signed in.

::

    e-mail, password --counted (limits.py)--> compared (passwords.py) --> a session, a new one each time
                           |                      |
                           +-- one too many: 429  +-- not right, or nobody: one answer, the same work

Signing in opens no footage. Whoever guesses all of this sees names, times and sizes, and no lesson.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from school import limits
from school.accounts import NO_BROWSER, Purpose, invited, spend
from school.database import Database, TeacherRow
from school.errors import ForbiddenError, MismatchError, NotProvenError
from school.passwords import Passwords, check_new, set_password
from school.sessions import Browser, Here, SignedIn, Way, end_all, start

JUST_NOW = timedelta(minutes=15)
"""So long after signing in somebody without a password need not prove again who she is."""

_WRONG = "This e-mail address and this password do not belong together."


@dataclass(frozen=True, slots=True)
class Door:
    """What signing in needs to know of the school, and of where somebody stands."""

    database: Database
    passwords: Passwords
    now: datetime
    hours: int
    network: str = "unknown"
    """Whom her address counts for (limits.py)."""
    browser: Browser = NO_BROWSER


def join_with_password(door: Door, code: str, password: str) -> SignedIn:
    """Let somebody in who was invited and has a role without keys; the invitation is spent with it.

    Raises `NotFoundError`, `MismatchError` or `ForbiddenError`.
    """
    whose = invited(door.database, code, now=door.now)
    if whose.role.has_keys:
        raise ForbiddenError("Make your keys to join. A password can be chosen afterwards.")
    check_new(password, whose.name)
    made = door.passwords.hash(password)
    with door.database.writing() as session:
        row = session.get_one(TeacherRow, spend(session, Purpose.JOIN, code, door.now))
        row.joined_at = door.now
        set_password(session, row.id, made, now=door.now)
        return start(session, row, Way.JOINED, door.browser, now=door.now, hours=door.hours)


def sign_in(door: Door, email: str, password: str) -> SignedIn:
    """Sign in with a password. Raises `NotProvenError`, or `TooOftenError`."""
    email = email.strip().lower()
    if not email.isprintable():  # half a sign cannot be looked for, and is nobody's name
        email = ""
    limits.count(door.database, limits.ADDRESS, door.network, now=door.now)
    limits.count(door.database, limits.ACCOUNT, email, now=door.now)
    with door.database.reading() as session:
        found = session.scalar(
            select(TeacherRow.id).where(TeacherRow.email == email, TeacherRow.joined_at.is_not(None))
        )
    if not door.passwords.is_right(found, password):
        raise NotProvenError(_WRONG)
    limits.forget(door.database, limits.ACCOUNT, email)
    limits.give_back(door.database, limits.ADDRESS, door.network)
    with door.database.writing() as session:
        row = session.get_one(TeacherRow, found)
        return start(session, row, Way.PASSWORD, door.browser, now=door.now, hours=door.hours)


def prove(door: Door, here: Here, password: str) -> None:
    """Be sure that who is signed in is still who sits there: by her password, or because she has just signed in.

    Raises `NotProvenError`, or `TooOftenError`.
    """
    if not door.passwords.is_set(here.person.id):
        if door.now - here.started_at > JUST_NOW:
            raise NotProvenError(
                "You have no password yet, so sign in again first: only who has just signed in may do this."
            )
        return
    whose = f"person {here.person.id}"
    limits.count(door.database, limits.ACCOUNT, whose, now=door.now)
    if not door.passwords.is_right(here.person.id, password):
        raise NotProvenError("This is not your current password.")
    limits.forget(door.database, limits.ACCOUNT, whose)


def change_password(door: Door, here: Here, current: str, new: str) -> SignedIn:
    """Choose another password, or a first one. Every session ends, and here a new one starts.

    Raises `MismatchError`, `NotProvenError` or `TooOftenError`.
    """
    person = here.person
    if person.email is None:
        raise MismatchError("A password needs an e-mail address beside it. Ask the technician to enter yours.")
    prove(door, here, current)
    check_new(new, person.name, person.email)
    made = door.passwords.hash(new)
    with door.database.writing() as session:
        set_password(session, person.id, made, now=door.now)
        end_all(session, person.id)
        row = session.get_one(TeacherRow, person.id)
        return start(session, row, Way.PASSWORD, door.browser, now=door.now, hours=door.hours)
