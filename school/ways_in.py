"""The ways to a teacher's keys, as far as the school knows them: which there are, and since when.

::

    five words      --+
    recovery code   --+--> account key --> her secret keys        all of it in the one locked file
    passkeys        --+
    since when                                                    the school's own note: a date is no secret

The school keeps the file and can open none of it. A new file takes the place of the old one only with her signature,
for the same keys, and with both ways in; the old file is not kept, so what opened only that opens nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from lesson.footage.errors import IdentityError
from lesson.footage.identity_file import PASSKEY, IdentityFile
from lesson.footage.recipients import Recipient
from lesson.footage.replacement import Replacement
from school.accounts import MAX_IDENTITY_BYTES
from school.database import Database, TeacherRow, WayInRow
from school.errors import MismatchError, OtherBytesError
from school.people import Teacher

WORDS = "passphrase"
CODE = "recovery_code"


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way to her keys."""

    by: str
    name: str
    """Of its wrap in the file."""
    made_at: datetime
    credential: bytes | None = None
    """Which passkey."""


def expect_ways_in(sealed_identity: bytes, keys: Recipient) -> None:
    """Raise `MismatchError` unless a file is for these keys and opens with five words, and with a recovery code."""
    try:
        file = IdentityFile.decode(sealed_identity)
    except IdentityError as error:
        raise MismatchError(str(error)) from error
    if file.recipient != keys:
        raise MismatchError("The locked file is for other keys.")
    _expect_both(file)


def has_recovery_code(teacher: Teacher) -> bool:
    """Whether her file has one. Who joined before there were any has none until she makes one."""
    try:
        return IdentityFile.decode(teacher.sealed_identity).has(CODE)
    except IdentityError:
        return False


def has_passkey(teacher: Teacher) -> bool:
    """Whether a passkey opens her file."""
    try:
        return IdentityFile.decode(teacher.sealed_identity).has(PASSKEY)
    except IdentityError:
        return False


def ways_in(database: Database, teacher: Teacher) -> tuple[WayIn, ...]:
    """Every way to her keys, in the order of her file. Raises `MismatchError` if that cannot be read."""
    try:
        file = IdentityFile.decode(teacher.sealed_identity)
    except IdentityError as error:
        raise MismatchError(str(error)) from error
    with database.reading() as session:
        joined_at = session.get_one(TeacherRow, teacher.id).joined_at
        rows = session.scalars(select(WayInRow).where(WayInRow.teacher_id == teacher.id)).all()
    assert joined_at is not None  # nobody is a `Teacher` before
    since = {row.name: row.made_at for row in rows}
    return tuple(WayIn(wrap.by, wrap.name, since.get(wrap.name, joined_at), wrap.credential) for wrap in file.wraps)


def replace_identity(database: Database, teacher: Teacher, line: bytes, now: datetime) -> None:
    """Put the file that she has signed in the place of the one that is there.

    Raises `MismatchError`, or `OtherBytesError` when another browser of hers was faster.
    """
    try:
        replacement = Replacement.decode(line, teacher.signing_key)
    except IdentityError as error:
        raise MismatchError(str(error)) from error
    if len(replacement.file) > MAX_IDENTITY_BYTES:
        raise MismatchError("The sealed identity is too long.")
    with database.writing() as session:
        row = session.get_one(TeacherRow, teacher.id)
        before = row.sealed_identity
        assert before is not None
        try:
            new = replacement.expect(before)
        except IdentityError as error:
            raise OtherBytesError(f"{error} Load the page again, and do it once more.") from error
        _expect_both(new)
        row.sealed_identity = replacement.file
        old = {wrap.name for wrap in IdentityFile.decode(before).wraps}
        names = [wrap.name for wrap in new.wraps]
        session.execute(delete(WayInRow).where(WayInRow.teacher_id == teacher.id, WayInRow.name.not_in(names)))
        session.add_all(WayInRow(teacher_id=teacher.id, name=name, made_at=now) for name in names if name not in old)


def _expect_both(file: IdentityFile) -> None:
    if not (file.has(WORDS) and file.has(CODE)):
        raise MismatchError("Keys need two ways in, five words and a recovery code, before anything is sealed to them.")
