"""Signing in with a password, and proving again that one is who is signed in.

::

    e-mail, password --counted (limits.py)--> compared (passwords.py) --code, if she wants one--> a new session
                           |                      |                         (second_step.py)
                           +-- one too many: 429  +-- not right, or nobody: one answer, the same work

Signing in opens no footage. Whoever guesses all of this sees names, times and sizes, and no lesson.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from school import limits
from school.accounts import NO_BROWSER, Purpose, invited, spend
from school.database import Database, PasskeyRow, PasswordRow, TeacherRow
from school.errors import AccountError, ForbiddenError, MismatchError, NotProvenError
from school.passwords import Passwords, check_new, set_password
from school.second_step import Secret, begin, confirm, second_step_of, spend_code, turn_off
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


def sign_in(door: Door, email: str, password: str, code: str = "") -> SignedIn | None:
    """Sign in with a password; None if it is right and a code is wanted.

    Raises `NotProvenError`, or `TooOftenError`.
    """
    email = email.strip().lower()
    if not email.isprintable():  # half a sign cannot be looked for, and is nobody's name
        email = ""
    limits.count(door.database, limits.ADDRESS, door.network, now=door.now)
    limits.count(door.database, limits.ACCOUNT, email, now=door.now)
    with door.database.reading() as session:
        found = session.scalar(
            select(TeacherRow.id).where(TeacherRow.email == email, TeacherRow.joined_at.is_not(None))
        )
    if not door.passwords.is_right(found, password) or found is None:
        raise NotProvenError(_WRONG)
    limits.forget(door.database, limits.ACCOUNT, email)
    limits.give_back(door.database, limits.ADDRESS, door.network)
    if second_step_of(door.database, found) is not None:
        if not code.strip():
            return None
        prove_code(door, found, code)
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


def prove_code(door: Door, person_id: int, code: str) -> None:
    """Use up a code of hers. Raises `NotProvenError`, or `TooOftenError`."""
    whose = f"person {person_id}"
    limits.count(door.database, limits.CODE, whose, now=door.now)
    with door.database.writing() as session:
        if not spend_code(session, person_id, code, now=door.now):
            raise NotProvenError("This code is not right, or was used already. Wait for the next one.")
    limits.forget(door.database, limits.CODE, whose)


def prove_both(door: Door, here: Here, password: str, code: str) -> None:
    """Be sure by her password, and by a code if she has a second step. Raises as `prove` and `prove_code`."""
    prove(door, here, password)
    if second_step_of(door.database, here.person.id) is not None:
        prove_code(door, here.person.id, code)


def begin_second_step(door: Door, here: Here, password: str, code: str) -> Secret:
    """Make a secret for her phone; the second step changes when she has typed a code of it.

    Raises `MismatchError`, `NotProvenError` or `TooOftenError`.
    """
    if not door.passwords.is_set(here.person.id):
        raise MismatchError("The second step follows the password. Set a password first.")
    prove_both(door, here, password, code)
    with door.database.writing() as session:
        return begin(session, here.person, now=door.now)


def confirm_second_step(door: Door, here: Here, code: str) -> tuple[SignedIn, list[str]]:
    """Turn it on: a new session, every other one ends; and her backup codes.

    Raises `MismatchError`, `NotProvenError` or `TooOftenError`.
    """
    whose = f"confirm {here.person.id}"
    limits.count(door.database, limits.CODE, whose, now=door.now)
    with door.database.writing() as session:
        codes = confirm(session, here.person.id, code, now=door.now)
        signed_in = start_alone(door, session, here)
    limits.forget(door.database, limits.CODE, whose)
    return signed_in, codes


def turn_off_second_step(door: Door, here: Here, password: str, code: str) -> SignedIn:
    """Turn it off: a new session, every other one ends. Raises `NotProvenError` or `TooOftenError`."""
    prove_both(door, here, password, code)
    with door.database.writing() as session:
        turn_off(session, here.person.id)
        return start_alone(door, session, here)


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
        return start_alone(door, session, here)


def reset(database: Database, person_id: int) -> None:
    """Forget how somebody signs in, and sign her out: she comes in with a link and begins anew. Her keys stay.

    Raises `AccountError`.
    """
    with database.writing() as session:
        if session.get(TeacherRow, person_id) is None:
            raise AccountError(f"There is nobody of number {person_id}.")
        session.execute(delete(PasswordRow).where(PasswordRow.teacher_id == person_id))
        session.execute(delete(PasskeyRow).where(PasskeyRow.teacher_id == person_id))
        turn_off(session, person_id)
        end_all(session, person_id)


def start_alone(door: Door, session: Session, here: Here) -> SignedIn:
    """End every session of hers and start a new one here, in a transaction that is open."""
    end_all(session, here.person.id)
    row = session.get_one(TeacherRow, here.person.id)
    return start(session, row, here.way, door.browser, now=door.now, hours=door.hours)
