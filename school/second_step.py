"""The second step of signing in with a password: a code that her phone shows, or one of ten from a sheet of paper.

::

    off --begin: a secret, as a QR code--> waiting --a code of it--> on --a current code--> off, or a new secret
                                              |                      |
                                              +- 15 minutes: off     +- ten backup codes, each works once

Codes are TOTP (RFC 6238): six digits, 30 s. The one before and the one after are taken as well, because clocks differ;
none is taken twice, and none from before one that was taken. The secret lies readable in the database: the server must
make the same codes. Whoever has the database still lacks her password, and opens no lesson with both.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from school.database import BackupCodeRow, Database, SecondStepRow, insert_new
from school.errors import MismatchError, NotProvenError
from school.people import Person
from school.sessions import hashed

ISSUER = "Waitwise"
STEP_SECONDS = 30
DIGITS = 6
WAITS = timedelta(minutes=15)
"""How long a secret waits for its first code."""
BACKUP_CODES = 10
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 that nobody mistakes for another one: no l, o, 0, 1
_BACKUP_LENGTH = 16  # 80 bits: their hashes may be stolen
_GROUP = 4


@dataclass(frozen=True, slots=True)
class Secret:
    """What her phone needs to know."""

    secret: str
    uri: str
    """The same, as phones read it from a QR code."""


@dataclass(frozen=True, slots=True)
class SecondStep:
    """How it stands, for her to see."""

    since: datetime
    codes_left: int


def second_step_of(database: Database, person_id: int) -> SecondStep | None:
    """Her second step, if it is on."""
    left = select(func.count()).select_from(BackupCodeRow).where(BackupCodeRow.teacher_id == person_id)
    with database.reading() as session:
        row = session.get(SecondStepRow, person_id)
        if row is None or row.secret is None or row.since is None:
            return None
        return SecondStep(row.since, session.scalar(left) or 0)


def begin(session: Session, person: Person, *, now: datetime) -> Secret:
    """Make a secret that waits for its first code. One that is on stays on until then."""
    made = pyotp.random_base32()
    insert_new(session, SecondStepRow, teacher_id=person.id, last=0)
    row = session.get_one(SecondStepRow, person.id)
    row.waiting, row.waiting_since = made, now
    name = person.email or person.name
    return Secret(made, pyotp.TOTP(made).provisioning_uri(name=name, issuer_name=ISSUER))


def confirm(session: Session, person_id: int, code: str, *, now: datetime) -> list[str]:
    """Turn it on with a first code: ten backup codes. Raises `MismatchError`, or `NotProvenError`."""
    row = session.get(SecondStepRow, person_id)
    if row is None or row.waiting is None or row.waiting_since is None or now - row.waiting_since > WAITS:
        raise MismatchError("There is nothing to confirm any more. Begin again.")
    step = _step_of(row.waiting, code, now)
    if step is None:
        raise NotProvenError("This is not the code that belongs to it. Is the clock of your phone right?")
    row.secret, row.since, row.last = row.waiting, now, step
    row.waiting = row.waiting_since = None
    session.execute(delete(BackupCodeRow).where(BackupCodeRow.teacher_id == person_id))
    made = ["".join(secrets.choice(_LETTERS) for _ in range(_BACKUP_LENGTH)) for _ in range(BACKUP_CODES)]
    session.add_all(BackupCodeRow(teacher_id=person_id, code_hash=hashed(each)) for each in made)
    return ["-".join(each[at : at + _GROUP] for at in range(0, len(each), _GROUP)) for each in made]


def turn_off(session: Session, person_id: int) -> None:
    """Forget it, in a transaction that is open."""
    session.execute(delete(SecondStepRow).where(SecondStepRow.teacher_id == person_id))
    session.execute(delete(BackupCodeRow).where(BackupCodeRow.teacher_id == person_id))


def spend_code(session: Session, person_id: int, code: str, *, now: datetime) -> bool:
    """Whether a code is hers and was not used; from now on it was."""
    code = "".join(code.lower().replace("-", "").split())
    # Each is one statement, so that of two who come at once with one code only one is let in.
    if len(code) != DIGITS:
        gone = (
            delete(BackupCodeRow)
            .where(BackupCodeRow.teacher_id == person_id, BackupCodeRow.code_hash == hashed(code))
            .returning(BackupCodeRow.teacher_id)
        )
        return session.scalar(gone) is not None
    secret = session.scalar(select(SecondStepRow.secret).where(SecondStepRow.teacher_id == person_id))
    step = None if secret is None else _step_of(secret, code, now)
    if step is None:
        return False
    taken = (
        update(SecondStepRow)
        .where(SecondStepRow.teacher_id == person_id, SecondStepRow.secret == secret, SecondStepRow.last < step)
        .values(last=step)
        .returning(SecondStepRow.teacher_id)
    )
    return session.scalar(taken) is not None


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Number of the 30 s that a code belongs to, if it is one of now."""
    code, current, otp = "".join(code.split()), int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(otp.generate_otp(step).encode(), code.encode("utf-8", "surrogatepass")):
            return step
    return None
